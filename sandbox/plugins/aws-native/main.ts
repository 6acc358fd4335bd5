import { livesWithEngine } from "../provider/lifetime.ts";
import { serve } from "../provider/server.ts";
import { awsNativeConfiguration } from "./configuration.ts";
import { awsNativeServices } from "./services.ts";

// The plugin `pulumi-resource-aws-native`. usage: main.ts <version of the package that it answers for> [address of the engine]
// Prints its port, which is how the engine finds it.
void serve(
  {
    name: "aws-native",
    version: process.argv[2] ?? "",
    configuration: awsNativeConfiguration,
    regionPerResource: false,
    find: (token) => awsNativeServices[/^aws-native:([^:]+):/.exec(token)?.[1] ?? ""]?.[token],
    invoke: () => undefined,
  },
  {
    endpoint: process.env.AWS_ENDPOINT_URL,
    region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
    profile: process.env.AWS_PROFILE,
  },
  livesWithEngine(),
).then((port) => process.stdout.write(`${port}\n`));
