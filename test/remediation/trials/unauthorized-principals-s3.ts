import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { unauthorizedPrincipalsS3Remediation as remediation } from "../../../remediation/unauthorized-principals-s3/remediation.ts";
import type { Scene, Trial } from "./trial.ts";

const STRANGER = "999988887777";
const PARTNER = "444455556666";

type Arranged = Parameters<Trial["arrange"]>;

/** A bucket with a policy of the statements that `statements` makes for it; `left` is what of them is to be left. */
async function bucketWith(
  [{ id: AwsAccountId, access }, suffix]: Arranged,
  name: string,
  statements: (arn: string) => { readonly all: readonly object[]; readonly left: readonly object[] },
): Promise<Scene> {
  const s3 = new S3Client({ ...access(), forcePathStyle: true });
  const Bucket = `${name}-${suffix}`;
  const arn = `arn:aws:s3:::${Bucket}`;
  const { all, left } = statements(arn);
  const of = (Statement: readonly object[]) => ({ Version: "2012-10-17", Statement });
  await s3.send(new CreateBucketCommand({ Bucket }));
  // A new bucket takes no public policy.
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(of(all)) }));
  return {
    finding: { AwsAccountId, Resources: [{ Type: "AwsS3Bucket", Id: arn }] },
    see: () =>
      s3.send(new GetBucketPolicyCommand({ Bucket })).then(
        ({ Policy = "" }) => JSON.parse(Policy) as unknown,
        ({ name }: Error) => name,
      ),
    remediated: left.length === 0 ? "NoSuchBucketPolicy" : of(left),
  };
}

/** A bucket shared with a stranger beside a partner, with everybody, and under conditions that stay. */
export const bucketPolicyNarrowed: Trial = {
  remediation,
  arrange: (...arranged) =>
    bucketWith(arranged, "shared", (Resource) => {
      const deny = { Effect: "Deny", Principal: "*", Action: "s3:DeleteBucket", Resource };
      const limited = {
        Sid: "Limited",
        Effect: "Allow",
        Principal: "*",
        Action: "s3:ListBucket",
        Resource,
        Condition: { StringEquals: { "aws:SourceAccount": "100000000001" } },
      };
      const shared = (AWS: string | readonly string[]) => ({
        Sid: "Shared",
        Effect: "Allow",
        Principal: { AWS },
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: `${Resource}/*`,
      });
      const partner = `arn:aws:iam::${PARTNER}:root`;
      const open = { Sid: "Open", Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:GetObject", Resource };
      return {
        all: [deny, shared([partner, `arn:aws:iam::${STRANGER}:user/bob`]), limited, open],
        left: [deny, shared(partner), limited],
      };
    }),
  steps: {
    "s3:DeleteBucketPolicy": { forth: "done", back: "done" },
    "s3:GetBucketPolicy": { forth: "read", back: "read" },
    "s3:GetBucketTagging": { forth: "read", back: "done" },
    "s3:PutBucketPolicy": { forth: "change", back: "undo" },
  },
};

/** A bucket whose policy is for a stranger alone. */
export const bucketPolicyEmptied: Trial = {
  remediation,
  arrange: (...arranged) =>
    bucketWith(arranged, "given-away", (Resource) => ({
      all: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${STRANGER}:root` }, Action: "s3:GetObject", Resource }],
      left: [],
    })),
  steps: {
    ...bucketPolicyNarrowed.steps,
    "s3:DeleteBucketPolicy": { forth: "change", back: "done" },
    "s3:PutBucketPolicy": { forth: "done", back: "undo" },
  },
};
