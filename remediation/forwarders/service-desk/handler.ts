import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { Account } from "../../response/responder.ts";
import { CLOSED, type Incident } from "../incident.ts";
import { notified } from "../notification.ts";
import type { SecretReader } from "../secret.ts";
import { type DeskClient, DeskError, deskClient } from "./client.ts";
import { changeFields, closureFields, type Desk, ticketFields, updateFields } from "./mapping.ts";
import { approvalOf, callOf, ticketOf } from "./sync.ts";

/** What happened at the desk. `id` is the same each time that it is told: whoever hears it acts once. */
export interface DeskEvent {
  readonly id: string;
  readonly kind: "closed" | "approved" | "rejected";
  readonly incident: string;
  /** Of the ticket or change. */
  readonly record: string;
  readonly by: string | null;
}

/** What the forwarder is made of. Secrets outlive an invocation. */
export interface Forwarder {
  readonly address: string;
  readonly desk: Desk;
  /** ARN of `user:password`, in Secrets Manager or as a parameter. */
  readonly credentials: string;
  readonly secrets: SecretReader;
  /** Whose an account is; where it is left out, an incident that only a finding tells of is nobody's. */
  readonly account?: (accountId: string) => Promise<Account>;
  /** An incident as it is now; undefined where nothing is known of it yet. Rejects where it can't be read. */
  readonly newest?: (incident: string) => Promise<Incident | undefined>;
  /**
   * Does something while nobody else does anything for the same incident, and rejects where somebody does: between search and create there must be
   * nobody, as the
   * desk itself takes two tickets of one reference.
   */
  readonly alone: (incident: string, act: () => Promise<void>) => Promise<void>;
  /** Tells the response; rejects where it can't. */
  readonly tell: (event: DeskEvent) => Promise<void>;
  /** Keeps what can never be told, with the reason; rejects where it can't. */
  readonly quarantine: (body: string, why: string) => Promise<void>;
  /** Is told why a record comes again; it is in no other place. */
  readonly log?: (message: string) => void;
}

/**
 * The Lambda on the queue of the topic of incidents. The desk itself holds what it was told (reference and version), so that a message that comes
 * twice, late or out of
 * order makes no second ticket and no second update. Records that failed are reported, and SQS gives them again for as long as the desk is down.
 */
export function deskForwarder(forwarder: Forwarder): (event: SQSEvent) => Promise<SQSBatchResponse> {
  const { account, alone, log, quarantine } = forwarder;
  const forward = async ({ body }: SQSRecord): Promise<void> => {
    const read = await notified(body, account);
    if (!read.ok) return await quarantine(body, read.why);
    const { incident } = read;
    if (incident === null) return;
    try {
      await alone(incident.id, () => forwardOne(incident, clientOf(forwarder), forwarder));
    } catch (error) {
      if (error instanceof DeskError && error.permanent) return await quarantine(body, error.message);
      log?.(`incident ${incident.id} comes again: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  };
  return async (event) =>
    // One after the other: the steps of an incident stay in their order.
    await processPartialResponse(event, forward, new BatchProcessor(EventType.SQS), {
      processInParallel: false,
      throwOnFullBatchFailure: false,
    });
}

function clientOf({ address, secrets, credentials }: Forwarder): DeskClient {
  return deskClient({ address, credentials: (fresh) => secrets(credentials, fresh) });
}

async function forwardOne(incident: Incident, client: DeskClient, { desk, tell, newest }: Forwarder): Promise<void> {
  const kind = desk.incident;
  const ticket = (await client.find(kind, incident.id))
    .map((record) => ticketOf(record, desk))
    .find((one) => one !== undefined);
  const call = callOf(incident, ticket);
  switch (call.kind) {
    case "create": {
      // A finding is told of by two ways: one message may have come after that which ended the incident, and nobody would close its ticket.
      const now = await newest?.(incident.id);
      if (now !== undefined && now.version > incident.version && CLOSED.includes(now.status)) return;
      await client.create(kind, ticketFields(incident, desk));
      break;
    }
    case "update":
      await client.update(kind, call.ticket.id, updateFields(incident, call.ticket.version, desk));
      break;
    case "close":
      await client.act(kind, call.ticket.id, kind.close, closureFields(incident, call.ticket.version, desk));
      break;
    case "reopen":
      await client.act(kind, call.ticket.id, kind.reopen, updateFields(incident, call.ticket.version, desk));
      break;
    case "closed by the desk":
      await tell(closedEvent(incident.id, call.ticket));
      break;
    case "nothing":
      break;
  }
  if (desk.change === null || incident.status !== "asked") return;
  if ((await client.find(desk.change, incident.id)).length > 0) return;
  await client.create(desk.change, changeFields(incident, desk, desk.change));
}

function closedEvent(
  incident: string,
  { id, closedBy }: { readonly id: string; readonly closedBy: string | null },
): DeskEvent {
  return { id: `${incident}/${id}/closed`, kind: "closed", incident, record: id, by: closedBy };
}

/**
 * Looks at the desk's side of incidents that are not over, on a schedule: what was closed, approved or denied there becomes an event. One that
 * can't be read hides
 * no other. Rejects with all errors together.
 *
 * @param incidents those that are not over, as the ledger has them
 */
export async function watchDesk(incidents: readonly Incident[], forwarder: Forwarder): Promise<void> {
  const { desk, tell } = forwarder;
  const client = clientOf(forwarder);
  const errors: unknown[] = [];
  for (const incident of incidents) {
    try {
      for (const record of await client.find(desk.incident, incident.id)) {
        const ticket = ticketOf(record, desk);
        const call = callOf(incident, ticket);
        if (call.kind === "closed by the desk") await tell(closedEvent(incident.id, call.ticket));
      }
      if (desk.change === null) continue;
      // The first alone: a change that somebody else made with the same reference approves nothing.
      const [record] = await client.find(desk.change, incident.id);
      const approval = record === undefined ? undefined : approvalOf(record, desk.change);
      if (record === undefined || approval === undefined || approval.kind === "waiting") continue;
      const id = String(record[desk.change.key]);
      await tell({
        id: `${incident.id}/${id}/${approval.kind}`,
        kind: approval.kind,
        incident: incident.id,
        record: id,
        by: approval.by,
      });
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0)
    throw new AggregateError(errors, `watching the service desk: ${errors.map(String).join("; ")}`);
}
