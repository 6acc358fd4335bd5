import type { Incident } from "../forwarders/incident.ts";
import type { AnyRemediation, Facts, Session } from "../remediation.ts";
import type { ResponseSettings } from "./decision.ts";
import type { AsffFinding } from "./finding.ts";
import type { About, Entry, Hold, Ledger, State } from "./ledger.ts";
import type { RepairMessage } from "./repair-message.ts";
import { isTold, waitingOf } from "./shelf.ts";
import { publishIfPossible } from "./telling.ts";
import { BULWARK } from "./times.ts";

/** What the response works with. */
export interface Responder {
  readonly ledger: Ledger;
  readonly remediations: readonly AnyRemediation[];
  /** As they are now; undefined where they can't be read. */
  settings(): Promise<ResponseSettings | undefined>;
  facts(): Promise<Facts>;
  session(remediation: AnyRemediation, finding: AsffFinding): Promise<Session>;
  /** Tells Security Hub, and resolves when it has taken it. Throws where it did not take it. */
  update(finding: AsffFinding, workflow: Workflow, note: Note): Promise<void>;
  /** Tells who forwards: whoever hears of a version twice hears the same. Throws where it was not taken. */
  publish(incident: Incident): Promise<void>;
  /** Asks the service to deploy the stack that owns a setting; what it gets twice it does once. Throws where it was not taken. */
  repair(message: RepairMessage): Promise<void>;
  /** Whose an account is. Throws where that can't be read. */
  account(accountId: string): Promise<Account>;
  now(): Date;
}

/** Whose an account is and what for, as its settings say; null where they say nothing. And where it is in the organization. */
export interface Account {
  readonly owner: string | null;
  readonly environment: string | null;
  /** Ids of all units above it, the nearest first; none where it is none of the organization. */
  readonly units: readonly string[];
}

export type Workflow = "NOTIFIED" | "RESOLVED" | "SUPPRESSED";

/** What Security Hub is told of a finding in words. */
export interface Note {
  /** The incident's id. */
  readonly incident: string;
  readonly why: string;
  /** What of it is as true for others, where it is told of several at once; all of it where this is missing. */
  readonly alike?: string;
}

/** What came of an incident: it is dealt with, or it has to be tried again, and why. */
export type Ended = {
  readonly kind: "done" | "again";
  readonly id: string;
  readonly state: State;
  readonly why: string;
};

/** Characters of a reason in the history. */
const LONGEST_WHY = 4_000;

/** How an incident's work ends: its state and why, and what Security Hub is told. */
export interface Ending {
  readonly state: State;
  readonly why: string;
  readonly by?: string;
  readonly workflow?: Workflow;
  /** What of `why` is as true for other incidents. */
  readonly alike?: string;
  readonly hold?: Exclude<Hold, "hold">;
  readonly facts?: Parameters<Ledger["move"]>[3];
  /** What answers it, where that is not kept yet: its manifest's name, or null where nothing does. */
  readonly remediation?: string | null;
  /** The person's request that ends with it. */
  readonly request?: string | undefined;
}

/**
 * Tells Security Hub, lets go of the incident, and publishes what people shall hear of. What is cut off between them is told twice, never not at
 * all: what was not published stays in the outbox.
 */
export async function end(
  responder: Responder,
  entry: Entry,
  finding: AsffFinding,
  { state, why, by = BULWARK, workflow, alike, hold = "done", facts, remediation, request }: Ending,
): Promise<Ended> {
  const { ledger, update, now } = responder;
  if (workflow !== undefined) {
    await update(finding, workflow, { incident: entry.id, why, ...(alike === undefined ? {} : { alike }) });
  }
  const asked = request === undefined ? {} : { request };
  const step = { at: now().toISOString(), why: why.slice(0, LONGEST_WHY), by, state, ...asked };
  const about = remediation === undefined ? undefined : aboutOf(state, remediation, finding);
  const moved = await ledger.move(entry, step, hold, facts, about);
  if (isTold(state, entry.state)) await publishIfPossible(responder, moved, about);
  return { kind: hold, id: entry.id, state, why };
}

/** What is kept of a finding: a resource's details, which may be large, only where something is still to be done with them. */
function aboutOf(state: State, remediation: string | null, finding: AsffFinding): About {
  if (waitingOf(state) !== undefined) return { remediation, finding };
  return { remediation, finding: { ...finding, Resources: finding.Resources.map(({ Details, ...rest }) => rest) } };
}
