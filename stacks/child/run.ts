import { Config } from "@pulumi/pulumi";
import {
  type EngineEvent,
  LocalWorkspace,
  type PulumiCommand,
  type PulumiFn,
  Stack,
} from "@pulumi/pulumi/automation/index.js";
import type { Failure } from "../errors.ts";
import { engineFailure, programFailure } from "../failures.ts";
import type { FromChild, StackSecrets } from "../messages.ts";
import { INPUTS_KEY, secretsOf } from "../project.ts";
import type { RunEvent, RunResult, Verb } from "../run.ts";
import { exportState } from "./command.ts";
import { EventLog } from "./engine-events.ts";
import { learnFrom, learnSecrets } from "./program-secrets.ts";
import { redactor } from "./property-values.ts";
import { layOutFolder, type RunFolder, type ToChildRun, writeStackSettings } from "./workspace.ts";

/** A module like `programs/program.ts`. */
export interface Programs {
  programFor(stack: string): { run(inputs: unknown): Record<string, unknown> };
}

export interface RunContext {
  readonly run: ToChildRun;
  readonly command: PulumiCommand;
  readonly programs: Programs;
  readonly onEvent: (event: RunEvent) => void;
  readonly signal: AbortSignal;
}

type VerbOptions = { onEvent: (event: EngineEvent) => void; signal: AbortSignal; refresh?: boolean; message: string };

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

/** Does one run from its request to its result. Never throws: what goes wrong comes back as a failure. */
export async function performRun(context: RunContext): Promise<Exclude<FromChild, { type: "ready" | "event" }>> {
  const { run, onEvent, signal } = context;
  const { request } = run;
  const sessions = [...Object.values(request.credentials), ...(run.backendCredentials ? [run.backendCredentials] : [])];
  const secrets = new Set(sessions.flatMap(({ secretAccessKey, sessionToken }) => [secretAccessKey, sessionToken]));
  const redact = redactor(secrets);
  const log = new EventLog({ verb: request.verb, stack: request.stack, onEvent, redact, now: () => performance.now() });
  const thrown: { program?: Error } = {};
  const started = performance.now();
  let opened: OpenStack | undefined;
  try {
    const folder = await layOutFolder(run);
    opened = await openStack(context, folder, programOf(context, thrown, secrets));
    if (opened === undefined) return result(EMPTY, started);
    signal.throwIfAborted();
    onEvent({ type: "progress", message: `${request.verb} of stack ${request.stack}` });
    if (request.verb === "recover") throw new Error("recovering a stack: not built");
    await VERBS[request.verb](opened.stack, {
      onEvent: (event) => log.take(event),
      signal,
      message: request.operationId,
      ...(request.refresh === undefined ? {} : { refresh: request.refresh }),
    });
    const leaves = request.verb === "destroy" ? request.keepStack === true : !isTrace(opened, request.verb);
    if (!leaves) await remove(opened);
    return result(log.result(), started, leaves ? opened.secrets : undefined);
  } catch (error) {
    // What went wrong with the run is told, not what goes wrong with tidying up after it.
    if (opened !== undefined && isTrace(opened, request.verb)) await remove(opened).catch(() => undefined);
    const failure = redacted(explain(error, context, log, { redact, ...thrown }), redact);
    return { type: "failure", failure, partial: log.partial() };
  }
}

/** A preview has to create a stack that is not there yet; it must not stay. */
function isTrace({ created }: OpenStack, verb: Verb): boolean {
  return created && verb === "preview";
}

function remove({ stack }: OpenStack): Promise<void> {
  return stack.workspace.removeStack(stack.name, { preserveConfig: true });
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

interface OpenStack {
  readonly stack: Stack;
  readonly secrets: StackSecrets;
  readonly created: boolean;
}

/**
 * Opens the stack, and creates it where the verb may. Undefined when a stack that is to be destroyed does not exist. The
 * stack's salt or data key is always put back where the engine looks for it: it would make a new one otherwise.
 */
async function openStack(context: RunContext, folder: RunFolder, program: PulumiFn): Promise<OpenStack | undefined> {
  const { run, command } = context;
  const { stack: name, verb } = run.request;
  const { workDir, environment } = folder;
  const workspace = await LocalWorkspace.create({
    workDir,
    program,
    pulumiCommand: command,
    envVars: { ...environment },
    secretsProvider: run.engine.secretsProvider,
  });
  const state = run.secrets === undefined ? await exportState(command, name, workDir, environment) : undefined;
  if (run.secrets !== undefined || state !== undefined) {
    const secrets = run.secrets ?? secretsOf(state) ?? {};
    await writeStackSettings(workDir, run, secrets);
    return { stack: await Stack.select(name, workspace), secrets, created: false };
  }
  if (verb === "destroy") return undefined;
  if (verb !== "up" && verb !== "preview") throw new Error(`error: no stack named '${name}' found`);
  await writeStackSettings(workDir, run);
  const stack = await Stack.create(name, workspace);
  const { encryptionSalt, secretsProvider, encryptedKey } = await workspace.stackSettings(name);
  const secrets: StackSecrets = {
    ...(encryptionSalt ? { encryptionsalt: encryptionSalt } : {}),
    ...(secretsProvider && encryptedKey ? { secretsprovider: secretsProvider, encryptedkey: encryptedKey } : {}),
  };
  return { stack, secrets, created: true };
}

interface Told {
  readonly redact: (text: string) => string;
  /** What the program threw. */
  readonly program?: Error;
}

function explain(error: unknown, { run, signal }: RunContext, log: EventLog, { redact, program }: Told): Failure {
  const { verb, stack } = run.request;
  if (signal.aborted) {
    return {
      code: "cancelled",
      retryable: true,
      message: `running ${verb} on stack ${stack}: cancelled`,
      remedy: "Run the operation again when it is wanted.",
    };
  }
  if (program !== undefined) return programFailure(redact(program.message), { stack });
  const told = log.failure();
  // Before it is cut: half of a secret would not be found any more.
  const text = redact(error instanceof Error ? error.message : String(error));
  const fromEngine = engineFailure(text, { verb, stack });
  // A process that was killed shows up in the events as whatever broke first; the CLI's own end is the cause.
  if (told === undefined || fromEngine.code === "crashed") return fromEngine;
  return told;
}

// Once more: a secret that the program's resources carry may have become known after the text came.
function redacted(failure: Failure, redact: (text: string) => string): Failure {
  const others = failure.others?.map((other) => redacted(other, redact));
  return { ...failure, message: redact(failure.message), ...(others === undefined ? {} : { others }) };
}
