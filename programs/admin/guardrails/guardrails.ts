import { Policy } from "@pulumi/aws/organizations/policy.js";
import { PolicyAttachment } from "@pulumi/aws/organizations/policyAttachment.js";
import { awsNames, names } from "../../names.ts";
import { identifyingTags } from "../../recovery/tag.ts";
import type { AdminStack } from "../stack.ts";
import { guardrailsOf } from "./policies.ts";

/**
 * The organization's policies and where they are attached, from the management account. The attachments to one unit wait for each
 * other, because Organizations answers ConcurrentModificationException to changes of one target at the same time; other units
 * wait until all is attached to the trial unit.
 */
export function guardrails({ inputs, management: provider }: AdminStack): void {
  const policies = guardrailsOf(inputs.features).map(({ label, type, description, document }) => {
    const name = names.guardrail(label);
    const policy = new Policy(
      name,
      {
        name: awsNames.guardrail(label),
        description,
        type,
        content: JSON.stringify(document(inputs)),
        tags: identifyingTags("admin", name),
      },
      { provider },
    );
    return { label, policy };
  });
  const attach = (targetId: string, after: PolicyAttachment | undefined) => {
    let last = after;
    for (const { label, policy } of policies) {
      const dependsOn = last === undefined ? [] : [last];
      const args = { policyId: policy.id, targetId };
      last = new PolicyAttachment(names.guardrailAttachment(label, targetId), args, { provider, dependsOn });
    }
    return last;
  };
  const { trialUnit, units } = inputs.features.guardrails;
  if (trialUnit === undefined || policies.length === 0) return;
  const tried = attach(trialUnit, undefined);
  for (const unit of units) attach(unit, tried);
}
