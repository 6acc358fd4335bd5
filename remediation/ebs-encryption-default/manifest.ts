import type { Manifest } from "../manifest.ts";

/**
 * Has new EBS volumes encrypted again, by the baseline. Control: Security Hub User Guide, "Security Hub CSPM controls for Amazon EC2"; the action
 * has no resource (Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2").
 */
export const ebsEncryptionDefault = {
  name: "ebs-encryption-default",
  title: "EBS encryption by default",
  what: "The baseline is deployed again, and new volumes of the region are encrypted.",
  controls: [{ id: "EC2.7", cis: "5.1.1" }],
  findingTypes: [],
  resourceTypes: ["AwsAccount"],
  scope: "regional",
  role: [{ sid: "Look", actions: ["ec2:GetEbsEncryptionByDefault"], resources: ["*"] }],
  customAction: {
    id: "EbsEncryption",
    name: "Repair EBS encrypt.",
    description: "Deploys the account's baseline again where EBS does not encrypt new volumes",
  },
  mode: "observe",
  irreversible: true,
  repairs: "baseline",
} as const satisfies Manifest;
