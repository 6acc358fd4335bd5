import { KMS } from "@aws-sdk/client-kms";
import { S3 } from "@aws-sdk/client-s3";
import { awsNames } from "../../../programs/names.ts";
import { LOG_ARCHIVE } from "../../programs/samples.ts";
import { type AdminAccounts, HOME, orNone, type TurnedOffInAdmin } from "./row.ts";

const Bucket = awsNames.evidenceBucket(LOG_ARCHIVE, HOME);
const TRAIL = awsNames.trailBucket(LOG_ARCHIVE, HOME);

const s3 = ({ logArchive }: AdminAccounts) => new S3({ ...logArchive(HOME), forcePathStyle: true });
const kms = ({ logArchive }: AdminAccounts) => new KMS(logArchive(HOME));

async function keyOf(at: AdminAccounts): Promise<string> {
  const { ServerSideEncryptionConfiguration } = await s3(at).getBucketEncryption({ Bucket: TRAIL });
  const [rule] = ServerSideEncryptionConfiguration?.Rules ?? [];
  return rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID ?? "";
}

async function none<Answer, Part>(asked: Promise<Answer>, part: (answer: Answer) => Part): Promise<Part | string> {
  const answer = await orNone(asked);
  return typeof answer === "string" ? answer : part(answer);
}

export const EVIDENCE: readonly TurnedOffInAdmin[] = [
  {
    type: "aws:kms/key:Key",
    drifts: `trail-key-${HOME}`,
    turnOff: async (at) => kms(at).disableKeyRotation({ KeyId: await keyOf(at) }),
    read: async (at) => (await kms(at).getKeyRotationStatus({ KeyId: await keyOf(at) })).KeyRotationEnabled,
  },
  {
    type: "aws:s3/bucket:Bucket",
    drifts: `evidence-bucket-${HOME}`,
    turnOff: (at) => s3(at).putBucketTagging({ Bucket, Tagging: { TagSet: [{ Key: "ManagedBy", Value: "Hand" }] } }),
    read: (at) =>
      none(s3(at).getBucketTagging({ Bucket }), ({ TagSet = [] }) => TagSet.map(({ Value }) => Value).sort()),
  },
  {
    type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    drifts: `evidence-bucket-ownership-${HOME}`,
    turnOff: (at) => s3(at).deleteBucketOwnershipControls({ Bucket }),
    read: (at) => none(s3(at).getBucketOwnershipControls({ Bucket }), ({ OwnershipControls }) => OwnershipControls),
  },
  {
    type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    drifts: `evidence-bucket-public-access-${HOME}`,
    turnOff: (at) => s3(at).deletePublicAccessBlock({ Bucket }),
    read: (at) => none(s3(at).getPublicAccessBlock({ Bucket }), (answer) => answer.PublicAccessBlockConfiguration),
  },
  {
    type: "aws:s3/bucketVersioning:BucketVersioning",
    drifts: `evidence-bucket-versioning-${HOME}`,
    turnOff: (at) => s3(at).putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Suspended" } }),
    read: async (at) => (await s3(at).getBucketVersioning({ Bucket })).Status,
  },
  {
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    drifts: `evidence-bucket-encryption-${HOME}`,
    turnOff: (at) => s3(at).deleteBucketEncryption({ Bucket }),
    read: (at) => none(s3(at).getBucketEncryption({ Bucket }), (answer) => answer.ServerSideEncryptionConfiguration),
  },
  {
    type: "aws:s3/bucketPolicy:BucketPolicy",
    drifts: `evidence-bucket-policy-${HOME}`,
    turnOff: (at) => s3(at).deleteBucketPolicy({ Bucket }),
    read: (at) => none(s3(at).getBucketPolicy({ Bucket }), ({ Policy }) => Policy?.length),
  },
  {
    type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    drifts: `trail-bucket-object-lock-${HOME}`,
    turnOff: (at) =>
      s3(at).putObjectLockConfiguration({
        Bucket: TRAIL,
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } },
        },
      }),
    read: async (at) => (await s3(at).getObjectLockConfiguration({ Bucket: TRAIL })).ObjectLockConfiguration?.Rule,
  },
];
