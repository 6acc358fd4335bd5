import { ConfigurationPolicy, type ConfigurationPolicyArgs } from "@pulumi/aws/securityhub/configurationPolicy.js";
import { ConfigurationPolicyAssociation } from "@pulumi/aws/securityhub/configurationPolicyAssociation.js";
import type { FindingAggregator } from "@pulumi/aws/securityhub/findingAggregator.js";
import { OrganizationConfiguration } from "@pulumi/aws/securityhub/organizationConfiguration.js";
import { PolicyAssociation } from "@pulumi/aws-native/securityhub/policyAssociation.js";
import { parametersUnder } from "../control-parameters.ts";
import { awsNames, names } from "../names.ts";
import type { CentralPolicy } from "../security-hub-settings.ts";
import type { ControlParameters, ParameterValue } from "../settings.ts";
import { standardArn } from "../standards.ts";
import type { HubAdministration } from "./security-hub.ts";
import type { AdminStack } from "./stack.ts";

/** What stands in place of a policy's id where a target looks after itself (CloudFormation, AWS::SecurityHub::PolicyAssociation). */
const SELF_MANAGED = "SELF_MANAGED_SECURITY_HUB";

/**
 * How long an association may take. After it the provider goes on while AWS, which may take a day, does too: `api` asks again before a
 * baseline relies on it.
 */
const ASSOCIATION_TIMEOUTS = { create: "15m", update: "15m" } as const;

/**
 * Configures the organization's hubs from the home region: AWS applies each policy in it and in all linked regions, to accounts that join
 * later too. The security account stays self-managed, because this stack makes its hub and standards, which everything here stands on.
 */
export function centralConfiguration(
  stack: AdminStack,
  aggregator: FindingAggregator,
  hubs: readonly HubAdministration[],
): void {
  const { inputs, security, declare } = stack;
  const { homeRegion: region, features, accounts } = inputs;
  const { mode, central } = features.securityHub;
  if (mode !== "central") return;
  const configuration = declare(
    OrganizationConfiguration,
    {
      name: names.hubOrganization(region),
      region,
      wanted: {
        autoEnable: false,
        autoEnableStandards: "NONE",
        organizationConfiguration: { configurationType: "CENTRAL" },
      },
    },
    // AWS asks for the aggregation; the hubs and standards of the security account are made while it may still make them.
    { provider: security, dependsOn: [aggregator, ...hubs.flatMap(({ standards }) => standards)] },
  );
  // AWS leaves central configuration only where nothing is associated any more, this neither.
  if (central.policies.length === 0) return;
  const own = new PolicyAssociation(
    names.policyAssociation(accounts.security, region),
    { configurationPolicyId: SELF_MANAGED, targetId: accounts.security, targetType: "ACCOUNT" },
    { provider: stack.native(region), dependsOn: [configuration] },
  );
  for (const each of central.policies) {
    const policy = declare(
      ConfigurationPolicy,
      { name: names.configurationPolicy(each.name, region), region, wanted: policyOf(stack, each) },
      { provider: security, dependsOn: [configuration] },
    );
    for (const targetId of each.targets) {
      declare(
        ConfigurationPolicyAssociation,
        { name: names.policyAssociation(targetId, region), region, wanted: { targetId, policyId: policy.id } },
        { provider: security, dependsOn: [own, policy], customTimeouts: ASSOCIATION_TIMEOUTS },
      );
    }
  }
}

function policyOf({ inputs }: AdminStack, policy: CentralPolicy): Omit<ConfigurationPolicyArgs, "region"> {
  const { partition, homeRegion } = inputs;
  const shared = { name: awsNames.configurationPolicy(policy.name), description: "Managed by Bulwark" };
  if (!policy.enabled) return { ...shared, configurationPolicy: { serviceEnabled: false } };
  const standards = policy.standards ?? inputs.standards;
  const { disabledControls } = policy;
  // A parameter of a control that the policy has off would be refused with the whole policy.
  const parameters = parametersUnder(inputs.controlParameters, standards).filter(
    ({ controlId }) => !disabledControls.includes(controlId),
  );
  return {
    ...shared,
    configurationPolicy: {
      serviceEnabled: true,
      enabledStandardArns: standards.map((standard) => standardArn(partition, homeRegion, standard)),
      securityControlsConfiguration: {
        disabledControlIdentifiers: [...disabledControls],
        securityControlCustomParameters: parameters.map(customParameters),
      },
    },
  };
}

/** The provider's block by the name that AWS and the settings give to a type. */
const BLOCKS = {
  ...{ boolean: "bool", double: "double", enum: "enum", integer: "int", string: "string" },
  ...{ enumList: "enumList", integerList: "intList", stringList: "stringList" },
} as const;

function customParameters({ controlId, parameters }: ControlParameters) {
  return {
    securityControlId: controlId,
    parameters: Object.entries(parameters).map(([name, value]) => ({ name, valueType: "CUSTOM", ...blockOf(value) })),
  };
}

function blockOf(value: ParameterValue): object {
  const [type = "string", held] = Object.entries(value)[0] ?? [];
  return { [BLOCKS[type as keyof typeof BLOCKS]]: Array.isArray(held) ? { values: held } : { value: held } };
}
