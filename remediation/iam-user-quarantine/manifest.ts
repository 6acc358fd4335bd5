import { MISUSED_CREDENTIALS, MISUSED_SIGN_IN } from "../credential-findings.ts";
import type { Manifest } from "../manifest.ts";

/**
 * Denies a user everything. No control of Security Hub finds users that are misused. Resources: Service Authorization Reference, "Actions,
 * resources, and condition keys for AWS Identity and Access Management": each action is decided on the user; none on a policy's name.
 */
export const iamUserQuarantine: Manifest = {
  name: "iam-user-quarantine",
  title: "IAM user quarantine",
  what: "An IAM user is denied everything, in the console, by access keys and by sessions that it was given before, and its access keys are inactive.",
  controls: [],
  findingTypes: [...MISUSED_CREDENTIALS, MISUSED_SIGN_IN],
  resourceTypes: ["AwsIamAccessKey", "AwsIamUser"],
  scope: "global",
  role: [
    {
      sid: "Users",
      actions: [
        "iam:DeleteUserPolicy",
        "iam:GetUser",
        "iam:GetUserPolicy",
        "iam:ListAccessKeys",
        "iam:PutUserPolicy",
        "iam:UpdateAccessKey",
      ],
      resources: ["arn:{partition}:iam::{account}:user/*"],
    },
  ],
  customAction: {
    id: "IamUserQuarantine",
    name: "Quarantine IAM user",
    description: "Denies the IAM user that the finding names everything, and makes its access keys inactive",
  },
  mode: "observe",
};
