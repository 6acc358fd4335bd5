import { gzipSync } from "node:zlib";
import { type Answer, acknowledged, answerOf } from "./answer.ts";
import { BATCH_LIMITS, type BatchLimits, batches, type Packed } from "./batch.ts";

export interface CollectorOptions {
  /** Of the collector, without a path: `https://http-inputs-example.splunkcloud.com`. */
  readonly address: string;
  /** `fresh` where the token of before was refused. */
  readonly token: (fresh: boolean) => Promise<string>;
  /** A GUID; undefined where the token has no indexer acknowledgment. */
  readonly channel?: string | undefined;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** No wait goes beyond it. */
  readonly deadline: Date;
  readonly limits?: BatchLimits;
  /** Of one request, in milliseconds. */
  readonly timeout?: number;
}

/** What became of one event: Splunk has it, Splunk will never take it, or it is to be sent again later. */
export type Fate = { readonly kind: "delivered" } | { readonly kind: "poison" | "later"; readonly why: string };

/** Waits of before the next try; then the queue gives the events again, for which nobody pays a waiting Lambda. Milliseconds. */
const PAUSES = [500, 2000];
const ACK_POLL = 1000;
const TIMEOUT = 10_000;
const DELIVERED: Fate = { kind: "delivered" };

/**
 * Sends events to a Splunk HTTP Event Collector and tells each one's fate; never rejects for Splunk's sake. With a channel, an event is delivered
 * when
 * its ack is true ("About HTTP Event Collector Indexer Acknowledgment"). An event may arrive twice (an answer or an ack was lost, or the batch was
 * refused for another):
 * `finding_id` and `updated_at` are the same then.
 */
export async function deliver<Of>(events: readonly Packed<Of>[], options: CollectorOptions): Promise<Map<Of, Fate>> {
  const fates = new Map<Of, Fate>();
  const waiting = new Map<number, readonly Packed<Of>[]>();
  const left = batches(events, options.limits ?? BATCH_LIMITS);
  const settle = (batch: readonly Packed<Of>[], fate: Fate): void => {
    for (const { of } of batch) fates.set(of, fate);
  };
  for (let batch = left.shift(); batch !== undefined; batch = left.shift()) {
    const answer = await insist(batch, options);
    if (answer.kind === "taken") {
      if (options.channel === undefined) settle(batch, DELIVERED);
      else if (answer.ackId !== undefined) waiting.set(answer.ackId, batch);
      else
        settle(batch, {
          kind: "later",
          why: "Splunk gave no ackId: switch indexer acknowledgment on for the token, or take the channel away",
        });
    } else if (answer.kind === "poison" || answer.kind === "too large") {
      left.unshift(...withoutPoison(batch, answer, settle));
    } else {
      // Splunk as a whole is meant: what is left would fare no better, and its turn comes again.
      for (const one of [batch, ...left.splice(0)]) settle(one, { kind: "later", why: answer.why });
    }
  }
  await awaitAcks(waiting, settle, options);
  return fates;
}

/**
 * How a refused batch is sent again: the event that Splunk names by itself, and the others without it; halves where it names none. Only what is
 * refused alone is
 * poison, so that no event is given up for a number that means another.
 */
function withoutPoison<Of>(
  batch: readonly Packed<Of>[],
  answer: Extract<Answer, { kind: "poison" | "too large" }>,
  settle: (batch: readonly Packed<Of>[], fate: Fate) => void,
): Packed<Of>[][] {
  if (batch.length === 1) {
    settle(batch, { kind: "poison", why: answer.why });
    return [];
  }
  const named = answer.kind === "poison" ? answer.event : undefined;
  if (named !== undefined && named < batch.length) return [batch.slice(named, named + 1), batch.toSpliced(named, 1)];
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}

async function insist<Of>(batch: readonly Packed<Of>[], options: CollectorOptions): Promise<Answer> {
  const body = gzipSync(batch.map(({ json }) => json).join("\n"));
  let fresh = false;
  for (let tries = 0; ; ) {
    const answer = await post("/services/collector/event", body, fresh, options);
    if (answer.kind === "unauthorized" && !fresh) {
      fresh = true;
      continue;
    }
    const pause = PAUSES[tries++];
    if (answer.kind !== "busy" || pause === undefined) return answer;
    const wait = answer.wait ?? pause;
    if (options.now().getTime() + wait >= options.deadline.getTime()) return answer;
    await options.sleep(wait);
  }
}

async function post(
  path: string,
  body: Uint8Array<ArrayBuffer>,
  fresh: boolean,
  options: CollectorOptions,
): Promise<Answer> {
  try {
    const { status, text, retryAfter } = await request(path, body, fresh, options);
    return answerOf(status, text, retryAfter);
  } catch (error) {
    return { kind: "busy", why: `sending to Splunk at ${options.address}: ${told(error)}`, wait: undefined };
  }
}

/** Rejects where there is no answer in time, or no token. */
async function request(
  path: string,
  body: Uint8Array<ArrayBuffer>,
  fresh: boolean,
  { address, token, channel, timeout = TIMEOUT }: CollectorOptions,
): Promise<{ status: number; text: string; retryAfter: string | null }> {
  const response = await fetch(new URL(path, address), {
    method: "POST",
    // A redirect would carry the token to whoever is named there.
    redirect: "error",
    signal: AbortSignal.timeout(timeout),
    headers: {
      authorization: `Splunk ${await token(fresh)}`,
      "content-type": "application/json",
      "content-encoding": "gzip",
      ...(channel === undefined ? {} : { "x-splunk-request-channel": channel }),
    },
    body,
  });
  return { status: response.status, text: await response.text(), retryAfter: response.headers.get("retry-after") };
}

async function awaitAcks<Of>(
  waiting: Map<number, readonly Packed<Of>[]>,
  settle: (batch: readonly Packed<Of>[], fate: Fate) => void,
  options: CollectorOptions,
): Promise<void> {
  let why = "Splunk has not indexed it in time";
  while (waiting.size > 0) {
    try {
      const body = gzipSync(JSON.stringify({ acks: [...waiting.keys()] }));
      const { status, text } = await request("/services/collector/ack", body, false, options);
      const indexed = status === 200 ? acknowledged(text) : undefined;
      if (indexed === undefined) why = `asking Splunk for acks: it answers ${status}: ${text.slice(0, 300)}`;
      for (const id of indexed ?? []) {
        settle(waiting.get(id) ?? [], DELIVERED);
        waiting.delete(id);
      }
    } catch (error) {
      why = `asking Splunk for acks: ${told(error)}`;
    }
    if (waiting.size === 0) return;
    if (options.now().getTime() + ACK_POLL >= options.deadline.getTime()) break;
    await options.sleep(ACK_POLL);
  }
  for (const batch of waiting.values()) settle(batch, { kind: "later", why });
}

function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
