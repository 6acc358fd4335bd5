import { livesWithEngine } from "../provider/lifetime.ts";
import { serve } from "../provider/server.ts";
import { awsConfiguration } from "./configuration.ts";
import { awsFunctions } from "./functions.ts";
import { awsServices } from "./services.ts";

// The plugin `pulumi-resource-aws`. usage: main.ts <version of the package that it answers for> [address of the engine]
// Prints its port, which is how the engine finds it.
void serve(
  {
    name: "aws",
    version: process.argv[2] ?? "",
    configuration: awsConfiguration,
    regionPerResource: true,
    find: (token) => awsServices[/^aws:([^/]+)\//.exec(token)?.[1] ?? ""]?.[token],
    invoke: (token, place, args) => awsFunctions[token]?.(place, args),
  },
  {
    endpoint: process.env.AWS_ENDPOINT_URL,
    region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
    profile: process.env.AWS_PROFILE,
  },
  livesWithEngine(),
).then((port) => process.stdout.write(`${port}\n`));
