import { setTimeout as sleep } from "node:timers/promises";
import type { StackInputs } from "../../programs/inputs.ts";
import { type Failure, StackRunError } from "../../stacks/errors.ts";
import type { RunEvent, RunHooks, RunResult, Verb } from "../../stacks/run.ts";
import type { Runner } from "../../stacks/runner.ts";
import type { Aws, RunRole } from "../aws.ts";
import type { Db } from "../store/connection.ts";
import { FencedError, type OperationRow } from "../store/operations.ts";
import { addEngine, beginRun, endRun, type RunEnd } from "../store/runs.ts";
import { findStack, saveStack } from "../store/stacks.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { Progress } from "./progress.ts";
import { recoverStack } from "./recovery.ts";
import { standingRegions } from "./standing.ts";
import type { RunOptions } from "./work.ts";

/** The runs of one attempt. Each is on record before it begins, so that whoever finds it dead knows what to look for. */
export interface AttemptRuns {
  run(verb: Verb, inputs: StackInputs, options?: RunOptions): Promise<RunResult>;
  /** Leaves the stack as no dead run left it, where there was one. Not ended by a cancellation. */
  recover(): Promise<void>;
  /** Ends what still runs, which is so where an attempt failed beside a run, and resolves when nothing of it lives. */
  quiesce(): Promise<void>;
}

export interface AttemptRunsParts {
  readonly db: Db;
  readonly runner: Runner;
  readonly aws: Aws;
  readonly logger: { warn(fields: object, message: string): void };
  readonly operation: OperationRow;
  readonly keeper: LeaseKeeper;
  readonly progress: Progress;
  readonly timeoutMs: number;
  /** The stack that the operation is about now. */
  readonly stack: () => { readonly name: string; readonly token: number };
  /** Writes in a transaction that fails where another attempt has taken over. */
  readonly write: <Result>(change: (transaction: Db) => Promise<Result>) => Promise<Result>;
  /** Ends runs. */
  readonly signal: AbortSignal;
  /** Ends recoveries, too: the lease is lost, or the service stops. */
  readonly halt: AbortSignal;
}

/** What a run or a recovery is recorded by. */
export interface Recorded {
  readonly verb: Verb;
  readonly inputs: StackInputs;
  readonly role: RunRole;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

const NOTING_TRIES = 20;
const BETWEEN_TRIES_MS = 300;

export function createAttemptRuns(parts: AttemptRunsParts): AttemptRuns {
  const { db, runner, aws, operation, keeper, progress, logger } = parts;
  /** Ends runs, and lets no other begin; recoveries do, so that one can precede the operation's end. */
  const quieting = new AbortController();
  const pending = new Set<Promise<unknown>>();

  async function record<Result>(what: Recorded, start: (hooks: RunHooks) => Promise<Result>): Promise<Result> {
    const { verb, inputs, role, onEvent } = what;
    let runId: number | undefined;
    const end = async (how: RunEnd) => {
      if (runId === undefined) return;
      // Where this can't be written, whoever comes next recovers from a run that was in order. An offboarding has taken away by then
      // what recovering needs: so it is worth some tries, as long as the stack is this attempt's.
      for (let tried = 1; ; tried++) {
        try {
          keeper.assertSure();
          return await endRun(db, runId, how);
        } catch (error) {
          logger.warn({ err: error, operationId: operation.id }, "noting the end of a run failed");
          if (error instanceof FencedError || tried >= NOTING_TRIES) return;
        }
        await sleep(BETWEEN_TRIES_MS);
      }
    };
    const hooks: RunHooks = {
      onEvent,
      signal: what.signal,
      lease: keeper.clock,
      async onStarting(identity) {
        await end({ clean: true, suspects: [] });
        const { name: stack, token: fencingToken } = parts.stack();
        const run = { operationId: operation.id, stack, fencingToken, verb, role, inputs, identity };
        runId = await parts.write((transaction) => beginRun(transaction, run));
      },
      async onEngine(pid) {
        keeper.assertSure();
        if (runId !== undefined && !(await addEngine(db, runId, pid)))
          throw new FencedError({ operationId: operation.id });
      },
    };
    try {
      const result = await start(hooks);
      await end({ clean: true, suspects: [] });
      return result;
    } catch (error) {
      const clean = error instanceof StackRunError && error.unclean !== true;
      await end({ clean, suspects: clean ? [] : mayExist(error) });
      throw error;
    }
  }

  function track<Result>(work: Promise<Result>): Promise<Result> {
    pending.add(work);
    const done = () => pending.delete(work);
    work.then(done, done);
    return work;
  }

  async function run(verb: Verb, inputs: StackInputs, options: RunOptions): Promise<RunResult> {
    const { refresh = false, role = "deployment", requireEmpty = false, keepProtected = false } = options;
    const { name: stack } = parts.stack();
    const row = await findStack(db, stack);
    const credentials = await aws.credentialsFor(inputs, operation.id, role, standingRegions(row));
    const secrets = row?.secrets ?? undefined;
    const request = { operationId: operation.id, stack, verb, inputs, credentials, refresh, requireEmpty };
    const known = {
      ...(secrets === undefined ? {} : { secrets }),
      ...(keepProtected ? { keepProtected } : {}),
      ...(role === "none" && inputs.kind === "baseline" ? { forgets: inputs.accountId } : {}),
    };
    const signal = AbortSignal.any([parts.signal, quieting.signal]);
    const result = await record({ verb, inputs, role, signal, onEvent: progress.report }, (hooks) =>
      runner.run({ ...request, ...known, timeoutMs: parts.timeoutMs }, hooks),
    );
    if (JSON.stringify(result.secrets) !== JSON.stringify(secrets)) {
      await parts.write((transaction) => saveStack(transaction, stack, { secrets: result.secrets ?? null }));
    }
    return result;
  }

  return {
    run: (verb, inputs, options = {}) => track(run(verb, inputs, options)),
    recover: () =>
      track(
        recoverStack({
          ...{ db, runner, aws, operation, progress, record, write: parts.write },
          ...{ stack: parts.stack().name, timeoutMs: parts.timeoutMs, signal: parts.halt },
        }),
      ),
    async quiesce() {
      quieting.abort();
      await Promise.allSettled(pending);
    },
  };
}

/** URNs whose creation failed because a process died, not because AWS refused it: AWS may have done it all the same. */
function mayExist(error: unknown): string[] {
  if (!(error instanceof StackRunError)) return [];
  const failures: readonly Pick<Failure, "code" | "resource">[] = [error, ...(error.others ?? [])];
  return failures.flatMap(({ code, resource }) =>
    resource !== undefined && (code === "crashed" || code === "engine_error") ? [resource] : [],
  );
}
