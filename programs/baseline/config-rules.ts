import { Rule, type RuleArgs } from "@pulumi/aws/cfg/rule.js";
import type { Resource } from "@pulumi/pulumi";
import type { GuardPolicy, ManagedRule } from "../config-settings.ts";
import { awsNames, names, TAGS } from "../names.ts";
import type { AccountStack } from "./stack.ts";

/** The organization's own rules in one region; AWS takes rules only where there is a recorder. */
export function configRules(stack: AccountStack, region: string, recording: Resource): void {
  const { config } = stack.inputs.features;
  if (!config.enabled) return;
  for (const rule of config.rules) configRule(stack, region, recording, rule, managed(rule));
  for (const policy of config.policies) configRule(stack, region, recording, policy, guard(policy));
}

/** One rule in one region, unless it judges what is recorded in the home region only. */
function configRule(
  { inputs, member, declare, called = awsNames }: AccountStack,
  region: string,
  recording: Resource,
  rule: ManagedRule | GuardPolicy,
  definition: Omit<RuleArgs, "region" | "name" | "scope">,
): void {
  const { name, description, resourceTypes } = rule;
  if (isAtHome(rule) && region !== inputs.homeRegion) return;
  declare(
    Rule,
    {
      name: names.configRule(name, region),
      region,
      wanted: {
        name: called.configRule(name),
        ...(description === undefined ? {} : { description }),
        ...(resourceTypes.length === 0 ? {} : { scope: { complianceResourceTypes: [...resourceTypes] } }),
        ...definition,
        tags: TAGS,
      },
    },
    { provider: member, dependsOn: [recording] },
  );
}

/** IAM's types are recorded once, in the home region: elsewhere their rules would find nothing. */
function isAtHome({ homeRegionOnly, resourceTypes }: ManagedRule | GuardPolicy): boolean {
  return homeRegionOnly || (resourceTypes.length > 0 && resourceTypes.every((type) => type.startsWith("AWS::IAM::")));
}

function managed({ identifier, parameters, frequency }: ManagedRule): Pick<RuleArgs, "source"> {
  // AWS Config takes the values of parameters as strings.
  const given = Object.entries(parameters).map(([key, value]) => [key, String(value)]);
  return {
    source: { owner: "AWS", sourceIdentifier: identifier },
    ...(given.length === 0 ? {} : { inputParameters: JSON.stringify(Object.fromEntries(given)) }),
    ...(frequency === undefined ? {} : { maximumExecutionFrequency: frequency }),
  };
}

function guard({ policy }: GuardPolicy): Pick<RuleArgs, "source"> {
  return {
    source: {
      owner: "CUSTOM_POLICY",
      sourceDetails: [{ messageType: "ConfigurationItemChangeNotification" }],
      // The one runtime that there is (AWS Config API, CustomPolicyDetails).
      customPolicyDetails: { policyRuntime: "guard-2.x.x", policyText: policy },
    },
  };
}
