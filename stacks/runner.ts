import { rm } from "node:fs/promises";
import { Admission, type Admitted } from "./admission.ts";
import type { SessionCredentials } from "./aws/session.ts";
import { StackRunError } from "./errors.ts";
import { type Host, thisHost } from "./host.ts";
import { availableMemory } from "./memory.ts";
import type { EngineSettings, StackSecrets } from "./messages.ts";
import { endDeadRun } from "./orphans.ts";
import type { Recovery, RecoveryReport, RunHooks, RunRequest, RunResult, Verb } from "./run.ts";
import { type Ended, type Ending, RunChild } from "./run-child.ts";
import { crashed, runError, stopped } from "./run-failures.ts";
import { RunFolders } from "./run-folders.ts";
import { sessionBytes } from "./session.ts";
import { tidyState } from "./state-hygiene.ts";
import { type Swept, sweepFolders } from "./sweep.ts";

export type {
  ChangeCounts,
  DeadRun,
  LeaseClock,
  RecoveryReport,
  ResourceStep,
  RunEvent,
  RunHooks,
  RunIdentity,
  RunRequest,
  RunResult,
  StepOperation,
  Verb,
} from "./run.ts";

/** The part of a pino logger that runs use. */
export interface Logger {
  warn(fields: object, message: string): void;
}

export interface RunnerConfig extends EngineSettings {
  /** The Node binary that run children use. */
  readonly node: string;
  /** The service's environment, of which children get the allow-listed part (proxies, CA files, locale). */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Region of calls that name none. */
  readonly awsRegion: string;
  /** Where every AWS call of a run goes instead of AWS: the sandbox. */
  readonly awsEndpointUrl?: string;
  /** Folder for the runs' workspaces; made if missing. Several services may share it. */
  readonly tmpDir: string;
  /** Folder for the compiled code of run children, which saves them from compiling it again; none by default. */
  readonly codeCache?: string;
  /** Runs at once, and so children kept. */
  readonly concurrency: number;
  /** Bytes that one run may take with all that it starts (default 1 GB): a run waits until they are left, unless it is the only one. */
  readonly runMemoryBytes?: number;
  /** Bytes of memory that are left; by default as the kernel tells. */
  readonly availableMemory?: () => Promise<number>;
  readonly logger: Logger;
  /** Module of the programs; `programs/program.ts` by default. */
  readonly programs?: string;
  /** Sessions for the state backend and the secrets provider, where these are on AWS. */
  readonly backendCredentials?: (operationId: string) => Promise<SessionCredentials>;
  /** How long what is left of a dead service may finish what is in flight before a sweep kills it. Default 10 s. */
  readonly orphanGraceMs?: number;
  /** This machine; by default as the kernel tells. */
  readonly host?: Host;
  /** How long a cancelled run may finish what is in flight before it is killed. Default 60 s: AWS calls are slow, not endless. */
  readonly cancelGraceMs?: number;
  /** A child is replaced after this many runs (default 50) or above this resident size (default 600 MB). */
  readonly runsPerChild?: number;
  readonly childMemoryBytes?: number;
}

export type RecoverRequest = Omit<RunRequest, "verb" | "refresh" | "recovery"> & { readonly recovery: Recovery };

/** Does runs on stacks, each in a child process, at most `concurrency` at once and the rest in the order of asking. */
export interface Runner {
  /**
   * Resolves with what the run did. Throws a `StackRunError` when it did not reach its end; `signal` ends it early with
   * code `cancelled`, the request's `timeoutMs` with code `timeout`. Either way, when it settles no process of the run
   * lives and its workspace is gone. The caller sees to it that no two runs of one stack overlap.
   */
  run(request: RunRequest, hooks: RunHooks): Promise<RunResult>;
  /**
   * Mends a stack after runs of which nobody knows how they ended: ends what still lives of them, where they were on this
   * host, removes their locks and settles their pending operations. Takes the same care of its own run, and throws the same
   * errors, as `run`. The caller holds the stack's lease.
   */
  recover(request: RecoverRequest, hooks: RunHooks): Promise<RecoveryReport>;
  /** Ends processes and removes folders of services that are dead, in the folder that several may share. For a start. */
  sweep(): Promise<Swept>;
  /** Cancels what runs, ends every child, and refuses further runs. */
  close(): Promise<void>;
}

const CANCEL_GRACE_MS = 60_000;
const ORPHAN_GRACE_MS = 10_000;
const RUNS_PER_CHILD = 50;
const CHILD_MEMORY_BYTES = 600 * 1024 ** 2;
const RUN_MEMORY_BYTES = 1024 ** 3;
/** The verbs after which the engine has left more in the backend than before. */
const WRITING: ReadonlySet<Verb> = new Set(["up", "destroy", "refresh", "recover"]);

type Success = Extract<Ending, { type: "result" | "recovered" }>;

export function createRunner(config: RunnerConfig): Runner {
  const here = config.host ?? thisHost();
  const folders = new RunFolders(config.tmpDir, here);
  const idle: RunChild[] = [];
  const closing = new AbortController();
  const active = new Set<Promise<unknown>>();
  const secrets = new Map<string, StackSecrets>();
  let sweeping: Promise<Swept> | undefined;
  const admission = new Admission({
    concurrency: config.concurrency,
    runMemoryBytes: config.runMemoryBytes ?? RUN_MEMORY_BYTES,
    available: config.availableMemory ?? availableMemory,
    async relieve() {
      // One is kept: the run that waits will take it.
      const surplus = idle.length > 1 ? idle.shift() : undefined;
      await surplus?.end();
      return surplus !== undefined;
    },
  });

  async function takeChild(): Promise<RunChild> {
    for (let child = idle.pop(); child !== undefined; child = idle.pop()) {
      if (child.alive) return child;
      await child.end();
    }
    return RunChild.start(config, await folders.forChild());
  }

  async function giveBack(child: RunChild, ending: Ending): Promise<void> {
    // A run that failed may leave unsettled promises in the SDK's process-wide state, which would fail the next one.
    const worn =
      (ending.type !== "result" && ending.type !== "recovered") ||
      child.runs >= (config.runsPerChild ?? RUNS_PER_CHILD) ||
      child.rssBytes > (config.childMemoryBytes ?? CHILD_MEMORY_BYTES);
    if (worn || closing.signal.aborted || !child.alive) await child.end();
    else idle.push(child);
  }

  /** Never rejects: what the run came to counts, and the child's own end removes the folder, too. */
  async function clear(folder: string, unclean: boolean): Promise<void> {
    try {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      if (!unclean) await folders.forgetEngines(folder);
    } catch (error) {
      config.logger.warn({ folder, error: (error as Error).message }, "removing the folder of a run");
    }
  }

  /** Never rejects: a state that could not be tidied is as good as before. */
  async function tidy(stack: string): Promise<void> {
    await tidyState(config.backendUrl, stack).catch((error: Error) =>
      config.logger.warn({ stack, error: error.message }, "removing old history of a stack"),
    );
  }

  /** Rejects with what a hook rejected with. */
  async function runInChild(request: RunRequest, hooks: RunHooks, stop: AbortSignal, place: Admitted): Promise<Ended> {
    const backendCredentials = await config.backendCredentials?.(request.operationId);
    const known = request.secrets ?? secrets.get(request.stack);
    const child = await takeChild();
    let ended: Ended = { ending: { type: "died", how: "did not start" }, begun: false, killed: false };
    let folder: string | undefined;
    let refusal: { readonly error: unknown } | undefined;
    try {
      folder = await folders.forRun(child.folder, request.operationId);
      const { pid, startedAt } = child;
      place.taken = async () => (pid === undefined ? 0 : sessionBytes(pid));
      if (pid === undefined || startedAt === undefined) {
        // Nobody could find it again.
        ended = { ending: { type: "died", how: "ended before it was asked to run" }, begun: false, killed: false };
        return ended;
      }
      await hooks.onStarting?.({ ...here, session: pid, startedAt, folder });
      const { pulumiRoot, pulumiHome, backendUrl, secretsProvider, passphraseFile } = config;
      ended = await child.run(
        {
          request,
          folder,
          enginesFile: folders.enginesOf(folder),
          engine: { pulumiRoot, pulumiHome, backendUrl, secretsProvider, passphraseFile },
          ...(backendCredentials === undefined ? {} : { backendCredentials }),
          ...(known === undefined ? {} : { secrets: known }),
        },
        {
          onEvent: hooks.onEvent,
          async onEngine(engine) {
            try {
              await hooks.onEngine?.(engine);
            } catch (error) {
              refusal = { error };
              throw error;
            }
          },
          stop,
          graceMs: config.cancelGraceMs ?? CANCEL_GRACE_MS,
          ...(hooks.lease === undefined ? {} : { lease: hooks.lease }),
        },
      );
      if (refusal !== undefined && ended.ending.type === "failure") throw refusal.error;
      return ended;
    } finally {
      await giveBack(child, ended.ending);
      if (folder !== undefined) await clear(folder, isUnclean(ended));
      if (ended.begun && WRITING.has(request.verb)) await tidy(request.stack);
    }
  }

  async function perform(request: RunRequest, hooks: RunHooks): Promise<Success> {
    const { onEvent, signal } = hooks;
    const cancel = signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]);
    const place = await admission.enter(cancel, (message) => onEvent({ type: "progress", message }));
    if (place === undefined) throw new StackRunError(stopped(request, "cancelled"));
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), request.timeoutMs);
    try {
      const ended = await runInChild(request, hooks, AbortSignal.any([cancel, limit.signal]), place);
      const { ending, begun } = ended;
      if (ending.type === "result" || ending.type === "recovered") return ending;
      const why = limit.signal.aborted ? "timeout" : cancel.aborted ? "cancelled" : undefined;
      const { partial, failure: told } = ending.type === "failure" ? ending : {};
      const unclean = isUnclean(ended) || (begun && why === "timeout");
      if (why !== undefined) throw new StackRunError(stopped(request, why, told), partial, unclean);
      const failure = ending.type === "failure" ? ending.failure : crashed(request, ending.how);
      throw new StackRunError(failure, partial, unclean);
    } finally {
      clearTimeout(timer);
      place.leave();
    }
  }

  function track<T>(running: Promise<T>): Promise<T> {
    active.add(running);
    return running.finally(() => active.delete(running));
  }

  async function run(request: RunRequest, hooks: RunHooks): Promise<RunResult> {
    const ending = await perform(request, hooks);
    if (ending.type !== "result")
      throw new Error(`running ${request.verb} on stack ${request.stack}: not a run's verb`);
    const known = ending.secrets;
    if (known === undefined) secrets.delete(request.stack);
    else secrets.set(request.stack, known);
    return { ...ending.result, ...(known === undefined ? {} : { secrets: known }) };
  }

  async function recover({ recovery, ...request }: RecoverRequest, hooks: RunHooks): Promise<RecoveryReport> {
    let processesEnded = 0;
    const dead = [];
    for (const run of recovery.dead) {
      if (run.host !== here.host) {
        const message = `a run on host ${run.host} is recovered from ${here.host}: what may live of it there ends with its lease`;
        hooks.onEvent({ type: "progress", message });
      }
      processesEnded += await endDeadRun(run, here);
      await folders.removeRun(run.folder);
      dead.push({ ...run, engines: [...new Set([...run.engines, ...(await folders.readEngines(run.folder))])] });
    }
    // The service that they were of may be dead as a whole, with more of them, and have died after this one's start.
    track(sweep()).catch((error: Error) => config.logger.warn({ error: error.message }, "sweeping up after dead runs"));
    const ending = await perform({ ...request, verb: "recover", recovery: { ...recovery, dead } }, hooks);
    if (ending.type !== "recovered") throw new Error(`recovering stack ${request.stack}: no report came of it`);
    for (const { folder } of dead) await folders.forgetEngines(folder);
    return { processesEnded, ...ending.report };
  }

  function sweep(): Promise<Swept> {
    sweeping ??= sweepFolders(folders, config.orphanGraceMs ?? ORPHAN_GRACE_MS, closing.signal).finally(() => {
      sweeping = undefined;
    });
    return sweeping;
  }

  return {
    run: (request, hooks) => track(run(request, hooks)).catch((error) => Promise.reject(runError(request, error))),
    recover: (request, hooks) =>
      track(recover(request, hooks)).catch((error) => Promise.reject(runError({ ...request, verb: "recover" }, error))),
    sweep: () => track(sweep()),
    async close() {
      closing.abort();
      await Promise.allSettled(active);
      await Promise.all(idle.splice(0).map((child) => child.end()));
      await folders.close();
    },
  };
}

/**
 * What the engine wrote last when its backend gave way may be half there. A lock without content is enough to stop every later
 * run, with "unexpected end of JSON input" (seen with engine 3.256 on a full disk).
 */
const TEARING: ReadonlySet<string> = new Set(["disk_full", "backend_unavailable"]);

/** A lock, a pending operation or an unknown resource may be left. */
function isUnclean({ ending, begun, killed }: Ended): boolean {
  if (!begun || ending.type === "result" || ending.type === "recovered") return false;
  if (killed || ending.type === "died" || ending.crashed) return true;
  return [ending.failure, ...(ending.failure.others ?? [])].some(({ code }) => TEARING.has(code));
}
