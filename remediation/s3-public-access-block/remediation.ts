import {
  DeletePublicAccessBlockCommand as DeleteOfBucket,
  GetPublicAccessBlockCommand as GetOfBucket,
  PutPublicAccessBlockCommand as PutOfBucket,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  DeletePublicAccessBlockCommand as DeleteOfAccount,
  GetPublicAccessBlockCommand as GetOfAccount,
  PutPublicAccessBlockCommand as PutOfAccount,
  S3ControlClient,
} from "@aws-sdk/client-s3-control";
import { isNamed, orNull } from "../aws-errors.ts";
import { tagsOfBucket } from "../bucket-policy.ts";
import { remediation, type Session } from "../remediation.ts";
import { type Block, decide, type Target, targetsOf } from "./decide.ts";
import { s3PublicAccessBlock as manifest } from "./manifest.ts";

const NO_BLOCK = "NoSuchPublicAccessBlockConfiguration";

/** The public access block of a bucket or an account; its state is `null` where there is none. */
export const s3PublicAccessBlockRemediation = remediation<Target, Block | null>({
  manifest,
  targetsOf,
  decide,
  told: (target) =>
    target.kind === "account"
      ? `account ${target.accountId}`
      : `bucket ${target.bucket} in account ${target.accountId}`,

  tags: async (session, target) => (target.kind === "account" ? {} : tagsOfBucket(session, bucketOf(target))),

  async read(session, target) {
    try {
      // S3 answers for an account without a block, and for a bucket without one, by the same error.
      const found =
        target.kind === "account"
          ? await orNull(control(session).send(new GetOfAccount({ AccountId: target.accountId })), NO_BLOCK)
          : await orNull(session.client(S3Client).send(new GetOfBucket(bucketOf(target))), NO_BLOCK);
      if (found === null) return null;
      const block = found.PublicAccessBlockConfiguration;
      return {
        blockPublicAcls: block?.BlockPublicAcls === true,
        ignorePublicAcls: block?.IgnorePublicAcls === true,
        blockPublicPolicy: block?.BlockPublicPolicy === true,
        restrictPublicBuckets: block?.RestrictPublicBuckets === true,
      };
    } catch (error) {
      if (isNamed(error, "NoSuchBucket")) return undefined;
      throw error;
    }
  },

  async write(session, target, _from, to) {
    if (target.kind === "account") {
      const of = { AccountId: target.accountId };
      if (to === null) await control(session).send(new DeleteOfAccount(of));
      else await control(session).send(new PutOfAccount({ ...of, PublicAccessBlockConfiguration: configuration(to) }));
      return;
    }
    const s3 = session.client(S3Client);
    if (to === null) await s3.send(new DeleteOfBucket(bucketOf(target)));
    else await s3.send(new PutOfBucket({ ...bucketOf(target), PublicAccessBlockConfiguration: configuration(to) }));
  },
});

const control = (session: Session) => session.client(S3ControlClient);

function configuration(block: Block) {
  return {
    BlockPublicAcls: block.blockPublicAcls,
    IgnorePublicAcls: block.ignorePublicAcls,
    BlockPublicPolicy: block.blockPublicPolicy,
    RestrictPublicBuckets: block.restrictPublicBuckets,
  };
}

/** With the owner that is expected: bucket names are global, and one that was deleted may be somebody else's by now. */
function bucketOf({ bucket, accountId }: Extract<Target, { kind: "bucket" }>) {
  return { Bucket: bucket, ExpectedBucketOwner: accountId };
}
