import { ConformancePack } from "@pulumi/aws/cfg/conformancePack.js";
import type { Resource } from "@pulumi/pulumi";
import { awsNames, names } from "../names.ts";
import { auditRules } from "./audit-rules.ts";
import { packTemplate } from "./pack-template.ts";
import type { ServiceLinkedRoles } from "./service-linked-roles.ts";
import type { BaselineStack } from "./stack.ts";

/**
 * The audit pack of one region. Deployed by the account's own stack and not by the organization, whose packs fail where one account does not
 * record. AWS makes its rules by a service-linked role, and only where there is a recorder.
 */
export function auditPack(
  { inputs, member, declare }: BaselineStack,
  region: string,
  { roles, recording }: { readonly roles: ServiceLinkedRoles; readonly recording: Resource },
): void {
  const { config } = inputs.features;
  if (!config.enabled || !config.auditPack.enabled) return;
  const { homeRegion, accounts } = inputs;
  const rules = auditRules(config, { region, homeRegion, managementAccountId: accounts.management });
  // AWS refuses a pack without a rule.
  if (rules.length === 0) return;
  const role = roles["config-conforms.amazonaws.com"];
  declare(
    ConformancePack,
    {
      name: names.auditPack(region),
      region,
      wanted: { name: awsNames.auditPack, templateBody: packTemplate(rules) },
    },
    { provider: member, dependsOn: [recording, ...(role === undefined ? [] : [role])] },
  );
}
