import type { Logger } from "pino";
import type { Adoption } from "../../programs/adoption.ts";
import type { StackInputs } from "../../programs/inputs.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import type { RunResult, Verb } from "../../stacks/run.ts";
import type { Aws, MemberRole, RunRole } from "../aws.ts";
import type { Db } from "../store/connection.ts";
import type { OperationRow } from "../store/operations.ts";
import type { StackUpdate } from "../store/stacks.ts";
import type { Changes, FinalStatus } from "./operation.ts";

/** What one attempt at an operation works with. */
export interface Work {
  readonly operation: OperationRow;
  readonly db: Db;
  readonly aws: Aws;
  readonly settings: OrganizationSettings;
  readonly logger: Logger;
  /** Written to the account as its baseline's version. */
  readonly baselineVersion: string;
  /** Names the programs to the last line: see `readProgramVersion`. */
  readonly programVersion: string;
  readonly newId: () => string;
  /** Aborted when the operation is cancelled, the service stops, or the lease is lost. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  say(message: string, data?: Record<string, unknown>): void;
  /** Stores what a later attempt must know. */
  remember(progress: Record<string, unknown>): Promise<void>;
  /** Makes an account the operation's target: takes its stack, too. */
  target(accountId: string): Promise<void>;
  /** Writes in a transaction that fails where another attempt has taken over. */
  write(change: (transaction: Db) => Promise<void>): Promise<void>;
  saveStack(update: StackUpdate): Promise<void>;
  /** One run of the engine on the operation's stack. */
  run(verb: Verb, inputs: StackInputs, options?: RunOptions): Promise<RunResult>;
}

export interface RunOptions {
  readonly refresh?: boolean;
  /** Fails with `stack_not_empty` where the state holds a resource. */
  readonly requireEmpty?: boolean;
  /** Of a destroy: leaves what is protected in AWS and in the state. */
  readonly keepProtected?: boolean;
  /** Bulwark's own unless told otherwise. A destroy by `none` takes what is in the member out of the state and leaves it there. */
  readonly role?: RunRole;
}

/** What a deployment of a stack would be made of. */
export interface StackPlan {
  /** In phase `converge`. */
  readonly inputs: StackInputs;
  /** By which the member was looked at. */
  readonly role?: MemberRole;
  readonly adoptions: readonly Adoption[];
  /** Names of adopted resources that the state already holds. */
  readonly imported: ReadonlySet<string>;
  /** Regions in which the stack stands and which its inputs don't name any more. */
  readonly leaving?: readonly string[];
  readonly driftRecorded: boolean;
}

/** What a successful attempt leaves behind. */
export interface Outcome {
  readonly changes?: Changes;
  readonly result: Record<string, unknown>;
  /** Written in the transaction that ends the operation. */
  readonly save?: (transaction: Db) => Promise<void>;
}

/** What an attempt leaves behind that may go on only when somebody has approved it. */
export interface Paused {
  /** Written in the transaction that lets the operation wait. */
  readonly awaiting: (transaction: Db) => Promise<void>;
  /** What would be done. */
  readonly changes: Changes;
  readonly result: Record<string, unknown>;
}

export function isPaused(end: Outcome | Paused): end is Paused {
  return "awaiting" in end;
}

/** One kind of operation. */
export interface Kind {
  perform(work: Work): Promise<Outcome | Paused>;
  /** Whether it deploys or destroys: what waits for approval on its stack is of the past when it has ended well. */
  readonly writes: boolean;
  /** Written in the transaction that ends the operation, however it ended. */
  ended?(transaction: Db, operation: OperationRow, status: FinalStatus): Promise<void>;
}
