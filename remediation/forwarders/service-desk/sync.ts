import { CLOSED, type Incident } from "../incident.ts";
import type { Desk } from "./mapping.ts";

/** A record of the desk, as it is read: fields by caption. */
export type DeskRecord = Readonly<Record<string, unknown>>;

/** What the desk has of an incident. */
export interface Ticket {
  readonly id: string;
  /** Of the incident, as the desk was last told; 0 where nothing readable is there. */
  readonly version: number;
  readonly closed: boolean;
  readonly closedBy: string | null;
}

export type Call =
  | { readonly kind: "nothing" | "create" }
  | { readonly kind: "update" | "close" | "reopen"; readonly ticket: Ticket }
  /** Somebody at the desk closed it: the response is told, the desk is not argued with. */
  | { readonly kind: "closed by the desk"; readonly ticket: Ticket };

/** The ticket in a record. Pure. */
export function ticketOf(record: DeskRecord, { incident }: Desk): Ticket | undefined {
  const id = record[incident.key];
  if (typeof id !== "string" || id === "") return undefined;
  const version = Number(record[incident.version]);
  const closedBy = record[incident.closedBy];
  return {
    id,
    version: Number.isSafeInteger(version) && version > 0 ? version : 0,
    closed: incident.closed.includes(String(record[incident.status])),
    closedBy: typeof closedBy === "string" && closedBy !== "" ? closedBy : null,
  };
}

/** Which call an incident needs, given what the desk has. Old and repeated messages need none. Pure. */
export function callOf(incident: Incident, ticket: Ticket | undefined): Call {
  const over = CLOSED.includes(incident.status);
  if (ticket === undefined) return { kind: over ? "nothing" : "create" };
  if (ticket.closed) {
    if (over) return { kind: "nothing" };
    return closedByDesk(incident, ticket) ? { kind: "closed by the desk", ticket } : reopened(incident, ticket);
  }
  if (ticket.version >= incident.version) return { kind: "nothing" };
  return { kind: over ? "close" : "update", ticket };
}

/** A ticket that Bulwark closed was last told of a step that ends an incident; any other was closed by somebody else. */
function closedByDesk({ history }: Incident, { version }: Ticket): boolean {
  const told = history[version - 1]?.status;
  // A version that this message does not know is newer than the message.
  return version <= history.length && (told === undefined || !CLOSED.includes(told));
}

function reopened(incident: Incident, ticket: Ticket): Call {
  return ticket.version >= incident.version ? { kind: "nothing" } : { kind: "reopen", ticket };
}

export type Approval =
  | { readonly kind: "waiting" }
  | { readonly kind: "approved" | "rejected"; readonly by: string | null };

/** What a change record says of the approval that it stands for. What is neither approved nor denied waits: it fails closed. Pure. */
export function approvalOf(record: DeskRecord, change: NonNullable<Desk["change"]>): Approval {
  const status = record[change.approval];
  const decidedBy = change.decidedBy === null ? null : record[change.decidedBy];
  const by = typeof decidedBy === "string" && decidedBy !== "" ? decidedBy : null;
  if (typeof status !== "string") return { kind: "waiting" };
  if (change.denied.includes(status)) return { kind: "rejected", by };
  return change.approved.includes(status) ? { kind: "approved", by } : { kind: "waiting" };
}
