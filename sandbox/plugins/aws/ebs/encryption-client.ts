import { AwsEc2QueryProtocol } from "@aws-sdk/core/protocols";
import type { ClientSettings } from "../../provider/place.ts";

const namespace = "com.amazonaws.ec2";
const empty = [3, namespace, "Request", 0, [], []] as const;
const answer = [
  3,
  namespace,
  "Result",
  0,
  ["EbsEncryptionByDefault"],
  [[2, { ec2QueryName: "EbsEncryptionByDefault", xmlName: "ebsEncryptionByDefault" }]],
] as const;

export interface EbsEncryption {
  get(): Promise<boolean>;
  set(enabled: boolean): Promise<void>;
}

/** The endpoint is given, so nothing is to be resolved; the stack of a client orders its steps around this name. */
const fixedEndpoint = {
  applyToStack(stack: { add(middleware: <N>(next: N) => N, options: object): void }) {
    stack.add((next) => next, { step: "serialize", name: "endpointV2Middleware" });
  },
};

type Empty = Record<never, never>;

interface Answer {
  readonly EbsEncryptionByDefault?: boolean;
  readonly $metadata: object;
}

/**
 * EC2's three calls for encryption by default, made by the client of STS with EC2's protocol. The package of EC2 holds
 * hundreds of calls and takes 60 MB and 0.2 s to load, which the plugin of every account would pay for these three.
 */
export const ebsEncryptionClient = async (settings: ClientSettings) => {
  const { STSClient, $Command } = await import("@aws-sdk/client-sts");
  const client = new STSClient({
    ...settings,
    endpoint: settings.endpoint ?? `https://ec2.${settings.region}.amazonaws.com`,
    protocol: AwsEc2QueryProtocol,
    protocolSettings: {
      defaultNamespace: namespace,
      xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15",
      version: "2016-11-15",
      errorTypeRegistries: [],
    },
    httpAuthSchemeProvider: () => [
      {
        schemeId: "aws.auth#sigv4",
        signingProperties: { signingName: "ec2", signingRegion: settings.region },
        propertiesExtractor: (config: unknown, context: unknown) => ({ signingProperties: { config, context } }),
      },
    ],
  } as NonNullable<ConstructorParameters<typeof STSClient>[0]>);
  const call = async (operation: string) => {
    // The operation's schema as a generated command has it; the types of the SDK know only their own.
    const Command = $Command
      .classBuilder<Empty, Answer, typeof client.config, Empty, Answer>()
      .s("AmazonEC2", operation, {})
      .m(() => [fixedEndpoint])
      .n("EC2Client", `${operation}Command`)
      .sc([9, namespace, operation, 0, () => empty, () => answer] as never)
      .build();
    return client.send(new Command({}) as never) as Promise<Answer>;
  };
  return Object.assign(client, {
    get: async () => (await call("GetEbsEncryptionByDefault")).EbsEncryptionByDefault ?? false,
    set: async (enabled: boolean) => {
      await call(enabled ? "EnableEbsEncryptionByDefault" : "DisableEbsEncryptionByDefault");
    },
  } satisfies EbsEncryption);
};
