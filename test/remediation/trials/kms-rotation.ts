import { KMS } from "@aws-sdk/client-kms";
import { kmsRotationRemediation as remediation } from "../../../remediation/kms-rotation/remediation.ts";
import type { Trial } from "./trial.ts";

/** A new symmetric key, which does not rotate. */
export const keyRotation: Trial = {
  remediation,
  async arrange({ id: AwsAccountId, access }) {
    const kms = new KMS(access());
    const { KeyMetadata } = await kms.createKey({ Description: "statements" });
    const KeyId = KeyMetadata?.Arn ?? "";
    return {
      finding: { AwsAccountId, Resources: [{ Type: "AwsKmsKey", Id: KeyId }] },
      see: async () => (await kms.getKeyRotationStatus({ KeyId })).KeyRotationEnabled,
      remediated: true,
    };
  },
  steps: {
    "kms:DescribeKey": { forth: "read", back: "read" },
    "kms:DisableKeyRotation": { forth: "done", back: "undo" },
    "kms:EnableKeyRotation": { forth: "change", back: "done" },
    "kms:GetKeyRotationStatus": { forth: "read", back: "read" },
    "kms:ListResourceTags": { forth: "read", back: "done" },
  },
};
