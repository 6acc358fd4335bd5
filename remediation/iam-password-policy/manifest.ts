import type { Manifest } from "../manifest.ts";

/**
 * Has the account's password policy set again, by the baseline. Controls: Security Hub User Guide, "Security Hub CSPM controls for IAM"; the action
 * has no resource (Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and Access Management").
 */
export const iamPasswordPolicy = {
  name: "iam-password-policy",
  title: "IAM password policy",
  what: "The baseline is deployed again, and passwords of the account's users are what the organization asks for.",
  controls: [
    ...[{ id: "IAM.7" }, { id: "IAM.11" }, { id: "IAM.12" }, { id: "IAM.13" }, { id: "IAM.14" }],
    ...[{ id: "IAM.15", cis: "1.7" }, { id: "IAM.16", cis: "1.8" }, { id: "IAM.17" }],
  ],
  findingTypes: [],
  resourceTypes: ["AwsAccount"],
  scope: "global",
  role: [{ sid: "Look", actions: ["iam:GetAccountPasswordPolicy"], resources: ["*"] }],
  customAction: {
    id: "PasswordPolicy",
    name: "Repair password pol.",
    description: "Deploys the account's baseline again where the password policy is not what the control asks for",
  },
  mode: "observe",
  irreversible: true,
  repairs: "baseline",
} as const satisfies Manifest;
