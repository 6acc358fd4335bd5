import { livesWithEngine } from "../provider/lifetime.ts";
import { serve } from "../provider/server.ts";
import { packageVersion } from "../provider/version.ts";
import { awsConfiguration } from "./configuration.ts";
import { awsFunctions } from "./functions.ts";
import { awsServices } from "./services.ts";

/** The plugin `pulumi-resource-aws`: prints its port, which is how the engine finds it. */
const port = await serve(
  {
    name: "aws",
    version: packageVersion("@pulumi/aws"),
    configuration: awsConfiguration,
    regionPerResource: true,
    async find(token) {
      const types = await awsServices[/^aws:([^/]+)\//.exec(token)?.[1] ?? ""]?.();
      return types?.[token];
    },
    invoke: (token, place, args) => awsFunctions[token]?.(place, args),
  },
  {
    endpoint: process.env.AWS_ENDPOINT_URL,
    region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
    profile: process.env.AWS_PROFILE,
  },
  livesWithEngine(),
);
process.stdout.write(`${port}\n`);
