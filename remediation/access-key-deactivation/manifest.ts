import { MISUSED_CREDENTIALS } from "../credential-findings.ts";
import type { Manifest } from "../manifest.ts";

/**
 * Turns off one access key of a user. No control of Security Hub is about one key. Resources: Service Authorization Reference, "Actions,
 * resources, and condition keys for AWS Identity and Access Management": each action is decided on the user.
 */
export const accessKeyDeactivation: Manifest = {
  name: "access-key-deactivation",
  title: "Access key deactivation",
  what: "An access key of an IAM user that somebody else may have is inactive.",
  controls: [],
  findingTypes: MISUSED_CREDENTIALS,
  resourceTypes: ["AwsIamAccessKey"],
  scope: "global",
  role: [
    {
      sid: "Keys",
      actions: ["iam:GetUser", "iam:ListAccessKeys", "iam:UpdateAccessKey"],
      resources: ["arn:{partition}:iam::{account}:user/*"],
    },
  ],
  customAction: {
    id: "AccessKeyOff",
    name: "Turn off access key",
    description: "Makes the access key that the finding names inactive, where it is a user's",
  },
  mode: "observe",
};
