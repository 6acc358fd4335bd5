import type { Manifest } from "../manifest.ts";

/** Lets nobody reach a bucket without TLS. Control: Security Hub User Guide, "Security Hub CSPM controls for Amazon S3". */
export const s3TlsOnly: Manifest = {
  name: "s3-tls-only",
  title: "S3 over TLS only",
  what: "A bucket's policy denies every request that does not come over TLS.",
  controls: [{ id: "S3.5", cis: "2.1.1" }],
  findingTypes: [],
  resourceTypes: ["AwsS3Bucket"],
  scope: "regional",
  role: [
    {
      sid: "Buckets",
      actions: [
        "s3:DeleteBucketPolicy",
        "s3:GetBucketPolicy",
        "s3:GetBucketTagging",
        "s3:GetBucketWebsite",
        "s3:PutBucketPolicy",
      ],
      resources: ["arn:{partition}:s3:::*"],
      conditions: { StringEquals: { "aws:ResourceAccount": ["{account}"] } },
    },
  ],
  customAction: {
    id: "S3TlsOnly",
    name: "S3 over TLS only",
    description: "Adds a statement to the bucket's policy that denies requests without TLS",
  },
  mode: "observe",
};
