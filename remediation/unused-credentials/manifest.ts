import type { Manifest } from "../manifest.ts";

/**
 * Turns off access keys that are old or that nobody uses. Controls: Security Hub User Guide, "Security Hub CSPM controls for IAM". Resources:
 * Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and Access Management".
 */
export const unusedCredentials: Manifest = {
  name: "unused-credentials",
  title: "Unused credentials",
  what: "An IAM user has no active access key that is older than 90 days, or that was not used for 45 or 90, as its control asks.",
  controls: [{ id: "IAM.3", cis: "1.13" }, { id: "IAM.8" }, { id: "IAM.22", cis: "1.11" }],
  findingTypes: [],
  resourceTypes: ["AwsIamUser"],
  scope: "global",
  role: [
    {
      // Who else may do everything is to be read of the account as a whole: IAM has no resource for it.
      sid: "Account",
      actions: ["iam:GetAccountAuthorizationDetails"],
      resources: ["*"],
    },
    {
      sid: "Users",
      actions: [
        "iam:GetAccessKeyLastUsed",
        "iam:GetLoginProfile",
        "iam:GetUser",
        "iam:ListAccessKeys",
        "iam:UpdateAccessKey",
      ],
      resources: ["arn:{partition}:iam::{account}:user/*"],
    },
  ],
  customAction: {
    id: "UnusedCredentials",
    name: "Turn off unused keys",
    description:
      "Makes access keys inactive that are too old, or were not used for too long, by the control of the finding",
  },
  mode: "observe",
};
