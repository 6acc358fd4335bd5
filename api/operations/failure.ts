import type { ProblemDocument } from "../problem.ts";
import { problemBase } from "../problem.ts";
import { isDatabaseGone } from "../store/gone.ts";

/** What an operation's error is about, beside the codes of AWS calls and stack runs. */
export interface FailureFields {
  readonly accountId?: string | undefined;
  readonly region?: string | undefined;
  readonly service?: string | undefined;
  readonly call?: string | undefined;
  readonly resource?: string | undefined;
  readonly remedy: string;
  /** Each one, where several things failed. */
  readonly failures?: readonly Record<string, unknown>[] | undefined;
}

/** An operation can't be done, for a reason that Bulwark itself found. Trying again would find the same, unless it says otherwise. */
export class OperationFailure extends Error {
  readonly code: string;
  readonly fields: FailureFields;
  readonly retryable: boolean;

  constructor(code: string, message: string, fields: FailureFields, { retryable = false } = {}) {
    super(message);
    this.name = "OperationFailure";
    this.code = code;
    this.fields = fields;
    this.retryable = retryable;
  }
}

/** Something that stands against a deployment and that only a person can decide on. */
interface Precondition {
  readonly region?: string;
  readonly service: string;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Throws an `OperationFailure` that tells every precondition that does not hold.
 *
 * @param waiting the code of what AWS is about to mend by itself: such a failure is retryable
 */
export function failUnless(
  unmet: readonly Precondition[],
  activity: string,
  accountId: string,
  waiting?: "policy_pending",
): void {
  const [first] = unmet;
  if (first === undefined) return;
  const failures = unmet.map(({ message, ...rest }) => ({ detail: message, ...rest, accountId }));
  const fields: FailureFields = {
    accountId,
    region: first.region,
    service: first.service,
    remedy: [...new Set(unmet.map(({ remedy }) => remedy))].join(" "),
    failures: unmet.length > 1 ? failures : undefined,
  };
  const message = `${activity}: ${unmet.map((each) => each.message).join("; ")}`;
  throw new OperationFailure(waiting ?? "precondition", message, fields, { retryable: waiting !== undefined });
}

/** The stack is held by another attempt; this one comes back later. */
export class StackBusyError extends Error {
  readonly heldForMs: number;
  constructor(stack: string, heldForMs: number) {
    super(`taking stack ${stack}: another attempt holds it for ${heldForMs} ms more`);
    this.name = "StackBusyError";
    this.heldForMs = heldForMs;
  }
}

/**
 * True for an error that says nothing of what the operation was at: of a run that died (not of one that had to be killed, because it
 * was cancelled or took too long), or of a database that went away.
 */
export function isCrash(error: unknown): boolean {
  return error instanceof Error && (("code" in error && error.code === "crashed") || isDatabaseGone(error));
}

/** Why an attempt is interrupted: the reason of its abort signal. */
export type Interruption = "cancelled" | "stopping" | "fenced";

/** What can be read from any error that reaches an operation: `AwsCallError`, `StackRunError`, `OperationFailure`. */
export interface Failure {
  readonly code: string;
  readonly retryable: boolean;
  readonly message: string;
  readonly fields: FailureFields | undefined;
}

/** Reads an error. What is of no known kind is `internal`: its text stays in the log. */
export function readFailure(error: unknown): Failure {
  if (error instanceof OperationFailure) {
    return { code: error.code, retryable: error.retryable, message: error.message, fields: error.fields };
  }
  if (error instanceof Error && "remedy" in error && typeof error.remedy === "string") {
    // AwsCallError calls its kind `failure`, StackRunError `code`.
    const { failure, code, retryable, accountId, region, service, call, resource, remedy } = error as Error &
      Partial<Record<string, string>> & { retryable?: unknown; remedy: string };
    const { others } = error as { others?: readonly FailedResource[] };
    return {
      code: failure ?? code ?? "unknown",
      retryable: retryable === true,
      message: error.message,
      fields: { accountId, region, service, call, resource, remedy, failures: others?.map(describeOther) },
    };
  }
  if (isDatabaseGone(error)) {
    const remedy = "Bring the service's database back: the operation goes on by itself.";
    return {
      ...{ code: "database_unavailable", retryable: true, fields: { remedy } },
      message: "the service's database could not be reached",
    };
  }
  return { code: "internal", retryable: false, message: "the service met an error of its own", fields: undefined };
}

type FailedResource = FailureFields & { readonly message: string; readonly code: string };

function describeOther({ message, code, accountId, region, service, call, resource, remedy }: FailedResource) {
  return { detail: message, code, accountId, region, service, call, resource, remedy };
}

/** What the errors of operations are about, by their code; the end of their `type` is the code with dashes. */
export const failureTitles: Readonly<Record<string, string>> = {
  access_denied: "AWS denied access",
  throttled: "AWS limited the rate of calls",
  opt_in_required: "The account does not serve this region yet",
  expired_credentials: "The session ended before the work",
  unavailable: "AWS did not answer",
  not_found: "Something that is needed does not exist",
  conflict: "Something else was changing the same thing",
  invalid_request: "AWS refused a value",
  timeout: "The run took longer than its limit",
  cancelled: "The run was cancelled",
  crashed: "A process of the run was ended from outside",
  precondition: "Something in AWS stands against it",
  policy_pending: "AWS has not applied the account's configuration policy yet",
  admin_not_deployed: "The admin stack is not deployed",
  account_creation_failed: "AWS did not create the account",
  not_acceptable_account: "The account can't be a member",
  locked: "The stack's state is locked",
  not_deployed: "The stack is not deployed",
  wrong_passphrase: "The state can't be decrypted",
  missing_plugin: "A provider plugin is missing",
  missing_engine: "The engine is missing",
  protected_resource: "A protected resource would be deleted",
  backend_unavailable: "The state backend can't be reached",
  database_unavailable: "The database can't be reached",
  disk_full: "The disk is full",
  corrupt_state: "The stack's state is damaged",
  stack_not_found: "The stack does not exist",
  stack_not_empty: "The stack holds resources already",
  plan_violation: "The change is not the one that was planned",
  unknown: "AWS answered with an error",
  program_error: "The program failed",
  engine_error: "The engine failed",
  internal: "The service failed",
};

export function typeOfFailure(code: string): string {
  return `${problemBase}${code.replaceAll("_", "-")}`;
}

/** The problem document of a failed operation. */
export function describeFailure(failure: Failure, operationId: string): ProblemDocument {
  const { code, message, fields } = failure;
  return {
    type: typeOfFailure(code),
    title: failureTitles[code] ?? "The operation failed",
    detail: message,
    ...(fields ?? { remedy: `Look for ${operationId} in the service's log, then run the operation again.` }),
  };
}
