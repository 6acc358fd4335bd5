import { Config } from "@pulumi/pulumi";
import {
  CommandError,
  type EngineEvent,
  type PulumiCommand,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import { type Failure, failureOf, ofResources, StackRunError } from "../errors.ts";
import { engineFailure, programFailure } from "../failures.ts";
import type { FromChild, StackSecrets } from "../messages.ts";
import { INPUTS_KEY } from "../project.ts";
import type { KeptResource, RunEvent, RunResult, Verb } from "../run.ts";
import { type EngineCommand, exportState } from "./command.ts";
import { EventLog } from "./engine-events.ts";
import { keptResources } from "./kept-resources.ts";
import { isTrace, type OpenStack, openStack, removeStack } from "./open-stack.ts";
import { learnFrom, learnSecrets } from "./program-secrets.ts";
import { redactor } from "./property-values.ts";
import { forgetAccount } from "./stored-state.ts";
import { layOutFolder, type RunFolder, type ToChildRun } from "./workspace.ts";

/** A module like `programs/program.ts`. */
export interface Programs {
  programFor(stack: string): { run(inputs: unknown): Record<string, unknown> };
}

export interface RunContext {
  readonly run: ToChildRun;
  readonly command: PulumiCommand & EngineCommand;
  readonly programs: Programs;
  readonly onEvent: (event: RunEvent) => void;
  readonly signal: AbortSignal;
}

type VerbOptions = {
  onEvent: (event: EngineEvent) => void;
  signal: AbortSignal;
  refresh?: boolean;
  excludeProtected?: boolean;
  message: string;
};

const VERBS: Readonly<Record<Exclude<Verb, "recover">, (stack: Stack, options: VerbOptions) => Promise<unknown>>> = {
  preview: (stack, options) => stack.preview(options),
  up: (stack, options) => stack.up(options),
  destroy: (stack, options) => stack.destroy(options),
  refresh: (stack, { refresh: _, ...options }) => stack.refresh(options),
  "preview-refresh": (stack, { refresh: _, ...options }) => stack.previewRefresh(options),
};

const EMPTY: RunResult = {
  changes: { create: 0, update: 0, replace: 0, delete: 0, same: 0, import: 0 },
  steps: [],
  resources: 0,
  outputs: {},
  durationMs: 0,
};

/** How a run came to its end by itself. */
export type RunEnding = Extract<FromChild, { type: "result" | "recovered" | "failure" }>;

/** Does one run from its request to its result. Never throws: what goes wrong comes back as a failure. */
export async function performRun(context: RunContext): Promise<RunEnding> {
  const { run } = context;
  const folder = layOutFolder(run);
  folder.catch(() => undefined);
  const ending = await attemptRun(context, folder, run.secrets);
  const gone = ending.type === "failure" && ending.failure.code === "stack_not_found" && run.secrets !== undefined;
  // The stack was removed behind the service's back: begin again without what is remembered of it.
  return gone ? attemptRun(context, folder, undefined) : ending;
}

async function attemptRun(
  context: RunContext,
  laidOut: Promise<RunFolder>,
  known: StackSecrets | undefined,
): Promise<RunEnding> {
  const { run, command, onEvent, signal } = context;
  const { request } = run;
  const sessions = [...Object.values(request.credentials), ...(run.backendCredentials ? [run.backendCredentials] : [])];
  const secrets = new Set(sessions.flatMap(({ secretAccessKey, sessionToken }) => [secretAccessKey, sessionToken]));
  const redact = redactor(secrets);
  const log = new EventLog({ verb: request.verb, stack: request.stack, onEvent, redact, now: () => performance.now() });
  const thrown: { program?: Error } = {};
  const started = performance.now();
  let opened: OpenStack | undefined;
  try {
    const folder = await laidOut;
    const program = programOf(context, thrown, secrets);
    const open = () => openStack({ run, command, folder, program, secrets: known });
    if (request.verb === "recover") {
      const { workDir, environment } = folder;
      const stack = async () => (await open())?.stack;
      // Loads the AWS clients that look for what a dead run made, which no other verb needs.
      const { recoverStack } = await import("./recover.ts");
      const report = await recoverStack({ run, command, workDir, environment, open: stack, onEvent, redact, signal });
      return { type: "recovered", report, rssBytes: process.memoryUsage.rss() };
    }
    opened = await open();
    if (opened === undefined) return result(EMPTY, started);
    signal.throwIfAborted();
    onEvent({ type: "progress", message: `${request.verb} of stack ${request.stack}` });
    const { forgets } = request;
    if (forgets !== undefined) {
      const { workDir, environment } = folder;
      const forgotten = await forgetAccount({ run, command, workDir, environment, signal }, forgets);
      onEvent({ type: "progress", message: `left ${forgotten} resources of account ${forgets} where they are` });
    }
    await VERBS[request.verb](opened.stack, {
      onEvent: (event) => log.take(event),
      signal,
      message: request.operationId,
      ...(request.refresh === undefined ? {} : { refresh: request.refresh }),
      ...(request.verb === "destroy" && request.keepProtected === true ? { excludeProtected: true } : {}),
    });
    const kept = await keptBy(context, laidOut);
    const leaves =
      request.verb === "destroy" ? request.keepStack === true || kept.length > 0 : !isTrace(opened, request.verb);
    if (!leaves) await removeStack(opened);
    const done = kept.length === 0 ? log.result() : { ...log.result(), kept, resources: kept.length };
    return result(done, started, leaves ? opened.secrets : undefined);
  } catch (error) {
    // What went wrong with the run is told, not what goes wrong with tidying up after it.
    if (opened !== undefined && isTrace(opened, request.verb)) await removeStack(opened).catch(() => undefined);
    const { failure, crashed } = explain(error, context, log, { redact, ...thrown });
    return { type: "failure", failure: redacted(failure, redact), partial: log.partial(), crashed };
  }
}

/** What a destroy has kept because it is protected. Its events don't tell: of what stays there are none. */
async function keptBy({ run, command }: RunContext, folder: Promise<RunFolder>): Promise<KeptResource[]> {
  const { verb, stack, keepProtected } = run.request;
  if (verb !== "destroy" || keepProtected !== true) return [];
  const { workDir, environment } = await folder;
  return keptResources(await exportState(command, stack, workDir, environment));
}

function result(
  done: Omit<RunResult, "durationMs">,
  started: number,
  secrets?: StackSecrets,
): Extract<FromChild, { type: "result" }> {
  return {
    type: "result",
    result: { ...done, durationMs: Math.round(performance.now() - started) },
    ...(secrets === undefined || Object.keys(secrets).length === 0 ? {} : { secrets }),
    rssBytes: process.memoryUsage.rss(),
  };
}

/** The stack's program, reading the same configuration that the plain CLI gives it. */
function programOf({ run, programs }: RunContext, thrown: { program?: Error }, secrets: Set<string>): PulumiFn {
  return async () => {
    try {
      learnSecrets(secrets);
      const [namespace, key = ""] = INPUTS_KEY.split(":");
      const outputs = programs.programFor(run.request.stack).run(new Config(namespace).requireObject(key));
      learnFrom(outputs, secrets);
      return outputs;
    } catch (error) {
      thrown.program = error instanceof Error ? error : new Error(String(error));
      throw thrown.program;
    }
  };
}

interface Told {
  readonly redact: (text: string) => string;
  /** What the program threw. */
  readonly program?: Error;
}

function explain(error: unknown, { run, signal }: RunContext, log: EventLog, { redact, program }: Told) {
  const { verb, stack } = run.request;
  const told = log.failure();
  // Before it is cut: half of a secret would not be found any more.
  const text = redact(textOf(error));
  const fromEngine = engineFailure(text, { verb, stack });
  const crashed = [fromEngine, told, ...(told?.others ?? [])].some((failure) => failure?.code === "crashed");
  // What a process that died was creating may exist, whoever ended the run afterwards: the recovery looks for it.
  const others = crashed ? ofResources(told) : [];
  const withTold = (ended: Failure): Failure => (others.length > 0 ? { ...ended, others } : ended);
  const failure = (): Failure => {
    if (signal.aborted) return withTold(interrupted(`running ${verb} on stack ${stack}`, signal.reason === LEASE));
    if (program !== undefined) return programFailure(redact(program.message), { stack });
    if (error instanceof StackRunError) return failureOf(error);
    // A process that was killed shows up in the events as whatever broke first; the CLI's own end is the cause.
    return told === undefined || fromEngine.code === "crashed" ? withTold(fromEngine) : told;
  };
  return { failure: failure(), crashed };
}

/** Reason of a run's signal, when its lease is about to run out. */
export const LEASE = "lease";

function interrupted(activity: string, byLease: boolean): Failure {
  const remedy = "Run the operation again when it is wanted.";
  if (!byLease) return { code: "cancelled", retryable: true, message: `${activity}: cancelled`, remedy };
  return {
    code: "crashed",
    retryable: true,
    message: `${activity}: ended, because the lease on the stack was not renewed`,
    remedy: "Check that the service reaches its database, and that it gets enough CPU; then run the operation again.",
  };
}

/** What the engine said. An error of the run's own code would be lost, since only lines that say so are told. */
function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return error instanceof CommandError || /^\s*error: /m.test(text) ? text : `error: ${text}`;
}

// Once more: a secret that the program's resources carry may have become known after the text came.
function redacted(failure: Failure, redact: (text: string) => string): Failure {
  const others = failure.others?.map((other) => redacted(other, redact));
  return { ...failure, message: redact(failure.message), ...(others === undefined ? {} : { others }) };
}
