import type { ResourceTypes } from "../provider/resource.ts";
import { accountPasswordPolicy } from "./iam/account-password-policy.ts";
import { organizationsFeatures } from "./iam/organizations-features.ts";
import { managedPolicy, rolePolicy, rolePolicyAttachment } from "./iam/policies.ts";
import { role } from "./iam/role.ts";
import { serviceLinkedRole } from "./iam/service-linked-role.ts";

export const iam: ResourceTypes = {
  "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": accountPasswordPolicy,
  "aws:iam/organizationsFeatures:OrganizationsFeatures": organizationsFeatures,
  "aws:iam/policy:Policy": managedPolicy,
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": rolePolicyAttachment,
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": serviceLinkedRole,
};
