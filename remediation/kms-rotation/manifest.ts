import type { Manifest } from "../manifest.ts";

/**
 * Has customers' keys rotated. Control: Security Hub User Guide, "Security Hub CSPM controls for AWS KMS". It works through the account's IAM
 * policies: a key whose policy does not let in the account can't be changed.
 */
export const kmsRotation: Manifest = {
  name: "kms-rotation",
  title: "KMS key rotation",
  what: "A symmetric key of the account gets new key material every year.",
  controls: [{ id: "KMS.4", cis: "3.6" }],
  findingTypes: [],
  resourceTypes: ["AwsKmsKey"],
  scope: "regional",
  role: [
    {
      sid: "Keys",
      actions: [
        "kms:DescribeKey",
        "kms:DisableKeyRotation",
        "kms:EnableKeyRotation",
        "kms:GetKeyRotationStatus",
        "kms:ListResourceTags",
      ],
      resources: ["arn:{partition}:kms:*:{account}:key/*"],
    },
  ],
  customAction: {
    id: "KmsRotation",
    name: "Rotate KMS key",
    description: "Turns on the yearly rotation of the key's material",
  },
  mode: "observe",
};
