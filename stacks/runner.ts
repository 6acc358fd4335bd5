import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { SessionCredentials } from "./aws/session.ts";
import { type Failure, StackRunError } from "./errors.ts";
import type { EngineSettings, StackSecrets } from "./messages.ts";
import type { Recovery, RecoveryReport, RunEvent, RunHooks, RunRequest, RunResult } from "./run.ts";
import { type Ending, RunChild } from "./run-child.ts";
import { Slots } from "./slots.ts";

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
  /** Folder for the runs' workspaces; made if missing. */
  readonly tmpDir: string;
  /** Runs at once, and so children kept. A run takes 0.4 GB with the sandbox's plugins, up to 1 GB with AWS's own. */
  readonly concurrency: number;
  readonly logger: Logger;
  /** Module of the programs; `programs/program.ts` by default. */
  readonly programs?: string;
  /** Sessions for the state backend and the secrets provider, where these are on AWS. */
  readonly backendCredentials?: (operationId: string) => Promise<SessionCredentials>;
  /** How long a cancelled run may finish what is in flight before it is killed. Default 60 s: AWS calls are slow, not endless. */
  readonly cancelGraceMs?: number;
  /** A child is replaced after this many runs (default 50) or above this resident size (default 600 MB). */
  readonly runsPerChild?: number;
  readonly childMemoryBytes?: number;
}

export type RecoverRequest = Omit<RunRequest, "verb" | "refresh" | "recovery"> & { readonly recovery: Recovery };

/** How much a sweep found. */
export interface Swept {
  readonly folders: number;
  readonly processes: number;
}

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
const RUNS_PER_CHILD = 50;
const CHILD_MEMORY_BYTES = 600 * 1024 ** 2;

export function createRunner(config: RunnerConfig): Runner {
  const slots = new Slots(config.concurrency);
  const idle: RunChild[] = [];
  const closing = new AbortController();
  const active = new Set<Promise<unknown>>();
  const secrets = new Map<string, StackSecrets>();

  async function takeChild(): Promise<RunChild> {
    for (let child = idle.pop(); child !== undefined; child = idle.pop()) {
      if (child.alive) return child;
      await child.end();
    }
    return RunChild.start(config);
  }

  async function giveBack(child: RunChild, ending: Ending): Promise<void> {
    // A run that failed may leave unsettled promises in the SDK's process-wide state, which would fail the next one.
    const worn =
      ending.type !== "result" ||
      child.runs >= (config.runsPerChild ?? RUNS_PER_CHILD) ||
      child.rssBytes > (config.childMemoryBytes ?? CHILD_MEMORY_BYTES);
    if (worn || closing.signal.aborted || !child.alive) await child.end();
    else idle.push(child);
  }

  async function runInChild(
    request: RunRequest,
    onEvent: (event: RunEvent) => void,
    stop: AbortSignal,
  ): Promise<Ending> {
    const backendCredentials = await config.backendCredentials?.(request.operationId);
    const known = secrets.get(request.stack);
    await mkdir(config.tmpDir, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(config.tmpDir, `run-${request.operationId}-`));
    const child = await takeChild();
    let ending: Ending = { type: "died", how: "did not start" };
    try {
      const { pulumiRoot, pulumiHome, backendUrl, secretsProvider, passphraseFile } = config;
      ending = await child.run(
        {
          type: "run",
          request,
          folder,
          engine: { pulumiRoot, pulumiHome, backendUrl, secretsProvider, passphraseFile },
          ...(backendCredentials === undefined ? {} : { backendCredentials }),
          ...(known === undefined ? {} : { secrets: known }),
        },
        { onEvent, stop, graceMs: config.cancelGraceMs ?? CANCEL_GRACE_MS },
      );
      return ending;
    } finally {
      await giveBack(child, ending);
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  async function perform(
    request: RunRequest,
    onEvent: (event: RunEvent) => void,
    signals: AbortSignal[],
  ): Promise<RunResult> {
    const cancel = AbortSignal.any(signals);
    const release = await slots.take(cancel);
    if (release === undefined) throw new StackRunError(stopped(request, "cancelled"));
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), request.timeoutMs);
    try {
      let ending = await runInChild(request, onEvent, AbortSignal.any([cancel, limit.signal]));
      if (ending.type === "failure" && ending.failure.code === "stack_not_found" && secrets.delete(request.stack)) {
        // The stack was removed behind the runner's back: begin again without what is remembered of it.
        ending = await runInChild(request, onEvent, AbortSignal.any([cancel, limit.signal]));
      }
      if (ending.type === "result") {
        if (ending.secrets === undefined) secrets.delete(request.stack);
        else secrets.set(request.stack, ending.secrets);
        return ending.result;
      }
      const why = limit.signal.aborted ? "timeout" : cancel.aborted ? "cancelled" : undefined;
      const partial = ending.type === "failure" ? ending.partial : undefined;
      if (why !== undefined) throw new StackRunError(stopped(request, why), partial);
      throw new StackRunError(ending.type === "failure" ? ending.failure : crashed(request, ending.how), partial);
    } finally {
      clearTimeout(timer);
      release();
    }
  }

  return {
    run(request, { onEvent, signal }) {
      const running = perform(request, onEvent, [closing.signal, ...(signal === undefined ? [] : [signal])]);
      active.add(running);
      return running.finally(() => active.delete(running));
    },
    async recover() {
      return { processesEnded: 0, locksRemoved: [], imported: [], cleared: [] };
    },
    async sweep() {
      return { folders: 0, processes: 0 };
    },
    async close() {
      closing.abort();
      await Promise.allSettled(active);
      await Promise.all(idle.splice(0).map((child) => child.end()));
    },
  };
}

function stopped({ verb, stack, timeoutMs }: RunRequest, code: "timeout" | "cancelled"): Failure {
  const activity = `running ${verb} on stack ${stack}`;
  return code === "cancelled"
    ? { code, retryable: true, message: `${activity}: cancelled`, remedy: "Run the operation again when it is wanted." }
    : {
        code,
        retryable: true,
        message: `${activity}: not finished after ${Math.round(timeoutMs / 1000)} s`,
        remedy:
          "Look at the operation's last events for the resource that it waited for, then run the operation again.",
      };
}

function crashed({ verb, stack }: RunRequest, how: string): Failure {
  return {
    code: "crashed",
    retryable: true,
    message: `running ${verb} on stack ${stack}: the run's process ${how}`,
    remedy: "Check the machine's memory and the service's log, then run the operation again.",
  };
}
