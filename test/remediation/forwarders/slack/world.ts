import type { SQSEvent, SQSRecord } from "aws-lambda";
import type { Incident } from "../../../../remediation/forwarders/incident.ts";
import { secretReader } from "../../../../remediation/forwarders/secret.ts";
import type { DigestStore } from "../../../../remediation/forwarders/slack/digests.ts";
import { escalationSchema } from "../../../../remediation/forwarders/slack/escalation.ts";
import { type Forwarder, slackForwarder } from "../../../../remediation/forwarders/slack/handler.ts";
import { pace } from "../../../../remediation/forwarders/slack/pace.ts";
import { routingSchema } from "../../../../remediation/forwarders/slack/routing.ts";
import type { Told, ToldStore } from "../../../../remediation/forwarders/slack/told.ts";
import { type SlackReceiver, slackReceiver } from "../../../../sandbox/receivers/slack.ts";

export const TOKEN_ARN = "arn:aws:secretsmanager:eu-central-1:100000000002:secret:slack-AbCdEf";
export const CHANNEL = "C0000000001";
export const OTHER = "C0000000002";
export const HOUR = 3_600_000;
/** Milliseconds that an invocation has, and after which a queue gives a message again. */
const TIMEOUT = 60_000;
const VISIBILITY = 90_000;

/** A store of conditional writes, as DynamoDB's are. */
export function memoryStore(): ToldStore & { readonly all: Map<string, Told> } {
  const all = new Map<string, Told>();
  return {
    all,
    read: async (id) => structuredClone(all.get(id)),
    async write(id, told, before) {
      if ((all.get(id)?.revision ?? 0) !== before) return false;
      all.set(id, structuredClone(told));
      return true;
    },
  };
}

function memoryDigests(): DigestStore {
  const all = new Map<string, Map<string, Incident>>();
  const closed = new Set<string>();
  return {
    async add(digest, incident) {
      const one = all.get(digest) ?? new Map<string, Incident>();
      all.set(digest, one);
      if ((one.get(incident.id)?.version ?? 0) < incident.version) one.set(incident.id, incident);
    },
    list: async (digest) => [...(all.get(digest)?.values() ?? [])].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    open: async () => [...all.keys()].filter((name) => !closed.has(name)).toSorted(),
    close: async (digest) => void closed.add(digest),
  };
}

/** The forwarder, a receiver, and a clock that only sleeps and waits move. To be stopped. */
export async function world(changes: Partial<Forwarder> = {}) {
  let time = Date.UTC(2026, 0, 5, 9);
  const now = () => new Date(time);
  const advance = (milliseconds: number): void => {
    time += milliseconds;
  };
  const sleep = async (milliseconds: number) => advance(milliseconds);
  const secret = { value: "xoxb-1", reads: 0 };
  const receiver: SlackReceiver = await slackReceiver({
    now,
    tokens: ["xoxb-1"],
    channels: [CHANNEL, OTHER],
    signingSecret: "signing",
  });
  const quarantined: { body: string; why: string }[] = [];
  const store = memoryStore();
  const forwarder: Forwarder = {
    routing: routingSchema.parse({ routes: [], defaultChannel: CHANNEL }),
    escalation: escalationSchema.parse({ HIGH: [{ afterMinutes: 15, tell: ["U0000000001"] }] }),
    token: TOKEN_ARN,
    secrets: secretReader(async () => {
      secret.reads++;
      return secret.value;
    }, now),
    pace: pace(now, sleep),
    store,
    digests: memoryDigests(),
    period: HOUR,
    now,
    quarantine: async (body, why) => void quarantined.push({ body, why }),
    address: receiver.address,
    ...changes,
  };
  const invocation = () => {
    const end = time + TIMEOUT;
    return { getRemainingTimeInMillis: () => end - time };
  };
  const queue: { record: SQSRecord; visibleAt: number }[] = [];
  let sent = 0;
  return {
    advance,
    now,
    secret,
    receiver,
    quarantined,
    store,
    forwarder,
    invocation,
    queue,
    /** Puts a body, or an incident as SNS delivers it, into the queue. */
    send(...given: readonly (Incident | string)[]): void {
      for (const one of given) {
        const wrapped = {
          Type: "Notification",
          MessageId: "m",
          TopicArn: "arn:aws:sns:x:1:t",
          Message: JSON.stringify(one),
        };
        const body = typeof one === "string" ? one : JSON.stringify(wrapped);
        queue.push({ record: { messageId: `m-${++sent}`, body } as SQSRecord, visibleAt: time });
      }
    },
    /** Gives what is visible to the Lambda, in batches of ten. Tells how many records failed. */
    async deliver(): Promise<number> {
      const handler = slackForwarder(this.forwarder);
      let failed = 0;
      const visible = queue.filter(({ visibleAt }) => visibleAt <= time);
      for (let from = 0; from < visible.length; from += 10) {
        const batch = visible.slice(from, from + 10);
        const event: SQSEvent = { Records: batch.map(({ record }) => record) };
        const { batchItemFailures } = await handler(event, invocation());
        const failures = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
        failed += failures.size;
        for (const one of batch) {
          if (failures.has(one.record.messageId)) one.visibleAt = time + VISIBILITY;
          else if (queue.includes(one)) queue.splice(queue.indexOf(one), 1);
        }
      }
      return failed;
    },
    /** Delivers until the queue is empty, moving the clock to the next visible record. */
    async drain(): Promise<void> {
      for (let round = 0; queue.length > 0; round++) {
        if (round > 1000) throw new Error(`the queue does not become empty: ${queue[0]?.record.body}`);
        time = Math.max(time, Math.min(...queue.map(({ visibleAt }) => visibleAt)));
        await this.deliver();
      }
    },
    heads: () => receiver.messages.filter(({ thread }) => thread === undefined),
    /** What the thread of an incident's message says, one text a step. */
    thread: (ts: string | undefined) => receiver.messages.filter(({ thread }) => thread === ts).map(({ text }) => text),
  };
}
