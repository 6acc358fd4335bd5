import { KMS } from "@aws-sdk/client-kms";
import { unauthorizedPrincipalsKmsRemediation as remediation } from "../../../remediation/unauthorized-principals-kms/remediation.ts";
import { policyOf, sharedTooWidely } from "./shared-policies.ts";
import type { Trial } from "./trial.ts";

/** A key shared with a stranger and with everybody, beside a partner, a service and its own account. */
export const keyPolicyNarrowed: Trial = {
  remediation,
  async arrange({ id: AwsAccountId, access }) {
    const kms = new KMS(access());
    const { all, left } = sharedTooWidely(["kms:Decrypt", "kms:Encrypt"], "*");
    const root = {
      Sid: "Root",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${AwsAccountId}:root` },
      Action: "kms:*",
      Resource: "*",
    };
    const { KeyMetadata } = await kms.createKey({ Policy: JSON.stringify(policyOf([root, ...all])) });
    const KeyId = KeyMetadata?.Arn ?? "";
    return {
      finding: { AwsAccountId, Resources: [{ Type: "AwsKmsKey", Id: KeyId }] },
      see: async () => JSON.parse((await kms.getKeyPolicy({ KeyId })).Policy ?? "null") as unknown,
      remediated: policyOf([root, ...left]),
    };
  },
  steps: {
    "kms:GetKeyPolicy": { forth: "read", back: "read" },
    "kms:ListResourceTags": { forth: "read", back: "done" },
    "kms:PutKeyPolicy": { forth: "change", back: "undo" },
  },
};
