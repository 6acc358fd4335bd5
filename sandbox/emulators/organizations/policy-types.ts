import type {
  DisablePolicyTypeRequest,
  DisablePolicyTypeResponse,
  EnablePolicyTypeRequest,
  EnablePolicyTypeResponse,
  Root,
} from "@aws-sdk/client-organizations";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { requireManagement } from "./access.ts";
import { arnOf, type Organization } from "./organization.ts";

/** Which types of policies are enabled in the root. AWS takes a moment longer, in which the type is PENDING_ENABLE. */
export function policyTypeOperations(organization: Organization): Record<string, Operation> {
  const { policies } = organization;
  const requireRoot = (id: string | undefined) => {
    if (id !== organization.rootId) {
      throw new AwsError("RootNotFoundException", "You specified a root that doesn't exist.");
    }
  };
  return {
    async EnablePolicyType(call: Call<EnablePolicyTypeRequest>): Promise<EnablePolicyTypeResponse> {
      requireManagement(organization, call);
      const { RootId: rootId, PolicyType: type } = call.input;
      requireRoot(rootId);
      if (type === undefined || policies.enabled.has(type)) {
        throw new AwsError(
          "PolicyTypeAlreadyEnabledException",
          "The specified policy type is already enabled in the specified root.",
        );
      }
      policies.enabled.add(type);
      await organization.membershipChanged();
      return { Root: rootShape(organization) };
    },

    /** Detaches every policy of the type; enabled again, only AWS's own are attached. */
    async DisablePolicyType(call: Call<DisablePolicyTypeRequest>): Promise<DisablePolicyTypeResponse> {
      requireManagement(organization, call);
      const { RootId: rootId, PolicyType: type } = call.input;
      requireRoot(rootId);
      if (type === undefined || !policies.enabled.delete(type)) {
        throw new AwsError(
          "PolicyTypeNotEnabledException",
          "The specified policy type isn't currently enabled in this root.",
        );
      }
      for (const policy of policies.own.values()) if (policy.type === type) policies.attachments.delete(policy.id);
      if (type === "SERVICE_CONTROL_POLICY") policies.withoutFullAccess.clear();
      await organization.membershipChanged();
      return { Root: rootShape(organization) };
    },
  };
}

/** The root, with the policy types that are enabled in it. */
export function rootShape(organization: Organization): Root {
  const { rootId, policies } = organization;
  return {
    Id: rootId,
    Arn: arnOf(organization, "root", rootId),
    Name: "Root",
    PolicyTypes: [...policies.enabled].map((Type) => ({ Type, Status: "ENABLED" })),
  };
}
