import { ConformancePack } from "@pulumi/aws/cfg/conformancePack.js";
import { Rule } from "@pulumi/aws/cfg/rule.js";
import type { Resource } from "@pulumi/pulumi";
import { resourcesOf } from "../extensions/extensions.ts";
import type { BaselineStack } from "./stack.ts";

/**
 * What the account's team added, after the recording that its rules look at: AWS Config refuses a conformance pack where nothing is recorded
 * (PutConformancePack, NoAvailableConfigurationRecorder for rules).
 */
export function extensions(stack: BaselineStack, recording: Readonly<Record<string, Resource>>): void {
  const { inputs, member, declare } = stack;
  for (const resource of inputs.extensions.flatMap((entry) => resourcesOf(entry, inputs))) {
    const after = recording[resource.region];
    const options = { provider: member, dependsOn: after === undefined ? [] : [after] };
    switch (resource.type) {
      case "aws:cfg/rule:Rule":
        declare(Rule, resource, options);
        break;
      case "aws:cfg/conformancePack:ConformancePack":
        declare(ConformancePack, resource, options);
        break;
    }
  }
}
