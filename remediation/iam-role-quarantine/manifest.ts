import { MISUSED_CREDENTIALS, STOLEN_ROLE_CREDENTIALS } from "../credential-findings.ts";
import type { Manifest } from "../manifest.ts";

/**
 * Denies a role everything. No control of Security Hub finds roles that are misused. Resources: Service Authorization Reference, "Actions,
 * resources, and condition keys for AWS Identity and Access Management": each action is decided on the role; none on a policy's name.
 */
export const iamRoleQuarantine: Manifest = {
  name: "iam-role-quarantine",
  title: "IAM role quarantine",
  what: "An IAM role is denied everything, in sessions that were opened before and in those that are opened while it is quarantined.",
  controls: [],
  findingTypes: [...MISUSED_CREDENTIALS, ...STOLEN_ROLE_CREDENTIALS],
  resourceTypes: ["AwsIamAccessKey", "AwsIamRole"],
  scope: "global",
  role: [
    {
      sid: "Roles",
      actions: ["iam:DeleteRolePolicy", "iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy"],
      resources: ["arn:{partition}:iam::{account}:role/*"],
    },
  ],
  customAction: {
    id: "IamRoleQuarantine",
    name: "Quarantine IAM role",
    description: "Denies the IAM role that the finding names, or whose session it names, everything",
  },
  mode: "observe",
};
