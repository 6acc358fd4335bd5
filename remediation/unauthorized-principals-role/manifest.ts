import { EXTERNAL_ACCESS } from "../finding-resources.ts";
import type { Manifest } from "../manifest.ts";

/**
 * Takes strange accounts out of roles' trust policies. No control of Security Hub looks at them; Access Analyzer does. What a role answers with has
 * its tags (IAM API reference, GetRole).
 */
export const unauthorizedPrincipalsRole: Manifest = {
  name: "unauthorized-principals-role",
  title: "Unauthorized principals of roles",
  what: "Nobody but accounts of the organization and partners can assume a role; sessions from before go on until they end.",
  controls: [],
  findingTypes: EXTERNAL_ACCESS,
  resourceTypes: ["AwsIamRole"],
  scope: "global",
  role: [
    {
      sid: "Roles",
      actions: ["iam:GetRole", "iam:UpdateAssumeRolePolicy"],
      resources: ["arn:{partition}:iam::{account}:role/*"],
    },
  ],
  customAction: {
    id: "RolePrincipals",
    name: "Close role trust",
    description: "Takes accounts out of the role's trust policy that are neither of the organization nor partners",
  },
  mode: "observe",
};
