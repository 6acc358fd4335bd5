import { EXTERNAL_ACCESS } from "../finding-resources.ts";
import type { Manifest } from "../manifest.ts";

/** Takes strange accounts out of key policies, not out of grants. Control: Security Hub User Guide, "Security Hub CSPM controls for AWS KMS". */
export const unauthorizedPrincipalsKms: Manifest = {
  name: "unauthorized-principals-kms",
  title: "Unauthorized principals of keys",
  what: "A key's policy lets in nobody but accounts of the organization and partners, and the key's account still administers it.",
  controls: [{ id: "KMS.5" }],
  findingTypes: EXTERNAL_ACCESS,
  resourceTypes: ["AwsKmsKey"],
  scope: "regional",
  role: [
    {
      sid: "Keys",
      actions: ["kms:GetKeyPolicy", "kms:ListResourceTags", "kms:PutKeyPolicy"],
      resources: ["arn:{partition}:kms:*:{account}:key/*"],
    },
  ],
  customAction: {
    id: "KmsPrincipals",
    name: "Close key policy",
    description: "Takes accounts out of the key's policy that are neither of the organization nor partners",
  },
  mode: "observe",
};
