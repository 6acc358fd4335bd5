import type { AwsFailure } from "./aws/call-error.ts";
import type { PartialResult } from "./messages.ts";

/** What kind of end a run came to, besides the kinds of answer that AWS gives. */
export type FailureCode =
  | AwsFailure
  | "timeout"
  | "cancelled"
  | "crashed"
  | "locked"
  | "wrong_passphrase"
  | "missing_plugin"
  | "missing_engine"
  | "plan_violation"
  | "protected_resource"
  | "backend_unavailable"
  | "disk_full"
  | "corrupt_state"
  | "stack_not_found"
  | "stack_not_empty"
  | "program_error"
  | "engine_error";

/** A failure as data: it crosses the pipe from the run child and becomes the operation's error. Holds no secret. */
export interface Failure {
  readonly code: FailureCode;
  readonly retryable: boolean;
  /** The activity, the thing, and what answered. One line. */
  readonly message: string;
  /** What to do, in a concrete sentence. */
  readonly remedy: string;
  readonly accountId?: string;
  readonly region?: string;
  /** As AWS's SDK names it, for example `SecurityHub`. */
  readonly service?: string;
  /** IAM-style, for example `securityhub:EnableSecurityHub`. */
  readonly call?: string;
  /** AWS's own error code, for example `AccessDeniedException`. */
  readonly awsCode?: string;
  /** URN of the resource. */
  readonly resource?: string;
  /** Every resource that failed, where more than one did. */
  readonly others?: readonly Failure[];
}

/** A run that did not reach its end. */
export class StackRunError extends Error implements Failure {
  readonly code: FailureCode;
  readonly retryable: boolean;
  readonly remedy: string;
  declare readonly accountId?: string;
  declare readonly region?: string;
  declare readonly service?: string;
  declare readonly call?: string;
  declare readonly awsCode?: string;
  declare readonly resource?: string;
  declare readonly others?: readonly Failure[];
  /** What the run had done until then; absent where nobody can say, because the run child died. */
  declare readonly partial?: PartialResult;
  /**
   * The run was killed, died, or its engine or a plugin was: a lock, a pending operation or an unknown resource may be left.
   * Recover before the next run.
   */
  declare readonly unclean?: true;

  constructor(failure: Failure, partial?: PartialResult, unclean = false) {
    const { message, code, retryable, remedy, ...place } = failure;
    super(message);
    this.name = "StackRunError";
    this.code = code;
    this.retryable = retryable;
    this.remedy = remedy;
    Object.assign(this, place, partial === undefined ? {} : { partial }, unclean ? { unclean } : {});
  }
}

/** The failure that an error was made of. */
export function failureOf(error: StackRunError): Failure {
  const { name: _name, partial: _partial, unclean: _unclean, stack: _stack, cause: _cause, ...failure } = error;
  return { ...failure, message: error.message };
}

/** Of what a run told, the failures of resources: what is kept where the run ended for another reason. */
export function ofResources(told: Failure | undefined): readonly Failure[] {
  return [told, ...(told?.others ?? [])].filter((failure) => failure?.resource !== undefined) as Failure[];
}

/** The failure that a run is told by, where several resources failed: one that no retry cures comes first. */
export function worstOf(failures: readonly Failure[]): Failure | undefined {
  const worst = failures.find(({ retryable }) => !retryable) ?? failures[0];
  if (worst === undefined || failures.length === 1) return worst;
  return { ...worst, others: failures.filter((failure) => failure !== worst) };
}
