import type { OrganizationSettings } from "../../programs/settings.ts";
import { withFence } from "../../stacks/aws/fence.ts";
import type { Runner } from "../../stacks/runner.ts";
import type { Aws } from "../aws.ts";
import type { ProcessMark } from "../process-mark.ts";
import type { Delivery } from "../queue/queue.ts";
import type { Db } from "../store/connection.ts";
import {
  type Attempt,
  assertHeld,
  beginAttempt,
  FencedError,
  findOperation,
  type OperationRow,
  saveProgress,
  saveTarget,
} from "../store/operations.ts";
import { saveStack } from "../store/stacks.ts";
import { type AttemptRuns, createAttemptRuns } from "./attempt-runs.ts";
import { type Interruption, OperationFailure, StackBusyError } from "./failure.ts";
import { kinds } from "./kinds.ts";
import { createLeaseKeeper, type LeaseKeeper } from "./lease-keeper.ts";
import { isFinal, stackOfAccount } from "./operation.ts";
import { createProgress, type Progress } from "./progress.ts";
import { isCrashLoop } from "./retry.ts";
import { createSettler, type SettlerOptions } from "./settle.ts";
import { isPaused, type Work } from "./work.ts";

export interface PerformerOptions extends SettlerOptions {
  readonly runner: Runner;
  readonly aws: Aws;
  readonly settings: OrganizationSettings;
  /** Names this process in leases. */
  readonly instanceId: string;
  readonly process?: ProcessMark | undefined;
  /** Connections of their own for leases: a heartbeat must not wait for anybody's query. */
  readonly leaseDb: Db;
  readonly now: () => Date;
  readonly leaseMs: number;
  readonly runTimeoutMs: number;
  readonly baselineVersion: string;
  /** See `readProgramVersion`. */
  readonly programVersion: string;
  readonly newId: () => string;
}

/** Does queued operations. */
export interface Performer {
  /** Handles one delivery to its end: the operation ended, or is back in the queue. */
  perform(delivery: Delivery): Promise<void>;
  /** Interrupts the operation if it is being done in this process. */
  cancel(operationId: string): void;
  /** Interrupts everything; the operations go back to the queue, for another process or the next start. */
  handBack(): void;
  readonly active: number;
}

/** How long an operation waits at a time for a stack that another attempt holds, at most: it may be given back early. */
const longestWaitMs = 1_000;

export function createPerformer(options: PerformerOptions): Performer {
  const { db, queue, logger } = options;
  const active = new Set<{ readonly operationId: string; interrupt(reason: Interruption): void }>();

  let stopping = false;

  async function perform(delivery: Delivery): Promise<void> {
    const { operationId } = delivery;
    const found = await findOperation(db, operationId);
    if (found === undefined || isFinal(found.status)) return;
    // It waits for an approval, which gives it another job: this one has been done, and was delivered once more.
    if (found.status === "awaiting_approval" || found.jobId !== delivery.jobId) return;

    // Delivered while the service stops: it would be interrupted by nobody.
    if (stopping)
      return await db.transaction().execute((transaction) => queue.defer(transaction, delivery, longestWaitMs));

    const interruption = new AbortController();
    // A cancelled operation still recovers from its dead runs; one that has lost its lease, or must stop, does nothing more.
    const halt = new AbortController();
    const interrupt = (reason: Interruption) => {
      if (reason !== "cancelled") halt.abort(reason);
      interruption.abort(reason);
    };
    const interrupted = () =>
      [halt.signal, interruption.signal].find(({ aborted }) => aborted)?.reason as Interruption | undefined;
    const keeper = createLeaseKeeper({
      db: options.leaseDb,
      owner: options.instanceId,
      process: options.process,
      operationId,
      durationMs: options.leaseMs,
      logger,
      onLost: () => interrupt("fenced"),
      onCancelRequested: () => interrupt("cancelled"),
    });
    const entry = { operationId, interrupt };
    active.add(entry);
    try {
      const lease = await keeper.take(found.stack);
      const attempt = { operationId, fencingToken: lease.token };
      const begun = await beginAttempt(db, attempt);
      if (begun === undefined) return await db.transaction().execute((transaction) => keeper.release(transaction));
      const { operation, formerLost } = begun;
      const { kind, stack, attempt: number } = operation;
      const begunAt = performance.now();
      const elapsedMs = () => begun.elapsedMs + performance.now() - begunAt;
      logger.info({ operationId, kind, stack, attempt: number, formerLost }, "operation begins");
      if (operation.cancelRequestedAt !== null) interrupt("cancelled");
      const progress = createProgress(db, attempt, keeper.assertSure, logger);
      const parts = { operation, attempt, keeper, progress, token: lease.token };
      const { work, runs } = createWork(options, { ...parts, signal: interruption.signal, halt: halt.signal });
      const { recover } = runs;
      const settle = createSettler({ ...options, ...parts, delivery, elapsedMs, recover });
      try {
        if (formerLost) progress.say(`attempt ${number - 1} was lost: the process that was at work on it died`);
        await recover();
        if (isCrashLoop(operation.crashes)) throw crashLoop(operation);
        interruption.signal.throwIfAborted();
        const end = await withFence(keeper.assertSure, () => kinds[kind].perform(work));
        if (isPaused(end)) await settle.paused(end);
        else await settle.succeeded(end);
      } catch (error) {
        await runs.quiesce();
        await settle.ended(error, interrupted());
      }
    } catch (error) {
      if (error instanceof StackBusyError) {
        logger.info({ operationId, heldForMs: error.heldForMs }, "the stack is held by another attempt");
        const delayMs = Math.min(error.heldForMs + 50, longestWaitMs);
        return await db.transaction().execute((transaction) => queue.defer(transaction, delivery, delayMs));
      }
      // The queue delivers the job again, unless it has done so already.
      if (error instanceof FencedError) logger.error({ operationId }, error.message);
      else logger.error({ err: error, operationId }, "an attempt could not be settled");
      throw error;
    } finally {
      keeper.stop();
      active.delete(entry);
    }
  }

  return {
    perform,
    cancel: (operationId) => {
      for (const entry of active) if (entry.operationId === operationId) entry.interrupt("cancelled");
    },
    handBack: () => {
      stopping = true;
      for (const { interrupt } of active) interrupt("stopping");
    },
    get active() {
      return active.size;
    },
  };
}

/** Whatever the operation does, it has ended its own processes, or its machine, each time. */
function crashLoop({ id, stack, crashes }: OperationRow): OperationFailure {
  return new OperationFailure(
    "crashed",
    `working on stack ${stack}: the process at work was ended from outside ${crashes} times, the last time in operation ${id}`,
    {
      remedy:
        "Look in the machine's log for what ends them, most often a lack of memory (BULWARK_CONCURRENCY bounds the runs at once), then run the operation again.",
    },
  );
}

interface AttemptParts {
  readonly operation: OperationRow;
  readonly attempt: Attempt;
  readonly keeper: LeaseKeeper;
  readonly progress: Progress;
  /** Of the lease on the operation's stack. */
  readonly token: number;
  readonly signal: AbortSignal;
  readonly halt: AbortSignal;
}

function createWork(options: PerformerOptions, parts: AttemptParts): { work: Work; runs: AttemptRuns } {
  const { db, aws, runner } = options;
  const { operation, attempt, keeper, progress, signal, halt } = parts;
  const logger = options.logger.child({ operationId: operation.id });
  let stack = { name: operation.stack, token: parts.token };

  const write = <Result>(change: (transaction: Db) => Promise<Result>) =>
    db.transaction().execute(async (transaction) => {
      await assertHeld(transaction, attempt);
      await keeper.assertHeld(transaction);
      return change(transaction);
    });
  const runs = createAttemptRuns({
    ...{ db, runner, aws, logger, operation, keeper, progress, write, signal, halt },
    stack: () => stack,
    timeoutMs: options.runTimeoutMs,
  });

  const work: Work = {
    operation,
    db,
    aws,
    settings: options.settings,
    logger,
    baselineVersion: options.baselineVersion,
    programVersion: options.programVersion,
    newId: options.newId,
    signal,
    now: options.now,
    say: progress.say,
    remember: (known) => saveProgress(db, attempt, known),
    async target(accountId) {
      const wanted = stackOfAccount(accountId);
      if (wanted === stack.name) return;
      const { token } = await keeper.take(wanted);
      if (!(await saveTarget(db, attempt, accountId, wanted))) throw new StackBusyError(wanted, 2_000);
      stack = { name: wanted, token };
      await runs.recover();
    },
    write,
    saveStack: (update) => write((transaction) => saveStack(transaction, stack.name, update)),
    run: runs.run,
  };
  return { work, runs };
}
