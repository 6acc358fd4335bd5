import { Lambda } from "@aws-sdk/client-lambda";
import { S3 } from "@aws-sdk/client-s3";
import { type AwsSecurityFinding, SecurityHub } from "@aws-sdk/client-securityhub";
import { awsNames } from "../../programs/names.ts";
import { ACCOUNTS, type Installation, inParallel, REGION } from "./installation.ts";
import { bucketOf, eventOf, type Kind, stormFinding } from "./storm.ts";

/** Messages in a call, as the responder's queue gives them. */
const BATCH = 10;

/** What one process of the responder has done, call after call. */
export interface Throughput {
  readonly what: string;
  readonly findings: number;
  readonly perSecond: number;
  /** That have to come again. */
  readonly again: number;
}

/** One process of the deployed responder, called with batches as Lambda does. The rules are off, so that nobody else works on the findings. */
export async function measureThroughput(installation: Installation, count: number): Promise<readonly Throughput[]> {
  const { security, root, setPolicy } = installation;
  const lambda = new Lambda(root(security));
  const FunctionName = awsNames.responseFunction("responder");
  const caps = { account: 10_000, control: 10_000, action: 10_000 };
  const made = async (name: string, kind: Kind, many: number) => {
    const of = { accounts: ACCOUNTS, region: REGION, at: new Date().toISOString(), name };
    const findings = Array.from({ length: many }, (_, number) => stormFinding(of, number, kind));
    await importAll(installation, findings);
    if (kind === "bucket") await makeBuckets(installation, name, findings.length);
    return findings;
  };
  const respond = async (what: string, findings: readonly AwsSecurityFinding[]): Promise<Throughput> => {
    const batches = Array.from({ length: Math.ceil(findings.length / BATCH) }, (_, at) =>
      findings.slice(at * BATCH, (at + 1) * BATCH).map((finding) => eventOf(finding, security)),
    );
    let again = 0;
    const begun = performance.now();
    for (const bodies of batches) {
      const { Payload, FunctionError } = await lambda.invoke({ FunctionName, Payload: payloadOf(bodies, security) });
      const answer = Buffer.from(Payload ?? []).toString();
      if (FunctionError !== undefined) throw new Error(`calling ${FunctionName}: ${answer}`);
      again += (JSON.parse(answer) as { batchItemFailures: unknown[] }).batchItemFailures.length;
    }
    const perSecond = findings.length / ((performance.now() - begun) / 1000);
    return { what, findings: findings.length, perSecond, again };
  };
  await setPolicy({ modes: { "s3-public-access-block": "observe" }, caps });
  await respond("warm", (await made("warm", "count", BATCH)).slice());
  const small = await made("counted", "count", count);
  const found = [
    await respond("new, only counted", small),
    await respond("the same again", small),
    await respond("new, observed: the resource is read", await made("observed", "bucket", Math.ceil(count / 2))),
    await respond("new, for people: told, published", await made("told", "alarm", Math.ceil(count / 2))),
  ];
  await setPolicy({ modes: { "s3-public-access-block": "automatic" }, caps });
  const changed = await made("changed", "bucket", Math.ceil(count / 4));
  found.push(await respond("new, changed: read, recorded, written, verified", changed));
  lambda.destroy();
  return found;
}

/** Brings findings to Security Hub, in the accounts that have them. */
export async function importAll({ root }: Installation, findings: readonly AwsSecurityFinding[]): Promise<void> {
  for (const account of ACCOUNTS) {
    const hub = new SecurityHub(root(account));
    const own = findings.filter(({ AwsAccountId }) => AwsAccountId === account);
    for (let at = 0; at < own.length; at += 100) {
      const { FailedCount } = await hub.batchImportFindings({ Findings: own.slice(at, at + 100) });
      if (FailedCount !== 0) throw new Error(`importing findings in ${account}: ${FailedCount} were refused`);
    }
    hub.destroy();
  }
}

/** Makes the buckets that so many findings of a storm's name are about, without a block. */
export async function makeBuckets({ root }: Installation, name: string, count: number, numbers?: readonly number[]) {
  const clients = ACCOUNTS.map((account) => new S3({ ...root(account), forcePathStyle: true }));
  await inParallel(numbers ?? Array.from({ length: count }, (_, number) => number), 8, async (number) => {
    const s3 = clients[number % clients.length];
    const Bucket = bucketOf(name, number);
    await s3?.createBucket({ Bucket });
    await s3?.deletePublicAccessBlock({ Bucket });
  });
  for (const s3 of clients) s3.destroy();
}

function payloadOf(bodies: readonly string[], security: string): Uint8Array {
  const sent = String(Date.now());
  const Records = bodies.map((body, at) => ({
    ...{ messageId: `bench-${at}`, receiptHandle: `bench-${at}`, body, md5OfBody: "", messageAttributes: {} },
    attributes: {
      ...{ ApproximateReceiveCount: "1", SentTimestamp: sent, ApproximateFirstReceiveTimestamp: sent },
      SenderId: security,
    },
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:${REGION}:${security}:${awsNames.alertQueue("respond")}`,
    awsRegion: REGION,
  }));
  return Buffer.from(JSON.stringify({ Records }));
}
