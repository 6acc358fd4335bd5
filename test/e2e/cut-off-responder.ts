import assert from "node:assert/strict";
import { S3 } from "@aws-sdk/client-s3";
import { awsNames } from "../../programs/names.ts";
import { inject } from "./faults.ts";
import { processesOf } from "./processes.ts";
import { HOME, MEMBER, type Responding } from "./responding.ts";
import { until } from "./until.ts";

const BUCKET = "fault-killed";

/** A bucket that was closed when the function that closed it was killed, and when that was, ISO 8601. */
export interface CutOff {
  readonly bucket: string;
  readonly killedAt: string;
}

let cutOff: Promise<CutOff> | undefined;

/**
 * Kills the responder's function with the answer to its change on the way: the bucket is closed, and nobody has verified that. Once, whoever asks
 * first: six minutes pass before the queue shows the message again, in which other tests run. Nothing else may be responded to meanwhile.
 */
export function cutOffResponder(world: Responding): Promise<CutOff> {
  cutOff ??= cut(world);
  return cutOff;
}

async function cut(world: Responding): Promise<CutOff> {
  const { environment } = world;
  const s3 = new S3({ ...environment.root(MEMBER), forcePathStyle: true });
  await s3.createBucket({ Bucket: BUCKET });
  await s3.deletePublicAccessBlock({ Bucket: BUCKET });
  const operation = "PutPublicAccessBlock";
  await inject(environment, { service: "s3", operation, accountId: MEMBER, kind: "hold", holdMs: 120_000, times: 1 });
  await world.found(`finding-of-${BUCKET}`, {
    Title: `Bucket ${BUCKET} can be public`,
    Types: ["TTPs/Policy:S3-BucketAnonymousAccessGranted"],
    Resources: [{ Type: "AwsS3Bucket", Id: `arn:aws:s3:::${BUCKET}`, Region: HOME }],
  });
  await until("the change of the bucket", async () => {
    const answer = await fetch(`${environment.aws}/_sandbox/held`);
    return ((await answer.json()) as readonly { operation: string }[]).some((call) => call.operation === operation);
  });
  const name = `ministack-lambda-${awsNames.responseFunction("responder")}-`;
  const workers = (await processesOf(environment.folder)).filter((line) => line.includes(name));
  assert.ok(workers.length > 0, "the function has a process");
  for (const line of workers) process.kill(Number.parseInt(line, 10), "SIGKILL");
  const killedAt = new Date().toISOString();
  await inject(environment);
  s3.destroy();
  return { bucket: BUCKET, killedAt };
}
