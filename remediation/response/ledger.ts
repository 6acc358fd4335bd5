import type { Kept } from "../remediation.ts";
import type { Change } from "../run.ts";
import type { Caps } from "./decision.ts";
import type { AsffFinding } from "./finding.ts";
import type { Headline, Incident } from "./incident.ts";
import type { Shelf, Waiting } from "./shelf.ts";

/**
 * Where an incident stands. `changed` is not yet verified; `delivering` is verified, and its evidence not yet handed over; `well` needed no
 * change; of `gone` at least one resource is not there any more. `repairing`: the baseline was asked to set it right. `resolved`: its finding is over, by
 * no change of Bulwark's. `suppressed`: a person has set it aside.
 */
export type State =
  | ("seen" | "ignored" | "observed" | "alerted" | "asked" | "approved" | "rejected" | "expired")
  | ("started" | "changed" | "delivering" | "verified" | "well" | "gone" | "failed" | "undoing" | "undone")
  | ("repairing" | "resolved" | "suppressed");

/** A change is under way: the next attempt goes on with what was recorded, and is none that is counted. */
export const UNFINISHED: readonly State[] = ["started", "changed", "delivering"];

/** An incident as the ledger has it, held by whoever has it to work on: each write makes it one version newer. */
export interface Entry {
  readonly id: string;
  readonly state: State;
  readonly version: number;
  /** Of its last change, how often it was tried; none after it ended well. */
  readonly attempts: number;
  /** Of the finding that it is held for, ISO 8601. */
  readonly foundAt: string;
  /** Number of its last change; 0 before the first. Each change has records of its own. */
  readonly epoch: number;
  /** Which remediation made that change, and when it began, ISO 8601; empty before the first. */
  readonly remediation: string;
  readonly began: string;
  /** When it came to its state, ISO 8601; empty where it was only seen. */
  readonly since: string;
  /** Number of the change that can be undone: the last verified one; 0 where there is none. */
  readonly verified: number;
  /** When that was undone, ISO 8601; empty where it was not, or a change came after it. */
  readonly undoneAt: string;
  /** When the first finding was found, ISO 8601. */
  readonly firstFoundAt: string;
  /** When it last began to need somebody, ISO 8601: a closed incident that is found again is opened anew. */
  readonly openedAt: string;
  /** Findings that were collapsed into it, that for which it is held among them. One that is updated counts again. */
  readonly findings: number;
  /** Who looks after it, and since when; null where nobody said so since it was opened. */
  readonly acknowledged: Acknowledged | null;
}

/** Who said that they look after an incident, and when, ISO 8601. */
export interface Acknowledged {
  readonly by: string;
  readonly at: string;
}

/** An incident in a list: with what its last finding says, so that lists and reports need no second reading. */
export interface Listed extends Entry, Headline {
  /** The control, the vulnerabilities or the types, in words. */
  readonly cause: string;
}

/** A part of the incidents of a shelf, by the time at which they came to their state. */
export interface ListQuery {
  readonly shelf: Shelf;
  /** ISO 8601; what came to its state at that time is left out of both. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** From 1 to 1,000. */
  readonly limit: number;
  /** Of the page before. */
  readonly next?: string | undefined;
}

/** One page, the newest first; without `next` there is no more. */
export interface ListPage {
  readonly items: readonly Listed[];
  readonly next?: string;
}

/** What `next` said can't be gone on from: it is none that a page of this shelf gave. */
export class PageError extends Error {
  override readonly name = "PageError";
}

/** One step in an incident's history. */
export interface Step {
  readonly version: number;
  readonly state: State;
  readonly at: string;
  readonly why: string;
  /** A person, or Bulwark. */
  readonly by: string;
  /** Of the request that a person sent, by which it is known when it comes again. */
  readonly request?: string;
}

/**
 * What a target came to in one change. `planned` is a dry run's; `begun` may have been cut off anywhere; `written` is to be read again; the change of
 * `delivering` is verified.
 */
export type TargetState =
  | ("planned" | "begun" | "written" | "delivering" | "verified")
  | ("well" | "gone" | "protected" | "refused" | "unread" | "undoing" | "undone");

/** What is known of one target in one change. Epoch 0 has the last dry run. */
export interface Line {
  readonly epoch: number;
  readonly remediation: string;
  readonly target: Kept;
  readonly state: TargetState;
  readonly why: string;
  /** What was recorded, or would be; null where nothing was. */
  readonly change: Change | null;
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

/** What becomes of the hold on an incident: it goes on, it ends and the finding comes again, or the finding is dealt with. */
export type Hold = "hold" | "again" | "done";

/** What is known of incidents, and who works on which. Everything is conditional: of several that do the same at once, one goes on. */
export interface Ledger {
  /**
   * Takes an incident to work on, for a finding of a time; nobody else has it until the lease ends. A finding that is no newer than what
   * was dealt with is a duplicate, an echo or late.
   */
  claim(incident: Incident, foundAt: string, now: Date, leaseSeconds: number): Promise<Claim>;
  /**
   * Counts a finding of which nobody hears and by which nothing changes, in one write. One that is not newer than what was dealt with, or meets
   * somebody's work, changes nothing.
   */
  sight(incident: Incident, foundAt: string, now: Date): Promise<void>;
  /** Lets go of an incident, whose finding is dealt with and changed nothing. Throws `LostError`. */
  pass(entry: Entry): Promise<void>;
  /** As it is now; nobody has it by that. */
  get(id: string): Promise<Entry | undefined>;
  /** Takes an incident as it was read, where nobody has it and it is the same still, and goes on to a state. Throws `LostError`. */
  take(entry: Entry, step: Omit<Step, "version">, now: Date, leaseSeconds: number): Promise<Entry>;
  /** The same without a step, and in the state that it has. Throws `LostError`. */
  hold(entry: Entry, now: Date, leaseSeconds: number): Promise<Entry>;
  /**
   * Notes a step in the state that an incident has, and who looks after it by now; the time since when it has its state stays. Throws `LostError`
   * where it is not as it was read any more, or somebody works on it.
   */
  note(entry: Entry, step: Omit<Step, "version" | "state">, now: Date, acknowledged?: Acknowledged): Promise<Entry>;
  /** Changes of this hour. */
  used(counted: Counted, now: Date): Promise<Caps>;
  /** Begins a change and counts it, both or neither; the cap that is full otherwise. `attempts` counts this one. Throws `LostError`. */
  start(
    entry: Entry,
    step: Omit<Step, "version" | "state">,
    change: Pick<Entry, "remediation" | "attempts">,
    counted: Counted,
    about: About,
  ): Promise<Entry | keyof Caps>;
  /** Goes on to a state, and keeps what it is about where that is given. Throws `LostError`. */
  move(
    entry: Entry,
    step: Omit<Step, "version">,
    hold: Hold,
    facts?: Partial<Pick<Entry, "attempts" | "verified" | "undoneAt" | "foundAt">>,
    about?: About,
  ): Promise<Entry>;
  /** Keeps what is known of a target; what was or is about to be changed forever. Throws `LostError`: what was lost must not be changed. */
  keep(entry: Entry, line: Line): Promise<Entry>;
  /** Of one change, in no order. */
  lines(id: string, epoch: number): Promise<readonly Line[]>;
  about(id: string): Promise<About | undefined>;
  /** In order, the oldest first. */
  history(id: string): Promise<readonly Step[]>;
  /** Incidents of a shelf. What was written a moment ago may be missing. Throws `PageError`. */
  list(query: ListQuery): Promise<ListPage>;
  /** As a list has it; undefined where there is none. */
  listed(id: string): Promise<Listed | undefined>;
  /** Ids of incidents with a step that people shall hear of and that was not published, the longest waiting first. */
  untold(limit: number): Promise<readonly string[]>;
  /** Ids of incidents that were told and have waited in a state since before a time, the longest waiting first. */
  waiting(state: Waiting, before: Date, limit: number): Promise<readonly string[]>;
  /** The steps up to a version were published: nothing is untold where no later one is. The state is that of the incident then. */
  published(id: string, version: number, state: State): Promise<void>;
}

/** The finding that an incident was last acted on for, and what answers it: its manifest's name, or null where nothing does. */
export interface About {
  readonly remediation: string | null;
  readonly finding: AsffFinding;
}
