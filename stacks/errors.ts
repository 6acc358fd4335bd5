import { type AwsFailure, classifyAwsCode, remedyFor } from "./aws/call-error.ts";
import type { PartialResult } from "./messages.ts";
import { callName } from "./service-names.ts";

// The one place that reads what the engine and the providers say in words.

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

  constructor(failure: Failure, partial?: PartialResult) {
    const { message, code, retryable, remedy, ...place } = failure;
    super(message);
    this.name = "StackRunError";
    this.code = code;
    this.retryable = retryable;
    this.remedy = remedy;
    Object.assign(this, place, partial === undefined ? {} : { partial });
  }
}

/** Where a provider's text comes from. */
export interface ResourcePlace {
  readonly stack: string;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** `create`, `update`, `delete`, `read`, ... */
  readonly op: string;
  readonly accountId?: string;
  readonly region?: string;
}

interface EngineRow {
  readonly code: FailureCode;
  readonly matches: RegExp;
  readonly retryable: boolean;
  /** Replaces the text where that may hold a secret, or says nothing to a person. */
  readonly message?: string;
  readonly remedy: string;
}

/** Texts of the pulumi CLI and engine (v3.256.0), each one provoked before it was written down here. Order matters. */
const ENGINE_TEXTS: readonly EngineRow[] = [
  {
    code: "plan_violation",
    matches: /violates plan/i,
    retryable: false,
    message: "the change is no longer the one that was planned",
    remedy: "Preview the change again and have the new preview approved.",
  },
  {
    code: "locked",
    matches: /the stack is currently locked by|Another update is currently in progress/i,
    retryable: true,
    remedy:
      "Another pulumi process works on this stack: wait until it has ended. If none does, remove the lock with `pulumi cancel --stack <stack>`.",
  },
  {
    code: "wrong_passphrase",
    matches:
      /incorrect passphrase|message authentication failed|unable to read PULUMI_CONFIG_PASSPHRASE_FILE|passphrase must be set/i,
    retryable: false,
    remedy:
      "Give the service the passphrase file with which this stack's state was encrypted; it is beside the state in the service's data folder.",
  },
  {
    code: "missing_plugin",
    matches:
      /no resource plugin '|could not (?:load|find) (?:the )?plugin|plugin .* is not installed|failed to load plugin/i,
    retryable: false,
    remedy:
      "Install the provider plugins at the versions in package.json into the service's PULUMI_HOME (`make setup` for the sandbox, `pulumi plugin install resource aws <version>` for AWS).",
  },
  {
    code: "protected_resource",
    matches: /cannot be deleted\s+because it is protected|as it is currently marked for protection/i,
    retryable: false,
    remedy:
      "The resource is protected: take the protection off in a deployment of its own, then run this operation again.",
  },
  {
    code: "stack_not_found",
    matches: /no stack named '.*' found/i,
    retryable: false,
    remedy: "Deploy the stack first.",
  },
  {
    code: "disk_full",
    matches: /no space left on device|disk quota exceeded/i,
    retryable: true,
    remedy: "Free space on the disk of the service's data and temporary folders, then run the operation again.",
  },
  {
    code: "corrupt_state",
    matches: /snapshot integrity|could not deserialize deployment|invalid checkpoint|failed to load checkpoint/i,
    retryable: false,
    remedy:
      "Restore the stack's last good checkpoint from the backend's backups with `pulumi stack import`, then refresh it.",
  },
  {
    code: "backend_unavailable",
    matches:
      /unable to open bucket|could not (?:get|list) (?:blob|bucket)|(?:read|writ|list)ing (?:lock|checkpoint|stack|bucket)|unable to check if bucket|failed to (?:load|save) (?:stack|checkpoint)/i,
    retryable: true,
    remedy: "Check that the state backend exists and that the service can reach it, then run the operation again.",
  },
  {
    code: "crashed",
    matches: /Command was killed with SIG|signal: killed|error reading from server: EOF|code = Unavailable/i,
    retryable: true,
    remedy:
      "A process of the run was ended from outside, most often for want of memory: check the machine's memory, then run the operation again.",
  },
  {
    code: "cancelled",
    matches: /update cancell?ed|context canceled|preview cancell?ed/i,
    retryable: true,
    remedy: "Run the operation again when it is wanted.",
  },
  {
    code: "missing_engine",
    matches: /ENOENT.*pulumi|spawn .*pulumi/i,
    retryable: false,
    remedy: "Install the Pulumi engine with `make engine`.",
  },
];

const PROGRAM_REMEDY =
  "The program ended with an exception before it had declared everything; nothing was deleted. Correct the inputs that it names, or report it with the operation's id.";
const ENGINE_REMEDY =
  "Read the diagnostics of the operation; run it again, and report it with the operation's id if it stays.";

/** What AWS answered, as the providers write it. */
interface AwsAnswer {
  readonly service?: string;
  readonly call?: string;
  readonly awsCode: string;
  readonly status?: number;
  readonly text: string;
}

// AWS SDK for Go v2, in Terraform's providers: "operation error SecurityHub: EnableSecurityHub, https response error
// StatusCode: 403, RequestID: 9f.., api error AccessDeniedException: not authorized".
const OPERATION = /operation error ([\w .-]+?): (\w+)/;
const API_ERROR = /api error ([\w.-]+?):(?:\s+(.*))?$/s;
const STATUS = /StatusCode: (\d{3})/;
// AWS SDK for Go v1: "ThrottlingException: Rate exceeded\n\tstatus code: 400, request id: 2b...".
const V1_ERROR = /\b([A-Z]\w+(?:Exception|Error|Operation|Denied|Required|Exceeded)):\s*(.*?)\s*status code: (\d{3})/s;
// Cloud Control's progress events, in aws-native: "operation CREATE failed with \"AccessDenied\": User: ...".
const CLOUD_CONTROL = /operation (CREATE|READ|UPDATE|DELETE) failed with "(\w+)":\s*(.*)$/s;
// A session that the provider could not use at all, told before any call.
const NO_SESSION =
  /failed to refresh cached credentials|No valid credential sources|security token included in the request is (expired|invalid)/i;

function awsAnswer(text: string): AwsAnswer | undefined {
  const [, service, operation] = OPERATION.exec(text) ?? [];
  const where = service === undefined || operation === undefined ? {} : { service, call: callName(service, operation) };
  const status = Number(STATUS.exec(text)?.[1] ?? Number.NaN);
  const withStatus = Number.isNaN(status) ? {} : { status };
  const api = API_ERROR.exec(text);
  if (api?.[1] !== undefined) return { ...where, ...withStatus, awsCode: api[1], text: api[2] ?? "" };
  const v1 = V1_ERROR.exec(text);
  if (v1?.[1] !== undefined) return { ...where, awsCode: v1[1], status: Number(v1[3]), text: v1[2] ?? "" };
  const cloudControl = CLOUD_CONTROL.exec(text);
  if (cloudControl?.[2] !== undefined) {
    const call = `cloudformation:${(cloudControl[1] ?? "").charAt(0)}${(cloudControl[1] ?? "").slice(1).toLowerCase()}Resource`;
    return { service: "CloudControl", call, awsCode: cloudControl[2], text: cloudControl[3] ?? "" };
  }
  const session = NO_SESSION.exec(text);
  if (session !== null)
    return { ...where, awsCode: session[1] === "invalid" ? "InvalidClientTokenId" : "ExpiredToken", text };
  if (where.service === undefined) return undefined;
  if (/timeout|deadline exceeded|connection (?:refused|reset)|no such host|EOF/i.test(text)) {
    return { ...where, awsCode: "NetworkingError", text: text.slice(text.lastIndexOf(": ") + 2) };
  }
  return { ...where, ...withStatus, awsCode: "UnknownError", text };
}

/** One line of at most 600 characters, without the engine's color marks. */
export function oneLine(text: string): string {
  const plain = text
    .replaceAll(/<\{%[^%]*%\}>/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  return plain.length > 600 ? `${plain.slice(0, 599)}…` : plain;
}

const GERUNDS: Readonly<Record<string, string>> = {
  create: "creating",
  "create-replacement": "replacing",
  replace: "replacing",
  update: "updating",
  delete: "deleting",
  "delete-replaced": "replacing",
  read: "reading",
  refresh: "reading",
  import: "adopting",
};

/** Reads the text with which a resource's provider failed. Never throws. */
export function resourceFailure(text: string, place: ResourcePlace): Failure {
  const { accountId, region, stack } = place;
  const where = [accountId && `account ${accountId}`, region].filter(Boolean).join(", ");
  const activity = `${GERUNDS[place.op] ?? place.op} ${place.name} of stack ${stack}${where && ` in ${where}`}`;
  const common = {
    resource: place.urn,
    ...(accountId === undefined ? {} : { accountId }),
    ...(region === undefined ? {} : { region }),
  };
  const engine = engineRow(text);
  if (engine !== undefined) {
    const { code, retryable, remedy } = engine;
    return { code, retryable, remedy, ...common, message: `${activity}: ${engine.message ?? oneLine(text)}` };
  }
  const answer = awsAnswer(text);
  if (answer === undefined) {
    const timedOut = /timeout while waiting|context deadline exceeded|timed out/i.test(text);
    return {
      code: timedOut ? "timeout" : "engine_error",
      retryable: timedOut,
      remedy: timedOut
        ? "AWS accepted the change but did not finish it in time: refresh the stack and run the operation again."
        : ENGINE_REMEDY,
      ...common,
      message: `${activity}: ${oneLine(text)}`,
    };
  }
  const { failure, retryable } = classifyAwsCode(answer.awsCode, answer.status);
  const { service, call, awsCode } = answer;
  return {
    code: failure,
    retryable,
    ...common,
    ...(service === undefined ? {} : { service }),
    ...(call === undefined ? {} : { call }),
    awsCode,
    message: oneLine(
      `${activity}: ${call === undefined ? "" : `${call}: `}${awsCode}: ${answer.text || oneLine(text)}`,
    ),
    remedy: remedyFor(failure, {
      accountId: accountId ?? "of the stack",
      region: region ?? "its region",
      call: call ?? place.type,
    }),
  };
}

function engineRow(text: string): EngineRow | undefined {
  return ENGINE_TEXTS.find(({ matches }) => matches.test(text));
}

/** Reads what the pulumi CLI wrote before or instead of touching a resource. Never throws. */
export function engineFailure(text: string, run: { readonly verb: string; readonly stack: string }): Failure {
  const row = engineRow(text);
  // The CLI's own errors start a line with "error:"; the rest repeats the command line and the display.
  const [, line] = /^\s*error: (.*)$/m.exec(text) ?? [];
  const activity = `running ${run.verb} on stack ${run.stack}`;
  if (row === undefined) {
    const told = line === undefined ? "the engine ended without saying why" : oneLine(line);
    return { code: "engine_error", retryable: false, message: `${activity}: ${told}`, remedy: ENGINE_REMEDY };
  }
  const { code, retryable, remedy } = row;
  const told = row.message ?? oneLine(line ?? row.matches.exec(text)?.[0] ?? code);
  return { code, retryable, remedy: remedy.replaceAll("<stack>", run.stack), message: `${activity}: ${told}` };
}

/** A program that threw. */
export function programFailure(text: string, run: { readonly stack: string }): Failure {
  return {
    code: "program_error",
    retryable: false,
    message: `running the program of stack ${run.stack}: ${oneLine(firstLine(text))}`,
    remedy: PROGRAM_REMEDY,
  };
}

/** The failure that a run is told by, where several resources failed: one that no retry cures comes first. */
export function worstOf(failures: readonly Failure[]): Failure | undefined {
  const worst = failures.find(({ retryable }) => !retryable) ?? failures[0];
  if (worst === undefined || failures.length === 1) return worst;
  return { ...worst, others: failures.filter((failure) => failure !== worst) };
}

/** What of a diagnostic may be shown: a text that can hold plaintext secrets is replaced, stack traces are cut. */
export function publicDiagnostic(text: string): string {
  return oneLine(engineRow(text)?.message ?? withoutStack(text));
}

const withoutStack = (text: string): string => text.replaceAll(/\n\s+at .*/g, "");

function firstLine(text: string): string {
  return withoutStack(text).replace(/^Unhandled exception: (?:\w*Error: )?/, "");
}
