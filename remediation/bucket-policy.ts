import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketWebsiteCommand,
  PutBucketPolicyCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { isNamed, orNull } from "./aws-errors.ts";
import { type NamedResource, nameOf } from "./finding-resources.ts";
import { policyState } from "./policy-decision.ts";
import type { Session } from "./remediation.ts";

/** With the owner that is expected: bucket names are global, and one that was deleted may be somebody else's by now. */
const of = (bucket: NamedResource) => ({ Bucket: nameOf(bucket), ExpectedBucketOwner: bucket.accountId });

/** The bucket in words. */
export const bucketTold = (bucket: NamedResource): string => `bucket ${nameOf(bucket)} in account ${bucket.accountId}`;

/** The bucket's tags by key. */
export const bucketTags = (session: Session, bucket: NamedResource) => tagsOfBucket(session, of(bucket));

/** The same of a bucket by its name and the owner that is expected; none where it is gone. The region is the finding's where none is given. */
export async function tagsOfBucket(
  session: Session,
  which: { readonly Bucket: string; readonly ExpectedBucketOwner: string },
  region?: string,
): Promise<Record<string, string>> {
  const asked = session.client(S3Client, region).send(new GetBucketTaggingCommand(which));
  const answer = await orNull(asked, "NoSuchTagSet", "NoSuchBucket");
  return Object.fromEntries((answer?.TagSet ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

/** Whether S3 serves the bucket as a website. */
export async function isWebsite(session: Session, bucket: NamedResource): Promise<boolean> {
  const asked = session.client(S3Client).send(new GetBucketWebsiteCommand(of(bucket)));
  return (await orNull(asked, "NoSuchWebsiteConfiguration")) !== null;
}

/** The bucket's policy as a state; undefined where there is no such bucket any more. */
export async function readBucketPolicy(session: Session, bucket: NamedResource): Promise<string | null | undefined> {
  try {
    const answer = await orNull(
      session.client(S3Client).send(new GetBucketPolicyCommand(of(bucket))),
      "NoSuchBucketPolicy",
    );
    return policyState(answer?.Policy);
  } catch (error) {
    if (isNamed(error, "NoSuchBucket")) return undefined;
    throw error;
  }
}

/** Gives the bucket a policy, or none. */
export async function writeBucketPolicy(session: Session, bucket: NamedResource, policy: string | null): Promise<void> {
  const s3 = session.client(S3Client);
  if (policy === null) await s3.send(new DeleteBucketPolicyCommand(of(bucket)));
  else await s3.send(new PutBucketPolicyCommand({ ...of(bucket), Policy: policy }));
}
