import { AutomationRule } from "@pulumi/aws/securityhub/automationRule.js";
import { names } from "../names.ts";
import { identifyingTags } from "../recovery/tag.ts";
import { environmentRules } from "./environment-rules.ts";
import type { HubAdministration } from "./security-hub.ts";
import type { AdminStack } from "./stack.ts";

/**
 * Scores findings by the environment of their account when they arrive. A rule acts only in the region in which it is made, on findings of
 * the administrator and its members, before EventBridge sees them (Security Hub CSPM User Guide, "Creating automation rules").
 */
export function automationRules(
  { inputs, security, declare }: AdminStack,
  region: string,
  { hub, administrator }: HubAdministration,
): void {
  const { partition, environments, features } = inputs;
  const rules = environmentRules(features.securityHub.automationRules, environments, { partition, region });
  for (const { key, wanted } of rules) {
    const name = names.automationRule(key, region);
    declare(
      AutomationRule,
      { name, region, wanted: { ...wanted, tags: identifyingTags("admin", name) } },
      { provider: security, dependsOn: [hub, administrator] },
    );
  }
}
