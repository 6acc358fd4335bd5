import { livesWithEngine } from "../provider/lifetime.ts";
import { serve } from "../provider/server.ts";
import { packageVersion } from "../provider/version.ts";
import { awsNativeConfiguration } from "./configuration.ts";
import { awsNativeServices } from "./services.ts";

/** The plugin `pulumi-resource-aws-native`: prints its port, which is how the engine finds it. */
const port = await serve(
  {
    name: "aws-native",
    version: packageVersion("@pulumi/aws-native"),
    configuration: awsNativeConfiguration,
    regionPerResource: false,
    async find(token) {
      const types = await awsNativeServices[/^aws-native:([^:]+):/.exec(token)?.[1] ?? ""]?.();
      return types?.[token];
    },
    invoke: () => undefined,
  },
  {
    endpoint: process.env.AWS_ENDPOINT_URL,
    region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
    profile: process.env.AWS_PROFILE,
  },
  livesWithEngine(),
);
process.stdout.write(`${port}\n`);
