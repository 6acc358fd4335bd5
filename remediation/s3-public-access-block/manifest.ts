import type { Manifest } from "../manifest.ts";

/**
 * Closes an account's or a bucket's public access. Controls: Security Hub User Guide, "Security Hub CSPM controls for Amazon S3"; finding
 * types: GuardDuty's, in the same guide's table of GuardDuty finding types in ASFF. Taking a block away is authorized as putting
 * one (Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3").
 */
export const s3PublicAccessBlock: Manifest = {
  name: "s3-public-access-block",
  title: "S3 public access block",
  what: "A bucket, or every bucket of an account, can no longer be made public, by policy or by access control list.",
  controls: [{ id: "S3.1", cis: "2.1.4" }, { id: "S3.2" }, { id: "S3.3" }, { id: "S3.8", cis: "2.1.4" }],
  findingTypes: [
    "TTPs/Policy:S3-AccountBlockPublicAccessDisabled",
    "TTPs/Policy:S3-BucketAnonymousAccessGranted",
    "TTPs/Policy:S3-BucketPublicAccessGranted",
    "Effects/Data Exposure/Policy:S3-BucketBlockPublicAccessDisabled",
  ],
  resourceTypes: ["AwsAccount", "AwsS3Bucket"],
  scope: "global",
  role: [
    {
      // These belong to the account as a whole: IAM has no resource for them.
      sid: "Account",
      actions: ["s3:GetAccountPublicAccessBlock", "s3:ListAllMyBuckets", "s3:PutAccountPublicAccessBlock"],
      resources: ["*"],
    },
    {
      sid: "Buckets",
      actions: ["s3:GetBucketPublicAccessBlock", "s3:GetBucketTagging", "s3:PutBucketPublicAccessBlock"],
      resources: ["arn:{partition}:s3:::*"],
      conditions: { StringEquals: { "aws:ResourceAccount": ["{account}"] } },
    },
  ],
  customAction: {
    id: "S3PublicAccessBlock",
    name: "Block public S3",
    description: "Blocks public access of the bucket, or of the account where the finding is about that",
  },
  mode: "observe",
};
