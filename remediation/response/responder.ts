import type { Incident } from "../forwarders/incident.ts";
import type { AnyRemediation, Facts, Session } from "../remediation.ts";
import type { ResponseSettings } from "./decision.ts";
import type { AsffFinding } from "./finding.ts";
import type { Entry, Hold, Ledger, State } from "./ledger.ts";

/** What the response works with. */
export interface Responder {
  readonly ledger: Ledger;
  readonly remediations: readonly AnyRemediation[];
  /** As they are now; undefined where they can't be read. */
  settings(): Promise<ResponseSettings | undefined>;
  facts(): Promise<Facts>;
  session(remediation: AnyRemediation, finding: AsffFinding): Promise<Session>;
  /** Tells Security Hub. Throws where it did not take it. */
  update(finding: AsffFinding, workflow: Workflow, note: string): Promise<void>;
  /** Tells who forwards: whoever hears of a version twice hears the same. Throws where it was not taken. */
  publish(incident: Incident): Promise<void>;
  /** Whose an account is. Throws where that can't be read. */
  account(accountId: string): Promise<Account>;
  now(): Date;
}

/** Whose an account is and what for, as its settings say; null where they say nothing. */
export interface Account {
  readonly owner: string | null;
  readonly environment: string | null;
}

export type Workflow = "NOTIFIED" | "RESOLVED" | "SUPPRESSED";

/** What came of an incident: it is dealt with, or it has to be tried again, and why. */
export type Ended = {
  readonly kind: "done" | "again";
  readonly id: string;
  readonly state: State;
  readonly why: string;
};

/** Seconds; longer than the router's Lambda may run, shorter than the queue hides a message. */
export const LEASE = 300;
/** Who writes notes and history where no person did. */
export const BULWARK = "Bulwark";

/** Characters of a note's text (Security Hub API reference, NoteUpdate: 512), and of a reason in the history. */
const LONGEST_NOTE = 512;
const LONGEST_WHY = 4_000;

/** How an incident's work ends: its state and why, and what Security Hub is told. */
export interface Ending {
  readonly state: State;
  readonly why: string;
  readonly by?: string;
  readonly workflow?: Workflow;
  readonly hold?: Exclude<Hold, "hold">;
  readonly facts?: Parameters<Ledger["move"]>[3];
}

/** Tells Security Hub, and then lets go of the incident: what is cut off between them is told twice, never not at all. */
export async function end(
  { ledger, update, now }: Responder,
  entry: Entry,
  finding: AsffFinding,
  { state, why, by = BULWARK, workflow, hold = "done", facts }: Ending,
): Promise<Ended> {
  if (workflow !== undefined) await update(finding, workflow, `Bulwark ${entry.id}: ${why}`.slice(0, LONGEST_NOTE));
  const step = { at: now().toISOString(), why: why.slice(0, LONGEST_WHY), by, state };
  await ledger.move(entry, step, hold, facts);
  return { kind: hold, id: entry.id, state, why };
}
