import type { ConfigRule, Source } from "@aws-sdk/client-config-service";
import { during, isAwsError, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, type InputsOf, json, type OutputsOf, output, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, tagFields } from "../../provider/tags.ts";
import { waitFor } from "../../provider/waiting.ts";
import { configClient, setTags, tagsOf } from "./client.ts";

const properties = {
  name: string({ replaces: true, naming: { length: 128 } }),
  description: string(),
  evaluationModes: set(block({ mode: string() }), { computed: true }),
  inputParameters: json(),
  maximumExecutionFrequency: string(),
  scope: block({
    complianceResourceId: string(),
    complianceResourceTypes: set(string()),
    tagKey: string(),
    tagValue: string(),
  }),
  source: block(
    {
      owner: string({ required: true }),
      sourceIdentifier: string(),
      sourceDetails: set(
        block({
          eventSource: string({ default: "aws.config" }),
          maximumExecutionFrequency: string(),
          messageType: string(),
        }),
      ),
      customPolicyDetails: block({
        enableDebugLogDelivery: boolean({ default: false }),
        policyRuntime: string({ required: true }),
        policyText: string({ required: true }),
      }),
    },
    { required: true },
  ),
  ...tagFields,
  arn: output(string()),
  ruleId: output(string()),
};

type Inputs = InputsOf<typeof properties>;
type Outputs = OutputsOf<typeof properties>;

const noRule = "NoSuchConfigRuleException";

function toAws({ source, scope, ...inputs }: Inputs): ConfigRule {
  const policy = source.customPolicyDetails;
  const rule = {
    ConfigRuleName: inputs.name,
    Description: inputs.description || undefined,
    EvaluationModes: inputs.evaluationModes?.map(({ mode }) => ({ Mode: mode })),
    InputParameters: inputs.inputParameters || undefined,
    MaximumExecutionFrequency: inputs.maximumExecutionFrequency || undefined,
    Scope: scope && {
      ComplianceResourceId: scope.complianceResourceId || undefined,
      ComplianceResourceTypes: scope.complianceResourceTypes?.length ? [...scope.complianceResourceTypes] : undefined,
      TagKey: scope.tagKey || undefined,
      TagValue: scope.tagValue || undefined,
    },
    Source: {
      Owner: source.owner,
      SourceIdentifier: source.sourceIdentifier || undefined,
      SourceDetails: source.sourceDetails?.map((detail) => ({
        EventSource: detail.eventSource,
        MessageType: detail.messageType,
        MaximumExecutionFrequency: detail.maximumExecutionFrequency || undefined,
      })),
      CustomPolicyDetails: policy && {
        EnableDebugLogDelivery: policy.enableDebugLogDelivery,
        PolicyRuntime: policy.policyRuntime,
        PolicyText: policy.policyText,
      },
    },
  };
  // Owners, modes and frequencies are strings to a program; AWS checks them.
  return rule as ConfigRule;
}

async function put(place: Place, inputs: Inputs): Promise<void> {
  const config = await place.client(configClient);
  const giveUp = Date.now() + 120_000;
  await during(`putting ConfigService Config Rule (${inputs.name})`, () =>
    // A role or a function may just have been made.
    waitFor({ within: 130_000, every: 500, signal: place.cancelled }, async () => {
      try {
        return await config.putConfigRule({ ConfigRule: toAws(inputs), Tags: asPairs(inputs.tagsAll) });
      } catch (error) {
        if (isAwsError(error, "InsufficientPermissionsException") && Date.now() < giveUp) return undefined;
        throw error;
      }
    }),
  );
}

async function find(place: Place, name: string): Promise<ConfigRule | undefined> {
  const config = await place.client(configClient);
  return (await unless(config.describeConfigRules({ ConfigRuleNames: [name] }), noRule))?.ConfigRules?.[0];
}

function sourceFrom(source: Source | undefined, prior: Outputs["source"]): Outputs["source"] {
  const { CustomPolicyDetails: policy, SourceDetails: details = [] } = source ?? {};
  return {
    owner: source?.Owner ?? "",
    sourceIdentifier: source?.SourceIdentifier,
    ...(details.length > 0
      ? {
          sourceDetails: details.map((detail) => ({
            eventSource: detail.EventSource ?? "aws.config",
            messageType: detail.MessageType,
            maximumExecutionFrequency: detail.MaximumExecutionFrequency,
          })),
        }
      : {}),
    ...(policy
      ? {
          customPolicyDetails: {
            enableDebugLogDelivery: policy.EnableDebugLogDelivery ?? false,
            policyRuntime: policy.PolicyRuntime ?? "",
            // Config does not tell the text again.
            policyText: policy.PolicyText || (prior?.customPolicyDetails?.policyText ?? ""),
          },
        }
      : {}),
  };
}

function scopeFrom(scope: ConfigRule["Scope"]): Outputs["scope"] {
  return (
    scope && {
      complianceResourceId: scope.ComplianceResourceId,
      complianceResourceTypes: scope.ComplianceResourceTypes,
      tagKey: scope.TagKey,
      tagValue: scope.TagValue,
    }
  );
}

export const rule = resource({
  title: "ConfigService Config Rule",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    await put(place, inputs);
    return inputs.name ?? "";
  },
  async read(place, id, prior) {
    const found = await find(place, id);
    return (
      found && {
        name: found.ConfigRuleName,
        description: found.Description,
        evaluationModes: found.EvaluationModes?.map(({ Mode }) => ({ mode: Mode })),
        inputParameters: found.InputParameters,
        maximumExecutionFrequency: found.MaximumExecutionFrequency,
        scope: scopeFrom(found.Scope),
        source: sourceFrom(found.Source, prior.source),
        tagsAll: await tagsOf(place, found.ConfigRuleArn),
        arn: found.ConfigRuleArn,
        ruleId: found.ConfigRuleId,
      }
    );
  },
  async update(place, _id, inputs, changed, prior) {
    if ([...changed].some((name) => !/^tags/.test(name))) await put(place, inputs);
    await setTags(place, prior.arn, prior.tagsAll, inputs.tagsAll);
  },
  async delete(place, id) {
    const config = await place.client(configClient);
    await waitFor({ within: 120_000, signal: place.cancelled }, async () => {
      try {
        await unless(config.deleteConfigRule({ ConfigRuleName: id }), noRule);
        return true;
      } catch (error) {
        if (isAwsError(error, "ResourceInUseException")) return undefined;
        throw error;
      }
    });
    await during(`waiting for ConfigService Config Rule (${id}) delete`, () =>
      waitFor({ within: 300_000, signal: place.cancelled }, async () => ((await find(place, id)) ? undefined : true)),
    );
  },
});
