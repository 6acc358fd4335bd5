import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { SecretReader } from "../secret.ts";
import type { Packed } from "./batch.ts";
import { type CollectorOptions, deliver, type Fate } from "./client.ts";
import { type Destination, type HecEvent, hecEvent } from "./event.ts";

/** What the forwarder is made of. Secrets outlive an invocation. */
export interface Forwarder {
  readonly address: string;
  readonly destination: Destination;
  /** ARN of the token, in Secrets Manager or as a parameter. */
  readonly token: string;
  readonly secrets: SecretReader;
  /** A GUID, new with each process; undefined where the token has no indexer acknowledgment. */
  readonly channel?: string | undefined;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Keeps what Splunk will never take, with the reason; throws where it can't. */
  readonly quarantine: (body: string, why: string) => Promise<void>;
  /** Is told why records come again; they are in no other place. */
  readonly log: (message: string) => void;
}

type Invocation = Pick<Context, "getRemainingTimeInMillis">;

/** One event of a record, to be sent. An object of its own: the same finding may be there twice. */
interface Part {
  readonly record: string;
  readonly event: HecEvent;
}

/** What an invocation needs to answer, in milliseconds; a request that is under way at the deadline has its own timeout. */
const RESERVE = 15_000;

/**
 * The Lambda on the queue of all findings (events "Security Hub Findings - Imported", with one finding or more in each). SQS forgets a record only
 * when Splunk
 * has, or the quarantine keeps, each of its findings; all else it gives again. The batch is one for Splunk, which is why Powertools' record by
 * record is of no
 * use here: one request takes all.
 */
export function splunkForwarder(
  forwarder: Forwarder,
): (event: SQSEvent, invocation: Invocation) => Promise<SQSBatchResponse> {
  const { now, secrets, token, log } = forwarder;
  return async ({ Records }, invocation) => {
    const failed = new Map<string, string>();
    const attempt = async (record: string, act: () => Promise<void>): Promise<void> => {
      try {
        await act();
      } catch (error) {
        failed.set(record, error instanceof Error ? error.message : String(error));
      }
    };
    const parts: Packed<Part>[] = [];
    for (const record of Records) {
      await attempt(record.messageId, async () => {
        parts.push(...(await partsOf(record, forwarder)));
      });
    }
    const options: CollectorOptions = {
      ...forwarder,
      token: (fresh) => secrets(token, fresh),
      deadline: new Date(now().getTime() + Math.max(0, invocation.getRemainingTimeInMillis() - RESERVE)),
    };
    const fates = await deliver(parts, options);
    for (const { of, json } of parts) {
      const fate: Fate = fates.get(of) ?? { kind: "later", why: "nothing is known of it" };
      if (fate.kind === "later") failed.set(of.record, fate.why);
      if (fate.kind === "poison") await attempt(of.record, () => forwarder.quarantine(json, fate.why));
    }
    if (failed.size > 0)
      log(`${failed.size} of ${Records.length} records come again: ${[...new Set(failed.values())].join("; ")}`);
    return { batchItemFailures: [...failed.keys()].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

async function partsOf(record: SQSRecord, { destination, quarantine, now }: Forwarder): Promise<Packed<Part>[]> {
  const findings = findingsOf(record.body);
  if (findings === undefined) {
    await quarantine(record.body, "the message is no event with findings");
    return [];
  }
  const sent = Number(record.attributes.SentTimestamp);
  const received = Number.isFinite(sent) && sent > 0 ? new Date(sent) : now();
  const parts: Packed<Part>[] = [];
  for (const finding of findings) {
    const converted = hecEvent(finding, destination, received);
    if (!converted.ok) await quarantine(record.body, converted.why);
    else
      parts.push({ of: { record: record.messageId, event: converted.event }, json: JSON.stringify(converted.event) });
  }
  return parts;
}

function findingsOf(body: string): readonly unknown[] | undefined {
  try {
    const event: unknown = JSON.parse(body);
    const detail = event !== null && typeof event === "object" && "detail" in event ? event.detail : undefined;
    const findings =
      detail !== null && typeof detail === "object" && "findings" in detail ? detail.findings : undefined;
    return Array.isArray(findings) && findings.length > 0 ? findings : undefined;
  } catch {
    return undefined;
  }
}
