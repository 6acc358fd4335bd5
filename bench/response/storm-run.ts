import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { SQS } from "@aws-sdk/client-sqs";
import { awsNames } from "../../programs/names.ts";
import { dynamodbLedger } from "../../remediation/response/dynamodb-ledger.ts";
import type { Ledger, Listed } from "../../remediation/response/ledger.ts";
import type { Shelf } from "../../remediation/response/shelf.ts";
import { judge, type Verdict } from "../arithmetic.ts";
import { ACCOUNTS, type Installation, inParallel, REGION, waitingIn } from "./installation.ts";
import { eventOf, storm } from "./storm.ts";
import { importAll, makeBuckets } from "./throughput.ts";

const NAME = "storm";
/** As the settings have them where nothing is said. */
const CAPS = { account: 20, control: 50, action: 20 };
/** Milliseconds between two looks, and for which the queue may hold something that does not get less. */
const LOOK = 2000;
const STUCK = 15 * 60_000;
/** Messages in a call to the queue, and calls at once. */
const MESSAGES = 10;
const AT_ONCE = 10;
/** What the sandbox's log of calls names. */
const OPERATION = "BatchUpdateFindings";

/** What a storm came to. */
export interface Storm {
  readonly findings: number;
  readonly incidents: number;
  /** Until the last one was in the queue, and until nothing was left in it, both from the first on. */
  readonly sentSeconds: number;
  readonly doneSeconds: number;
  /** Changes in the hour that had most, by cap. */
  readonly changes: Readonly<Record<keyof typeof CAPS, number>>;
  /** Calls by which Security Hub was told, the most of any second, and findings in one on average. */
  readonly calls: number;
  readonly mostCalls: number;
  readonly perCall: number;
  /** Incidents that were not ended once, and findings of which Security Hub does not say so. */
  readonly wrong: number;
  readonly untold: number;
}

/**
 * Sends a storm into the queue of the responses as fast as it goes, and waits until the deployed responder is through; it is fed when the last one is
 * there, since sender, queue and responder share one machine here, and a storm that is answered while it is sent would be none. What Security Hub says of its
 * updates comes back meanwhile, as it would; Slack's function rests, since a channel takes a message a second.
 */
export async function measureStorm(installation: Installation, count: number): Promise<Storm> {
  const { root, security, organization } = installation;
  await installation.setPolicy({ modes: { "s3-public-access-block": "automatic" }, caps: CAPS });
  const at = new Date().toISOString();
  const findings = storm({ count, accounts: ACCOUNTS, region: REGION, at, name: NAME });
  const distinct = [...new Map(findings.map((finding) => [finding.Id, finding])).values()];
  await importAll(installation, distinct);
  const numbers = distinct.flatMap(({ Id = "", Resources = [] }) =>
    Resources[0]?.Type === "AwsS3Bucket" ? [Number(Id.slice(NAME.length + 1))] : [],
  );
  await makeBuckets(installation, NAME, 0, numbers);
  await installation.setRules("on", [awsNames.alertQueue("respond"), awsNames.toldRule, awsNames.overRule]);

  const sqs = new SQS({ ...root(security), useQueueUrlAsEndpoint: false });
  const { QueueUrl = "" } = await sqs.getQueueUrl({ QueueName: awsNames.alertQueue("respond") });
  const batches = Array.from({ length: Math.ceil(count / MESSAGES) }, (_, index) =>
    findings.slice(index * MESSAGES, (index + 1) * MESSAGES),
  );
  await installation.feed("responder", false);
  const begun = performance.now();
  const calls = callsSince(organization.aws, at);
  const look = setInterval(() => void calls.look(), LOOK);
  let sentSeconds: number;
  let doneSeconds: number;
  try {
    await inParallel(batches, AT_ONCE, (batch) =>
      sqs.sendMessageBatch({
        QueueUrl,
        Entries: batch.map((finding, index) => ({ Id: String(index), MessageBody: eventOf(finding, security) })),
      }),
    );
    sentSeconds = (performance.now() - begun) / 1000;
    await installation.feed("responder", true);
    doneSeconds = ((await untilEmpty(sqs, QueueUrl)) - begun) / 1000;
  } finally {
    clearInterval(look);
  }
  await calls.look();
  sqs.destroy();

  const client = new DynamoDBClient(root(security));
  const incidents = await incidentsOf(dynamodbLedger(client, awsNames.incidents));
  client.destroy();
  const grave = distinct.filter(({ Severity }) => ["HIGH", "CRITICAL"].includes(Severity?.Label ?? ""));
  const ended = incidents.filter(({ state }) => ["alerted", "verified"].includes(state));
  const { times } = calls;
  return {
    ...{ findings: count, incidents: incidents.length, sentSeconds, doneSeconds, changes: changesOf(incidents) },
    ...{ calls: times.length, mostCalls: mostInASecond(times), perCall: ended.length / times.length },
    wrong: Math.abs(grave.length - ended.length) + ended.filter(({ epoch }) => epoch > 1).length,
    untold: await untold(new SecurityHub(root(security)), new Set(grave.map(({ Id = "" }) => Id))),
  };
}

/** What has to hold of a storm. */
export function judgeStorm({ changes, mostCalls, wrong, untold }: Storm): Verdict[] {
  return [
    ...(["account", "control", "action"] as const).map((cap) =>
      judge(`storm: changes of one ${cap} in an hour`, changes[cap], CAPS[cap], "changes"),
    ),
    judge("storm: updates of Security Hub in a second", mostCalls, 10, "calls"),
    judge("storm: incidents that were not ended once", wrong, 0, "errors"),
    judge("storm: findings that Security Hub was not told of", untold, 0, "errors"),
  ];
}

/** Waits until a queue has nothing left, and answers since when (`performance.now()`). Throws where it gets no less for a quarter of an hour. */
async function untilEmpty(sqs: SQS, QueueUrl: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  let since = performance.now();
  // Approximate, as SQS says: what is empty thrice is empty.
  for (let empty = 0; ; ) {
    await new Promise((settle) => setTimeout(settle, LOOK));
    const waiting = await waitingIn(sqs, QueueUrl);
    empty = waiting === 0 ? empty + 1 : 0;
    if (empty === 3) return since;
    if (waiting < least || empty === 1) {
      least = waiting;
      since = performance.now();
    } else if (empty === 0 && performance.now() - since > STUCK)
      throw new Error(`the storm: ${waiting} messages are left in the queue`);
  }
}

/** The times of the calls by which Security Hub was told, milliseconds: the sandbox keeps the latest calls, so they are asked for again and again. */
function callsSince(aws: string, from: string): { readonly times: number[]; look(): Promise<void> } {
  const times: number[] = [];
  let since = from;
  return {
    times,
    async look() {
      const answer = await fetch(`${aws}/_sandbox/calls?operation=${OPERATION}&since=${since}`);
      const calls = (await answer.json()) as readonly { readonly time: string }[];
      const known = since;
      for (const { time } of calls) {
        if (time <= known && times.length > 0) continue;
        times.push(Date.parse(time));
        since = time;
      }
    },
  };
}

/** The most of these times, in milliseconds, that are within less than one second. Pure. */
export function mostInASecond(times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other);
  let first = 0;
  let most = 0;
  for (const [at, time] of sorted.entries()) {
    while (time - (sorted[first] ?? time) >= 1000) first++;
    most = Math.max(most, at - first + 1);
  }
  return most;
}

async function incidentsOf(ledger: Pick<Ledger, "list">): Promise<readonly Listed[]> {
  const all: Listed[] = [];
  for (const shelf of ["open", "closed"] as const satisfies readonly Shelf[]) {
    let next: string | undefined;
    do {
      const page = await ledger.list({ shelf, limit: 1000, next });
      all.push(...page.items.filter(({ title }) => title.includes(`${NAME}-`)));
      next = page.next;
    } while (next !== undefined);
  }
  return all;
}

/** The most changes in any hour. One remediation answers all of the storm. */
function changesOf(incidents: readonly Listed[]): Storm["changes"] {
  const changed = incidents.filter(({ epoch }) => epoch > 0);
  const most = (by: (one: Listed) => string) => {
    const groups = Map.groupBy(changed, (one) => `${one.began.slice(0, 13)} ${by(one)}`);
    return Math.max(0, ...[...groups.values()].map(({ length }) => length));
  };
  return { account: most((one) => one.account), control: most((one) => one.control ?? ""), action: most(() => "") };
}

async function untold(hub: SecurityHub, wanted: Set<string>): Promise<number> {
  let NextToken: string | undefined;
  const Filters = {
    WorkflowStatus: ["NOTIFIED", "RESOLVED"].map((Value) => ({ Value, Comparison: "EQUALS" as const })),
  };
  do {
    const page = await hub.getFindings({ Filters, MaxResults: 100, ...(NextToken ? { NextToken } : {}) });
    for (const { Id = "", Note } of page.Findings ?? []) if (Note?.Text?.startsWith("Bulwark ")) wanted.delete(Id);
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  hub.destroy();
  return wanted.size;
}
