import { CreateBucketCommand, GetBucketPolicyCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { s3TlsOnlyRemediation as remediation } from "../../../remediation/s3-tls-only/remediation.ts";
import type { Scene, Trial } from "./trial.ts";

async function bucketOf(
  [{ id: AwsAccountId, access }, suffix]: Parameters<Trial["arrange"]>,
  name: string,
  statements: (arn: string) => readonly object[],
): Promise<Scene> {
  const s3 = new S3Client({ ...access(), forcePathStyle: true });
  const Bucket = `${name}-${suffix}`;
  const arn = `arn:aws:s3:::${Bucket}`;
  const before = statements(arn);
  const of = (Statement: readonly object[]) => ({ Version: "2012-10-17", Statement });
  await s3.send(new CreateBucketCommand({ Bucket }));
  if (before.length > 0) await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(of(before)) }));
  const added = {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  return {
    finding: { AwsAccountId, Resources: [{ Type: "AwsS3Bucket", Id: arn }] },
    see: () =>
      s3.send(new GetBucketPolicyCommand({ Bucket })).then(
        ({ Policy = "" }) => JSON.parse(Policy) as unknown,
        ({ name }: Error) => name,
      ),
    remediated: of([...before, added]),
  };
}

/** A bucket without any policy. */
export const plainBucket: Trial = {
  remediation,
  arrange: (...arranged) => bucketOf(arranged, "plain", () => []),
  steps: {
    "s3:DeleteBucketPolicy": { forth: "done", back: "undo" },
    "s3:GetBucketPolicy": { forth: "read", back: "read" },
    "s3:GetBucketTagging": { forth: "read", back: "done" },
    "s3:GetBucketWebsite": { forth: "read", back: "done" },
    "s3:PutBucketPolicy": { forth: "change", back: "done" },
  },
};

/** A bucket with a policy that says nothing of TLS. */
export const sharedBucket: Trial = {
  remediation,
  arrange: (...arranged) =>
    bucketOf(arranged, "policied", (Resource) => [
      { Effect: "Deny", Principal: "*", Action: "s3:DeleteBucket", Resource },
      { Effect: "Allow", Principal: { AWS: "arn:aws:iam::444455556666:root" }, Action: "s3:ListBucket", Resource },
    ]),
  steps: {
    ...plainBucket.steps,
    "s3:DeleteBucketPolicy": { forth: "done", back: "done" },
    "s3:PutBucketPolicy": { forth: "change", back: "undo" },
  },
};
