import {
  CreateBucketCommand,
  GetPublicAccessBlockCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  DeletePublicAccessBlockCommand as DeleteOfAccount,
  GetPublicAccessBlockCommand as GetOfAccount,
  S3ControlClient,
} from "@aws-sdk/client-s3-control";
import { s3PublicAccessBlockRemediation as remediation } from "../../../remediation/s3-public-access-block/remediation.ts";
import type { Trial } from "./trial.ts";

const PUBLIC = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
};
const CLOSED = { ...PUBLIC, BlockPublicPolicy: true, RestrictPublicBuckets: true };

/** A bucket whose block has been opened in part. */
export const bucketBlock: Trial = {
  remediation,
  async arrange({ id: AwsAccountId, access }, suffix) {
    const s3 = new S3Client({ ...access(), forcePathStyle: true });
    const Bucket = `statements-${suffix}`;
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: PUBLIC }));
    return {
      finding: { AwsAccountId, Resources: [{ Type: "AwsS3Bucket", Id: `arn:aws:s3:::${Bucket}` }] },
      see: async () => (await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration,
      remediated: CLOSED,
    };
  },
  steps: {
    "s3:GetAccountPublicAccessBlock": { forth: "done", back: "done" },
    "s3:PutAccountPublicAccessBlock": { forth: "done", back: "done" },
    "s3:GetBucketPublicAccessBlock": { forth: "read", back: "read" },
    "s3:GetBucketTagging": { forth: "read", back: "done" },
    "s3:ListAllMyBuckets": { forth: "done", back: "done" },
    "s3:PutBucketPublicAccessBlock": { forth: "change", back: "undo" },
  },
};

/** An account that never had a block. */
export const accountBlock: Trial = {
  remediation,
  async arrange({ id: AccountId, access }, suffix) {
    const control = new S3ControlClient({ ...access(), endpointProvider: () => ({ url: new URL(access().endpoint) }) });
    // Closed with all others, since nobody protects it.
    await new S3Client({ ...access(), forcePathStyle: true }).send(
      new CreateBucketCommand({ Bucket: `open-${suffix}` }),
    );
    await control.send(new DeleteOfAccount({ AccountId }));
    return {
      finding: { AwsAccountId: AccountId, Resources: [{ Type: "AwsAccount", Id: `AWS::::Account:${AccountId}` }] },
      see: () =>
        control.send(new GetOfAccount({ AccountId })).then(
          ({ PublicAccessBlockConfiguration }) => PublicAccessBlockConfiguration,
          ({ name }: Error) => name,
        ),
      remediated: CLOSED,
    };
  },
  steps: {
    "s3:GetAccountPublicAccessBlock": { forth: "read", back: "read" },
    "s3:PutAccountPublicAccessBlock": { forth: "change", back: "undo" },
    "s3:GetBucketPublicAccessBlock": { forth: "read", back: "done" },
    "s3:GetBucketTagging": { forth: "read", back: "done" },
    "s3:ListAllMyBuckets": { forth: "read", back: "done" },
    "s3:PutBucketPublicAccessBlock": { forth: "done", back: "done" },
  },
};
