import type {
  CreatePolicyRequest,
  CreatePolicyResponse,
  DeletePolicyRequest,
  DescribePolicyRequest,
  DescribePolicyResponse,
  ListPoliciesRequest,
  ListPoliciesResponse,
  PolicySummary,
  UpdatePolicyRequest,
  UpdatePolicyResponse,
} from "@aws-sdk/client-organizations";
import { type Aws, AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { requireManagement, requireReader } from "./access.ts";
import { constraint, invalidInput } from "./errors.ts";
import { type Organization, policyArn } from "./organization.ts";
import { listPage } from "./paging.ts";
import { type Policy, policiesOf, policyOf } from "./policies.ts";
import { checkDocument } from "./policy-documents.ts";
import { limitsOf } from "./policy-limits.ts";
import { checkTags, putTags } from "./tags.ts";

/** Policies themselves; `policy-attachments.ts` has where they are attached. */
export function policyOperations(organization: Organization, aws: Aws): Record<string, Operation> {
  const { own, attachments } = organization.policies;
  return {
    async CreatePolicy(call: Call<CreatePolicyRequest>): Promise<CreatePolicyResponse> {
      requireManagement(organization, call);
      const {
        Name: name = "",
        Description: description = "",
        Type: type,
        Content: content = "",
        Tags: tags,
      } = call.input;
      if (type === undefined) throw invalidInput("INVALID_ENUM_POLICY_TYPE", "You specified an invalid policy type.");
      checkTags(tags);
      checkDocument(type, content);
      refuseDuplicate(organization, { type, name });
      if (policiesOf(organization, type).length >= limitsOf(type).inOrganization) {
        throw constraint("POLICY_NUMBER_LIMIT_EXCEEDED", "You have exceeded the number of policies of this type.");
      }
      const policy: Policy = { id: `p-${aws.hex(10)}`, type, awsManaged: false, name, description, content };
      own.set(policy.id, policy);
      putTags(organization, policy.id, tags);
      return { Policy: described(organization, policy) };
    },

    async UpdatePolicy(call: Call<UpdatePolicyRequest>): Promise<UpdatePolicyResponse> {
      requireManagement(organization, call);
      const policy = requireMutable(organization, call.input.PolicyId);
      const { Name: name = policy.name, Description: description, Content: content = policy.content } = call.input;
      checkDocument(policy.type, content);
      refuseDuplicate(organization, { ...policy, name });
      Object.assign(policy, { name, content, description: description ?? policy.description });
      await organization.membershipChanged();
      return { Policy: described(organization, policy) };
    },

    DeletePolicy(call: Call<DeletePolicyRequest>) {
      requireManagement(organization, call);
      const { id } = requireMutable(organization, call.input.PolicyId);
      if ((attachments.get(id)?.size ?? 0) > 0) {
        throw new AwsError(
          "PolicyInUseException",
          "The policy is attached to one or more entities. Detach it from all first.",
        );
      }
      own.delete(id);
      attachments.delete(id);
      organization.tags.delete(id);
      return {};
    },

    DescribePolicy(call: Call<DescribePolicyRequest>): DescribePolicyResponse {
      requireReader(organization, call);
      return { Policy: described(organization, requirePolicy(organization, call.input.PolicyId)) };
    },

    ListPolicies(call: Call<ListPoliciesRequest>): ListPoliciesResponse {
      requireReader(organization, call);
      const { items, ...rest } = listPage(
        policiesOf(organization, call.input.Filter).map((policy) => summaryOf(organization, policy)),
        call.input,
      );
      return { Policies: items, ...rest };
    },
  };
}

/** The policy, AWS's own too. Throws `PolicyNotFoundException`. */
export function requirePolicy(organization: Organization, id: string | undefined): Policy {
  const policy = policyOf(organization, id);
  if (policy === undefined) {
    throw new AwsError("PolicyNotFoundException", "You specified a policy that doesn't exist.");
  }
  return policy;
}

/** A policy as lists answer it. */
export function summaryOf(organization: Organization, policy: Policy): PolicySummary {
  const { id, name, description, type, awsManaged } = policy;
  return {
    Id: id,
    Arn: policyArn(organization, policy),
    Name: name,
    Description: description,
    Type: type,
    AwsManaged: awsManaged,
  };
}

function described(organization: Organization, policy: Policy) {
  return { PolicySummary: summaryOf(organization, policy), Content: policy.content };
}

function requireMutable(organization: Organization, id: string | undefined): Policy {
  const policy = requirePolicy(organization, id);
  if (policy.awsManaged) throw invalidInput("IMMUTABLE_POLICY", "You can't change a policy that AWS manages.");
  return policy;
}

function refuseDuplicate(organization: Organization, wanted: Pick<Policy, "type" | "name"> & { readonly id?: string }) {
  if (policiesOf(organization, wanted.type).some(({ id, name }) => name === wanted.name && id !== wanted.id)) {
    throw new AwsError("DuplicatePolicyException", "A policy with the same name already exists.");
  }
}
