import { type Aws, AwsError, type EmulatorFactory, regional } from "../../sandbox/gateway/emulator.ts";

/** A few operations of Systems Manager (JSON protocol), to test the gateway with. */
export const parameters: EmulatorFactory = () => {
  const stored = regional(() => new Map<string, string>());
  return {
    signingName: "ssm",
    model: "ssm",
    authorization: (call) => ({
      resources: [`arn:aws:ssm:${call.region}:${call.accountId}:parameter/${call.input.Name}`],
    }),
    operations: {
      PutParameter: ({ accountId, region, input }) => {
        stored.of(accountId, region).set(input.Name, input.Value);
        return { Version: 1, Tier: "Standard" };
      },
      GetParameter: ({ accountId, region, input }) => {
        const value = stored.of(accountId, region).get(input.Name);
        if (value === undefined) throw new AwsError("ParameterNotFound", `no ${input.Name}`);
        return { Parameter: { Name: input.Name, Value: value, Type: "String", LastModifiedDate: new Date(1.5e12) } };
      },
      // Breaks its own model, as an emulator with a mistake would.
      GetParameters: () => ({ Parameters: [{ Name: 7, Surprise: true }] }),
    },
  };
};

/** A few operations of Inspector (REST protocol), one of which emits an event. */
export function inspections(lend: (aws: Aws) => void = () => {}): EmulatorFactory {
  return (aws) => {
    lend(aws);
    return {
      signingName: "inspector2",
      model: "inspector2",
      operations: {
        Enable: async ({ accountId, region, input }) => {
          await aws.putEvent({
            accountId,
            region,
            source: "aws.inspector2",
            detailType: "Inspector2 Enabled",
            detail: { resourceTypes: input.resourceTypes },
            resources: [`arn:aws:inspector2:${region}:${accountId}:/`],
          });
          return { accounts: [] };
        },
        ListTagsForResource: ({ input }) => ({ tags: { asked: input.resourceArn } }),
        UntagResource: ({ input }) => {
          if (input.tagKeys.includes("missing")) {
            throw new AwsError("ResourceNotFoundException", `no tags on ${input.resourceArn}`);
          }
          return {};
        },
      },
    };
  };
}
