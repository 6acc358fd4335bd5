import type { AnyRemediation, Facts, Session } from "../remediation.ts";
import type { ResponseSettings } from "./decision.ts";
import type { AsffFinding } from "./finding.ts";
import type { Entry, Hold, Ledger, State } from "./ledger.ts";

/** What the response works with. */
export interface Responder {
  readonly ledger: Ledger;
  readonly remediations: readonly AnyRemediation[];
  /** As they are now for an account; undefined where they can't be read. */
  settings(accountId: string): Promise<ResponseSettings | undefined>;
  facts(accountId: string): Promise<Facts>;
  session(remediation: AnyRemediation, finding: AsffFinding): Promise<Session>;
  /** Tells Security Hub. Throws where it did not take it. */
  update(finding: AsffFinding, workflow: Workflow, note: string): Promise<void>;
  now(): Date;
  /**
   * Tells people of an incident as the ledger has it by now. Rejects where it can't: what is not known to be published is published later
   * (`publishUntold`).
   */
  publish(id: string): Promise<void>;
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
  { ledger, update, now, publish }: Responder,
  entry: Entry,
  finding: AsffFinding,
  { state, why, by = BULWARK, workflow, hold = "done", facts }: Ending,
): Promise<Ended> {
  if (workflow !== undefined) await update(finding, workflow, `Bulwark ${entry.id}: ${why}`.slice(0, LONGEST_NOTE));
  const step = { at: now().toISOString(), why: why.slice(0, LONGEST_WHY), by, state };
  await ledger.move(entry, step, hold, facts);
  // The ledger has it: whoever watches publishes what is missed here.
  await publish(entry.id).catch(() => undefined);
  return { kind: hold, id: entry.id, state, why };
}
