import type { AnyRemediation, Kept } from "../remediation.ts";
import type { Change } from "../run.ts";
import type { Caps } from "./decision.ts";
import type { AsffFinding } from "./finding.ts";
import type { Incident } from "./incident.ts";

/**
 * Where an incident stands. `changed` is not yet verified; `delivering` is verified, and its evidence not yet handed over; `well` needed no
 * change; of `gone` at least one resource is not there any more.
 */
export type State =
  | ("seen" | "ignored" | "observed" | "alerted" | "asked" | "approved" | "rejected" | "expired")
  | (
      | "started"
      | "changed"
      | "delivering"
      | "verified"
      | "well"
      | "gone"
      | "failed"
      | "undoing"
      | "undone"
      | "suppressed"
    );

/** Nothing is waited for: what was found is no more, or was only to be seen. All other incidents are open. */
export const CLOSED: readonly State[] = ["ignored", "observed", "verified", "well", "gone", "suppressed"];

/** Where an incident is listed. */
export type Shelf = "open" | "closed";

/** A part of a list, and where it goes on; undefined at its end. */
export interface Page {
  readonly items: readonly Listed[];
  readonly next: string | undefined;
}

/** What a list tells of an incident. */
export type Listed = Pick<Entry, "id" | "state" | "version" | "since" | "remediation" | "verified"> & {
  /** What it is about: the key as `incidentOf` made it, and the cause in words. */
  readonly key: string;
  readonly cause: string;
  readonly foundAt: string;
};

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
}

/** One step in an incident's history. */
export interface Step {
  readonly version: number;
  readonly state: State;
  readonly at: string;
  readonly why: string;
  /** A person, or Bulwark. */
  readonly by: string;
  /** Somebody has said that they look after it. */
  readonly acknowledges?: true;
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
  /** As it is now; nobody has it by that. */
  get(id: string): Promise<Entry | undefined>;
  /** Takes an incident as it was read, where nobody has it and it is the same still, and goes on to a state. Throws `LostError`. */
  take(entry: Entry, step: Omit<Step, "version">, now: Date, leaseSeconds: number): Promise<Entry>;
  /** Changes of this hour. */
  used(counted: Counted, now: Date): Promise<Caps>;
  /** Begins a change and counts it, both or neither; the cap that is full otherwise. `attempts` counts this one. Throws `LostError`. */
  start(
    entry: Entry,
    step: Omit<Step, "version" | "state">,
    change: Pick<Entry, "remediation" | "attempts">,
    counted: Counted,
  ): Promise<Entry | keyof Caps>;
  /** Goes on to a state. Throws `LostError`. */
  move(
    entry: Entry,
    step: Omit<Step, "version">,
    hold: Hold,
    facts?: Partial<Pick<Entry, "attempts" | "verified" | "undoneAt">>,
  ): Promise<Entry>;
  /** Keeps what is known of a target; what was or is about to be changed forever. Throws `LostError`: what was lost must not be changed. */
  keep(entry: Entry, line: Line): Promise<Entry>;
  /** Of one change, in no order. */
  lines(id: string, epoch: number): Promise<readonly Line[]>;
  /** Keeps what an incident is about, for when a person answers. Throws `LostError`. */
  remember(entry: Entry, about: About): Promise<Entry>;
  about(id: string): Promise<About | undefined>;
  /** The newest first. `next` is what a page before gave; throws where it is none of those. */
  list(shelf: Shelf, limit: number, next?: string): Promise<Page>;
  /** Incidents of which a step was kept and is not known to be published, the oldest first. */
  untold(limit: number): Promise<readonly Listed[]>;
  /** Notes that an incident was published as of a version; nothing where it has gone on since. */
  published(id: string, version: number): Promise<void>;
  /** In order, the oldest first. */
  history(id: string): Promise<readonly Step[]>;
}

/** The finding that an incident was last acted on for, and what answers it. */
export interface About {
  readonly remediation: AnyRemediation["manifest"]["name"];
  readonly finding: AsffFinding;
}
