import {
  type Bucket,
  DeletePublicAccessBlockCommand as DeleteOfBucket,
  GetPublicAccessBlockCommand as GetOfBucket,
  type PublicAccessBlockConfiguration,
  PutPublicAccessBlockCommand as PutOfBucket,
  paginateListBuckets,
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
import { areProtecting } from "../run.ts";
import { type Block, type Circumstances, decide, isClosed, type Target, targetsOf } from "./decide.ts";
import { s3PublicAccessBlock as manifest } from "./manifest.ts";

const NO_BLOCK = "NoSuchPublicAccessBlockConfiguration";

/** The public access block of a bucket or an account; its state is `null` where there is none. */
export const s3PublicAccessBlockRemediation = remediation<Target, Block | null, Circumstances>({
  manifest,
  targetsOf,
  decide,
  told: (target) =>
    target.kind === "account"
      ? `account ${target.accountId}`
      : `bucket ${target.bucket} in account ${target.accountId}`,

  tags: async (session, target) => (target.kind === "account" ? {} : tagsOfBucket(session, bucketOf(target))),

  circumstances: async (session, target) => (target.kind === "account" ? openBuckets(session, target.accountId) : null),

  async read(session, target) {
    try {
      // S3 answers for an account without a block, and for a bucket without one, by the same error.
      const found =
        target.kind === "account"
          ? await orNull(control(session).send(new GetOfAccount({ AccountId: target.accountId })), NO_BLOCK)
          : await orNull(session.client(S3Client).send(new GetOfBucket(bucketOf(target))), NO_BLOCK);
      return found === null ? null : blockOf(found);
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

/** Buckets that are looked at at once: there may be thousands. */
const AT_ONCE = 10;

/** The account's buckets that are not closed by a block of their own, with what their tags say. */
async function openBuckets(session: Session, accountId: string): Promise<Circumstances> {
  const open: { readonly arn: string; readonly isProtected: boolean }[] = [];
  // With a page's size S3 tells each bucket's region (API reference, ListBuckets).
  for await (const { Buckets = [] } of paginateListBuckets({ client: session.client(S3Client), pageSize: 1000 }, {})) {
    for (let at = 0; at < Buckets.length; at += AT_ONCE) {
      const some = Buckets.slice(at, at + AT_ONCE).map((bucket) => openBucket(session, accountId, bucket));
      open.push(...(await Promise.all(some)).filter((one) => one !== undefined));
    }
  }
  return open.sort((one, other) => (one.arn < other.arn ? -1 : 1));
}

async function openBucket(session: Session, accountId: string, { Name = "", BucketRegion }: Bucket) {
  const which = { Bucket: Name, ExpectedBucketOwner: accountId };
  const asked = session.client(S3Client, BucketRegion).send(new GetOfBucket(which));
  const block = await orNull(asked, NO_BLOCK, "NoSuchBucket");
  if (block !== null && isClosed(blockOf(block))) return undefined;
  const isProtected = areProtecting(await tagsOfBucket(session, which, BucketRegion));
  return { arn: `arn:${session.partition}:s3:::${Name}`, isProtected };
}

function blockOf({
  PublicAccessBlockConfiguration: block,
}: {
  PublicAccessBlockConfiguration?: PublicAccessBlockConfiguration | undefined;
}): Block {
  return {
    blockPublicAcls: block?.BlockPublicAcls === true,
    ignorePublicAcls: block?.IgnorePublicAcls === true,
    blockPublicPolicy: block?.BlockPublicPolicy === true,
    restrictPublicBuckets: block?.RestrictPublicBuckets === true,
  };
}

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
