import type {
  AttachPolicyRequest,
  DetachPolicyRequest,
  ListPoliciesForTargetRequest,
  ListPoliciesForTargetResponse,
  ListTargetsForPolicyRequest,
  ListTargetsForPolicyResponse,
  PolicyTargetSummary,
} from "@aws-sdk/client-organizations";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { requireManagement, requireReader } from "./access.ts";
import { constraint, invalidInput } from "./errors.ts";
import { isParent, memberOf, membersOf } from "./hierarchy.ts";
import { arnOf, type Organization } from "./organization.ts";
import { listPage } from "./paging.ts";
import { attachedTo, isAttached, type Policy } from "./policies.ts";
import { limitsOf } from "./policy-limits.ts";
import { requirePolicy, summaryOf } from "./policy-operations.ts";

/** Which root, unit or account has which policy.. */
export function policyAttachmentOperations(organization: Organization): Record<string, Operation> {
  const { policies } = organization;

  const attach = (policy: Policy, targetId: string) => {
    if (policy.awsManaged) policies.withoutFullAccess.delete(targetId);
    else policies.attachments.set(policy.id, new Set([...(policies.attachments.get(policy.id) ?? []), targetId]));
  };

  return {
    async AttachPolicy(call: Call<AttachPolicyRequest>) {
      requireManagement(organization, call);
      const policy = requirePolicy(organization, call.input.PolicyId);
      const targetId = requireTarget(organization, call.input.TargetId);
      requireEnabled(organization, policy);
      if (isAttached(organization, policy, targetId)) {
        throw new AwsError(
          "DuplicatePolicyAttachmentException",
          "The selected policy is already attached to the specified target.",
        );
      }
      if (attachedTo(organization, targetId, policy.type).length >= limitsOf(policy.type).attached) {
        throw constraint(
          "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
          "You have exceeded the number of policies of this type that can be attached to an entity.",
        );
      }
      attach(policy, targetId);
      await organization.membershipChanged();
      return {};
    },

    async DetachPolicy(call: Call<DetachPolicyRequest>) {
      requireManagement(organization, call);
      const policy = requirePolicy(organization, call.input.PolicyId);
      const targetId = requireTarget(organization, call.input.TargetId);
      if (policy.awsManaged && policy.type === "RESOURCE_CONTROL_POLICY") {
        throw invalidInput("NON_DETACHABLE_POLICY", "You can't detach this AWS managed policy.");
      }
      if (!isAttached(organization, policy, targetId)) {
        throw new AwsError("PolicyNotAttachedException", "The policy isn't attached to the specified target.");
      }
      if (policy.type === "SERVICE_CONTROL_POLICY" && attachedTo(organization, targetId, policy.type).length === 1) {
        throw constraint(
          "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
          "You can't detach the last policy of this type: an entity must have at least one.",
        );
      }
      if (policy.awsManaged) policies.withoutFullAccess.add(targetId);
      else policies.attachments.get(policy.id)?.delete(targetId);
      await organization.membershipChanged();
      return {};
    },

    ListPoliciesForTarget(call: Call<ListPoliciesForTargetRequest>): ListPoliciesForTargetResponse {
      requireReader(organization, call);
      const targetId = requireTarget(organization, call.input.TargetId);
      const attached = attachedTo(organization, targetId, call.input.Filter);
      const { items, ...rest } = listPage(
        attached.map((policy) => summaryOf(organization, policy)),
        call.input,
      );
      return { Policies: items, ...rest };
    },

    ListTargetsForPolicy(call: Call<ListTargetsForPolicyRequest>): ListTargetsForPolicyResponse {
      requireReader(organization, call);
      const policy = requirePolicy(organization, call.input.PolicyId);
      const targets = targetsOf(organization).filter(({ TargetId = "" }) => isAttached(organization, policy, TargetId));
      const { items, ...rest } = listPage(targets, call.input);
      return { Targets: items, ...rest };
    },
  };
}

/** The id of a root, unit or account of the organization. Throws `TargetNotFoundException`. */
export function requireTarget(organization: Organization, id = ""): string {
  if (!isParent(organization, id) && memberOf(organization, id) === undefined) {
    throw new AwsError("TargetNotFoundException", "You specified a target that doesn't exist.");
  }
  return id;
}

function requireEnabled({ policies }: Organization, { type }: Policy): void {
  if (policies.enabled.has(type)) return;
  throw new AwsError("PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types.");
}

function targetsOf(organization: Organization): PolicyTargetSummary[] {
  const { rootId } = organization;
  return [
    { TargetId: rootId, Arn: arnOf(organization, "root", rootId), Name: "Root", Type: "ROOT" },
    ...[...organization.units.values()].map(
      ({ id, arn, name }): PolicyTargetSummary => ({ TargetId: id, Arn: arn, Name: name, Type: "ORGANIZATIONAL_UNIT" }),
    ),
    ...membersOf(organization).map(
      ({ id, arn, name }): PolicyTargetSummary => ({ TargetId: id, Arn: arn, Name: name, Type: "ACCOUNT" }),
    ),
  ];
}
