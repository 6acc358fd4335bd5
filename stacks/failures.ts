import { classifyAwsCode, remedyFor } from "./aws/call-error.ts";
import { awsAnswer } from "./aws-texts.ts";
import { type EngineRow, engineRow } from "./engine-texts.ts";
import type { Failure } from "./errors.ts";

// With its two tables of texts, the one place that reads what the engine and the providers say in words.

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
  /** Its recorded state has secrets, which the provider may have repeated and nobody here knows. */
  readonly holdsSecrets?: boolean;
}

/** What is shown in the place of a text that may repeat a secret. */
export const WITHHELD = "the provider's words are withheld, because the resource holds secrets";

const PROGRAM_REMEDY =
  "The program ended with an exception before it had declared everything; nothing was deleted. Correct the inputs that it names, or report it with the operation's id.";

type Explanation = Omit<EngineRow, "matches">;
const UNKNOWN: Explanation = {
  code: "engine_error",
  retryable: false,
  remedy: "Read the diagnostics of the operation; run it again, and report it with the operation's id if it stays.",
};
const UNFINISHED: Explanation = {
  code: "timeout",
  retryable: true,
  remedy: "AWS accepted the change but did not finish it in time: refresh the stack and run the operation again.",
};

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
  const shown = place.holdsSecrets === true ? WITHHELD : text;
  const engine = engineRow(text);
  const answer = engine?.code === "plan_violation" ? undefined : awsAnswer(text);
  if (answer === undefined) {
    const timedOut = /timeout while waiting|context deadline exceeded|timed out/i.test(text);
    const { code, retryable, remedy, message } = engine ?? (timedOut ? UNFINISHED : UNKNOWN);
    return { code, retryable, remedy, ...common, message: `${activity}: ${message ?? oneLine(shown)}` };
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
      `${activity}: ${call === undefined ? "" : `${call}: `}${awsCode}: ${place.holdsSecrets === true ? WITHHELD : answer.text || oneLine(text)}`,
    ),
    remedy: remedyFor(failure, {
      accountId: accountId ?? "of the stack",
      region: region ?? "its region",
      call: call ?? place.type,
    }),
  };
}

/** Reads what the pulumi CLI wrote before or instead of touching a resource. Never throws. */
export function engineFailure(text: string, run: { readonly verb: string; readonly stack: string }): Failure {
  const row = engineRow(text);
  const line = errorLine(text, row);
  const activity = `running ${run.verb} on stack ${run.stack}`;
  if (row === undefined) {
    const told = line === undefined ? "the engine ended without saying why" : oneLine(line);
    return { code: "engine_error", retryable: false, message: `${activity}: ${told}`, remedy: UNKNOWN.remedy };
  }
  const { code, retryable, remedy } = row;
  const told = row.message ?? oneLine(line ?? row.matches.exec(text)?.[0] ?? code);
  return { code, retryable, remedy: remedy.replaceAll("<stack>", run.stack), message: `${activity}: ${told}` };
}

/**
 * The CLI's own errors start a line with "error:"; the rest repeats the command line and the display. Several at once are a
 * list below "2 errors occurred:", of which the one that was recognized says most.
 */
function errorLine(text: string, row: EngineRow | undefined): string | undefined {
  const [, line] = /^\s*error: (.*)$/m.exec(text) ?? [];
  if (line === undefined || !/^\d+ errors? occurred:\s*$/.test(line)) return line;
  const listed = [...text.matchAll(/^\s*(?:\*|\d+\)) (.*)$/gm)].map(([, entry = ""]) => entry);
  return listed.find((entry) => row?.matches.test(entry)) ?? listed[0] ?? line;
}

/**
 * The SDK within the program could not talk to the engine, as grpc-js says it of a connection that did not come about in time or broke: status 14
 * before anything that a provider or a program would say.
 */
const ENGINE_UNREACHED =
  /^(?:\w*Error: )?14 UNAVAILABLE: (?:No connection established|Connection dropped|.*\b(?:ECONNREFUSED|ECONNRESET)\b)/;

/** A program that threw, or that lost the engine. */
export function programFailure(text: string, run: { readonly stack: string }): Failure {
  const unreached = ENGINE_UNREACHED.exec(firstLine(text));
  if (unreached !== null) {
    return {
      code: "engine_error",
      retryable: true,
      message: `running the program of stack ${run.stack}: it did not reach the engine: ${oneLine(unreached[0])}`,
      remedy:
        "The machine is too busy for the engine to answer in time: run the operation again, and give the service more CPU if it stays.",
    };
  }
  return {
    code: "program_error",
    retryable: false,
    message: `running the program of stack ${run.stack}: ${oneLine(firstLine(text))}`,
    remedy: PROGRAM_REMEDY,
  };
}

/** What of a diagnostic may be shown: a text that can hold plaintext secrets is replaced, stack traces are cut. */
export function publicDiagnostic(text: string): string {
  return oneLine(engineRow(text)?.message ?? withoutStack(text));
}

const withoutStack = (text: string): string => text.replaceAll(/\n\s+at .*/g, "");

function firstLine(text: string): string {
  return withoutStack(text).replace(/^Unhandled exception: (?:\w*Error: )?/, "");
}
