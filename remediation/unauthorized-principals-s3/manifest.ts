import { EXTERNAL_ACCESS } from "../finding-resources.ts";
import type { Manifest } from "../manifest.ts";

/**
 * Takes strange accounts out of bucket policies. Control: Security Hub User Guide, "Security Hub CSPM controls for Amazon S3"; finding types: the
 * same guide's table of GuardDuty finding types in ASFF, and Access Analyzer's.
 */
export const unauthorizedPrincipalsS3: Manifest = {
  name: "unauthorized-principals-s3",
  title: "Unauthorized principals of buckets",
  what: "A bucket's policy lets in nobody but accounts of the organization and partners.",
  controls: [{ id: "S3.6" }],
  findingTypes: [
    ...EXTERNAL_ACCESS,
    "TTPs/Policy:S3-BucketAnonymousAccessGranted",
    "TTPs/Policy:S3-BucketPublicAccessGranted",
  ],
  resourceTypes: ["AwsS3Bucket"],
  scope: "regional",
  role: [
    {
      sid: "Buckets",
      actions: ["s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:GetBucketTagging", "s3:PutBucketPolicy"],
      resources: ["arn:{partition}:s3:::*"],
      conditions: { StringEquals: { "aws:ResourceAccount": ["{account}"] } },
    },
  ],
  customAction: {
    id: "S3Principals",
    name: "Close bucket policy",
    description: "Takes accounts out of the bucket's policy that are neither of the organization nor partners",
  },
  mode: "observe",
};
