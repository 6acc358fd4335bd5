import {
  DeletePublicAccessBlockCommand as DeleteOfBucket,
  GetPublicAccessBlockCommand as GetOfBucket,
  PutPublicAccessBlockCommand as PutOfBucket,
  type S3Client,
} from "@aws-sdk/client-s3";
import {
  DeletePublicAccessBlockCommand as DeleteOfAccount,
  GetPublicAccessBlockCommand as GetOfAccount,
  PutPublicAccessBlockCommand as PutOfAccount,
  type S3ControlClient,
} from "@aws-sdk/client-s3-control";
import { during, StepError } from "../step-error.ts";
import { type Block, CLOSED, decide, isSame, type Target } from "./decide.ts";

/** Clients with the session of the remediation's role; that of S3 in the region of the finding. */
export interface Clients {
  readonly s3: S3Client;
  readonly s3Control: S3ControlClient;
}

/** What is kept before a change, so that it can be undone. `before` undefined: there was no block. */
export interface Change {
  readonly target: Target;
  readonly before: Block | undefined;
  readonly after: Block;
}

/** The block of a target as AWS has it; undefined where there is none. Throws `StepError`. */
export function readBlock(clients: Clients, target: Target): Promise<Block | undefined> {
  return during("read", `reading the public access block of ${told(target)}`, () => get(clients, target));
}

/**
 * Closes a target: reads it, records what is to be changed, changes it, and reads it again. Without a change where it is closed already, and
 * then nothing is recorded. Throws `StepError`.
 *
 * @param record keeps what was before; the change is made once it has
 */
export async function apply(
  clients: Clients,
  target: Target,
  record: (change: Change) => Promise<void>,
): Promise<Change | undefined> {
  const before = await readBlock(clients, target);
  if (decide(before).length === 0) return undefined;
  const change = { target, before, after: CLOSED };
  const what = `blocking public access of ${told(target)}`;
  await during("record", `recording the public access block of ${told(target)}`, () => record(change));
  await during("change", what, () => put(clients, target, CLOSED));
  await verify(clients, target, CLOSED, what);
  return change;
}

/**
 * Takes a change back, exactly: a block that was not there goes. Does nothing where it was taken back before, and refuses where somebody has
 * changed the block since: theirs would be lost. Throws `StepError`.
 */
export async function undo(clients: Clients, { target, before, after }: Change): Promise<void> {
  const what = `giving ${told(target)} its public access block back`;
  const now = await readBlock(clients, target);
  if (isSame(now, before)) return;
  if (!isSame(now, after)) {
    throw new StepError("undo", `${what}: somebody has changed it since; set it by hand to what it shall be`);
  }
  await during("undo", what, () => (before === undefined ? remove(clients, target) : put(clients, target, before)));
  await verify(clients, target, before, what);
}

/** S3 may answer with what was before for a moment; whoever calls tries a failed verification again. */
async function verify(clients: Clients, target: Target, wanted: Block | undefined, what: string): Promise<void> {
  const now = await during("verify", `${what}: reading it again`, () => get(clients, target));
  if (isSame(now, wanted)) return;
  throw new StepError("verify", `${what}: AWS answers with ${JSON.stringify(now ?? "none")} afterwards`);
}

async function get({ s3, s3Control }: Clients, target: Target): Promise<Block | undefined> {
  try {
    const { PublicAccessBlockConfiguration: found } =
      target.kind === "account"
        ? await s3Control.send(new GetOfAccount({ AccountId: target.accountId }))
        : await s3.send(new GetOfBucket(bucketOf(target)));
    return {
      blockPublicAcls: found?.BlockPublicAcls === true,
      ignorePublicAcls: found?.IgnorePublicAcls === true,
      blockPublicPolicy: found?.BlockPublicPolicy === true,
      restrictPublicBuckets: found?.RestrictPublicBuckets === true,
    };
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchPublicAccessBlockConfiguration") return undefined;
    throw error;
  }
}

async function put({ s3, s3Control }: Clients, target: Target, block: Block): Promise<void> {
  const PublicAccessBlockConfiguration = {
    BlockPublicAcls: block.blockPublicAcls,
    IgnorePublicAcls: block.ignorePublicAcls,
    BlockPublicPolicy: block.blockPublicPolicy,
    RestrictPublicBuckets: block.restrictPublicBuckets,
  };
  if (target.kind === "account") {
    await s3Control.send(new PutOfAccount({ AccountId: target.accountId, PublicAccessBlockConfiguration }));
  } else {
    await s3.send(new PutOfBucket({ ...bucketOf(target), PublicAccessBlockConfiguration }));
  }
}

async function remove({ s3, s3Control }: Clients, target: Target): Promise<void> {
  if (target.kind === "account") await s3Control.send(new DeleteOfAccount({ AccountId: target.accountId }));
  else await s3.send(new DeleteOfBucket(bucketOf(target)));
}

/** With the owner that is expected: bucket names are global, and one that was deleted may be somebody else's by now. */
function bucketOf({ bucket, accountId }: Extract<Target, { kind: "bucket" }>) {
  return { Bucket: bucket, ExpectedBucketOwner: accountId };
}

function told(target: Target): string {
  return target.kind === "account"
    ? `account ${target.accountId}`
    : `bucket ${target.bucket} in account ${target.accountId}`;
}
