import type { Kept } from "../remediation.ts";
import type { Change } from "../run.ts";
import type { Caps } from "./decision.ts";
import type { Incident } from "./incident.ts";

/** Where an incident stands. */
export type State =
  | ("seen" | "ignored" | "observed" | "alerted" | "asked" | "approved" | "rejected" | "expired")
  | ("started" | "changed" | "verified" | "failed" | "undoing" | "undone");

/** An incident as the ledger has it, held by whoever has it to work on: each write makes it one version newer. */
export interface Entry {
  readonly id: string;
  readonly state: State;
  readonly version: number;
  /** How often its remediation was begun. */
  readonly attempts: number;
  /** Of the finding that it is held for, ISO 8601. */
  readonly foundAt: string;
}

/** One step in an incident's history. */
export interface Step {
  readonly version: number;
  readonly state: State;
  readonly at: string;
  readonly why: string;
  /** A person, or Bulwark. */
  readonly by: string;
}

/** What a claim came to. Busy: somebody works on it, and it may come to nothing; what asked comes again later. */
export type Claim =
  | { readonly kind: "claimed"; readonly entry: Entry }
  | { readonly kind: "busy" }
  | { readonly kind: "duplicate"; readonly state: State };

/** Names of what is counted in an hour, with the most that each may have; one that has none is only counted. */
export type Counted = Readonly<Record<keyof Caps, { readonly name: string; readonly most?: number }>>;

/** Somebody else has taken the incident over since; what this one had is worth nothing any more. */
export class LostError extends Error {
  override readonly name = "LostError";
}

/** What is known of incidents, and who works on which. Everything is conditional: of several that do the same at once, one goes on. */
export interface Ledger {
  /**
   * Takes an incident to work on, for a finding of a time; nobody else has it until the lease ends. A finding that is no newer than what
   * was dealt with is a duplicate, an echo or late.
   */
  claim(incident: Incident, foundAt: string, now: Date, leaseSeconds: number): Promise<Claim>;
  /** Changes of this hour. */
  used(counted: Counted, now: Date): Promise<Caps>;
  /** Begins a remediation and counts it, both or neither; the cap that is full otherwise. Throws `LostError`. */
  start(entry: Entry, step: Omit<Step, "version" | "state">, counted: Counted): Promise<Entry | keyof Caps>;
  /** Goes on to a state; `done` gives the incident out of hand. Throws `LostError`. */
  move(entry: Entry, step: Omit<Step, "version">, done: boolean): Promise<Entry>;
  /** Keeps what is about to be changed, forever. Throws `LostError`: what was lost must not be changed. */
  record(entry: Entry, remediation: string, change: Change): Promise<Entry>;
  /** What was recorded for a target, if anything. */
  recorded(id: string, remediation: string, target: Kept): Promise<Change | undefined>;
  /** In order, the oldest first. */
  history(id: string): Promise<readonly Step[]>;
}
