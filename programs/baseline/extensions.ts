import { ArchiveRule } from "@pulumi/aws/accessanalyzer/archiveRule.js";
import { ConformancePack } from "@pulumi/aws/cfg/conformancePack.js";
import { Rule } from "@pulumi/aws/cfg/rule.js";
import { AutomationRule } from "@pulumi/aws/securityhub/automationRule.js";
import { Association } from "@pulumi/aws/ssm/association.js";
import type { Resource } from "@pulumi/pulumi";
import { resourcesAfter, resourcesOf } from "../extensions/extensions.ts";
import { alertRoutes } from "./alert-routes.ts";
import { remediationModes } from "./remediation-modes.ts";
import type { BaselineStack } from "./stack.ts";

/**
 * What the account's team added, and what undoes that which has ended. Rules come after the recording that they look at: AWS Config refuses a conformance pack where nothing is
 * recorded (PutConformancePack, NoAvailableConfigurationRecorder for rules).
 */
export function extensions(stack: BaselineStack, recording: Readonly<Record<string, Resource>>): void {
  const { inputs, member, security, declare } = stack;
  const declared = inputs.extensions.flatMap((entry) => resourcesOf(entry, inputs));
  const held = new Set(declared.map(({ name }) => name));
  const undoing = inputs.endedExtensions.flatMap((entry) => resourcesAfter(entry, inputs));
  for (const resource of [...declared, ...undoing.filter(({ name }) => !held.has(name))]) {
    const after = recording[resource.region];
    const recorded = { provider: member, dependsOn: after === undefined ? [] : [after] };
    switch (resource.type) {
      case "aws:cfg/rule:Rule":
        declare(Rule, resource, recorded);
        break;
      case "aws:cfg/conformancePack:ConformancePack":
        declare(ConformancePack, resource, recorded);
        break;
      case "aws:ssm/association:Association":
        declare(Association, resource, { provider: member });
        break;
      case "aws:securityhub/automationRule:AutomationRule":
        declare(AutomationRule, resource, { provider: security });
        break;
      case "aws:accessanalyzer/archiveRule:ArchiveRule":
        declare(ArchiveRule, resource, { provider: security });
        break;
    }
  }
  alertRoutes(stack);
  remediationModes(stack);
}
