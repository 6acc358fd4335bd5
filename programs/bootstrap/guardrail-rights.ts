import { guardrailPolicyTypes } from "../admin/guardrails/policies.ts";
import { TAGS } from "../names.ts";
import { arn } from "../partition.ts";
import { RESOURCE_TAG } from "../recovery/tag.ts";
import type { OrganizationSettings } from "../settings.ts";
import type { Statement } from "./policy-document.ts";
import { ORGANIZATION_POLICY, ORGANIZATION_POLICY_READ } from "./service-actions.ts";

/**
 * What the management role needs for the guardrails that are switched on: policies of their types, attached to organizational units.
 * It can neither enable nor disable a type, which would detach every policy of the type, nor attach to the root or an account.
 */
export function guardrailRights(settings: OrganizationSettings, organizationId: string): readonly Statement[] {
  const types = guardrailPolicyTypes(settings.features);
  if (types.length === 0) return [];
  const ofTypes = { StringEquals: { "organizations:PolicyType": types } };
  const entities = ["policy", "ou"].map((kind) =>
    arn(settings.partition, "organizations", "", settings.accounts.management, `${kind}/${organizationId}/*`),
  );
  return [
    { Sid: "ReadPolicies", Effect: "Allow", Action: ORGANIZATION_POLICY_READ, Resource: ["*"] },
    // A policy has no ARN before it is made.
    {
      Sid: "MakePolicies",
      Effect: "Allow",
      Action: ["organizations:CreatePolicy"],
      Resource: ["*"],
      Condition: ofTypes,
    },
    { Sid: "Policies", Effect: "Allow", Action: ORGANIZATION_POLICY, Resource: entities, Condition: ofTypes },
    {
      Sid: "TagPolicies",
      Effect: "Allow",
      Action: ["organizations:TagResource", "organizations:UntagResource"],
      Resource: ["*"],
      Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": [...Object.keys(TAGS), RESOURCE_TAG] } },
    },
  ];
}
