import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { Account } from "../../response/responder.ts";
import type { Incident } from "../incident.ts";
import { notified } from "../notification.ts";
import type { SecretReader } from "../secret.ts";
import { slackClient } from "./client.ts";
import { collect, type DigestStore, type DigestTeller, sendDigests } from "./digests.ts";
import type { EscalationPolicy } from "./escalation.ts";
import type { Pace } from "./pace.ts";
import { placeOf, type Routing } from "./routing.ts";
import { SlackError } from "./slack-error.ts";
import { escalate, tell } from "./tell.ts";
import type { ToldStore } from "./told.ts";

/** What the forwarder is made of. Pace and secrets outlive an invocation; all else may. */
export interface Forwarder {
  readonly routing: Routing;
  readonly escalation: EscalationPolicy;
  /** ARN of the bot token, in Secrets Manager or as a parameter. */
  readonly token: string;
  readonly secrets: SecretReader;
  /** Whose an account is; where it is left out, an incident that only a finding tells of is nobody's. */
  readonly account?: (accountId: string) => Promise<Account>;
  readonly pace: Pace;
  readonly store: ToldStore;
  readonly digests: DigestStore;
  /** Of a digest, in milliseconds. */
  readonly period: number;
  readonly now: () => Date;
  /** Keeps what can never be told, with the reason; throws where it can't. */
  readonly quarantine: (body: string, why: string) => Promise<void>;
  /** Of Slack's API, where it is not Slack's. */
  readonly address?: string;
  /** Is told why a record comes again; it is in no other place. */
  readonly log?: (message: string) => void;
}

type Invocation = Pick<Context, "getRemainingTimeInMillis">;

/** What an invocation needs to save what it did, in milliseconds. */
const RESERVE = 5000;
/** Clocks of the Lambda and of its service differ by less. Milliseconds. */
const MARGIN = 1000;

function tellerOf(forwarder: Forwarder, invocation: Invocation): DigestTeller {
  const { secrets, token, pace, now, store, digests, period, address } = forwarder;
  const remaining = invocation.getRemainingTimeInMillis();
  const deadline = new Date(now().getTime() + Math.max(0, remaining - RESERVE));
  const client = slackClient({
    token: (fresh) => secrets(token, fresh),
    pace,
    now,
    deadline,
    ...(address === undefined ? {} : { address }),
  });
  return { client, store, digests, period, now, until: new Date(now().getTime() + remaining + MARGIN) };
}

/**
 * The Lambda on the queue of the topic of incidents. It reports the records that failed, which SQS gives again: for as long as Slack is down, and
 * for a channel whose turn does not come in time. What is no incident, or what Slack will never take, is quarantined with the reason.
 */
export function slackForwarder(
  forwarder: Forwarder,
): (event: SQSEvent, invocation: Invocation) => Promise<SQSBatchResponse> {
  const { account, log, quarantine, routing } = forwarder;
  return async (event, invocation) => {
    const teller = tellerOf(forwarder, invocation);
    const forward = async ({ body }: SQSRecord): Promise<void> => {
      const read = await notified(body, account);
      if (!read.ok) return await quarantine(body, read.why);
      if (read.incident === null) return;
      try {
        await forwardOne(read.incident, routing, teller);
      } catch (error) {
        if (error instanceof SlackError && error.failure === "permanent") return await quarantine(body, error.message);
        log?.(`incident ${read.incident.id} comes again: ${error instanceof Error ? error.message : String(error)}`);
        throw error;
      }
    };
    // One after the other: a channel takes one a second anyway, and the steps of an incident stay in their order.
    return await processPartialResponse(event, forward, new BatchProcessor(EventType.SQS), {
      processInParallel: false,
      throwOnFullBatchFailure: false,
    });
  };
}

async function forwardOne(incident: Incident, routing: Routing, teller: DigestTeller): Promise<void> {
  const { channel, as } = placeOf(incident, routing);
  // Who was told by a message hears the rest by that message, also where the settings have changed since.
  const told = await teller.store.read(incident.id);
  if (as === "message" || (told !== undefined && told.ts !== null))
    await tell(incident, channel, routing.defaultChannel, teller);
  else await collect(incident, channel, teller);
}

/**
 * What a schedule calls, every minute or so: sends the digests whose period is over, and calls those whom the escalation names. One failure does
 * not keep the others; what failed is thrown together, and tried again the next time.
 *
 * @param waiting incidents that the ledger has as open
 */
export async function attend(
  forwarder: Forwarder,
  waiting: readonly Incident[],
  invocation: Invocation,
): Promise<void> {
  const teller = tellerOf(forwarder, invocation);
  const failures: unknown[] = [];
  const attempt = async (act: () => Promise<unknown>): Promise<void> => {
    await act().catch((error: unknown) => failures.push(error));
  };
  for (const incident of waiting) await attempt(() => escalate(incident, forwarder.escalation, teller));
  await attempt(() => sendDigests(teller));
  if (failures.length > 0)
    throw new AggregateError(
      failures,
      `telling Slack: ${failures.length} did not get through: ${failures.map(String).join("; ")}`,
    );
}
