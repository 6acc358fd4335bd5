import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { OrganizationSettings } from "../../programs/settings.ts";
import type { Runner } from "../../stacks/runner.ts";
import type { Aws } from "../aws.ts";
import type { Delivery, Queue } from "../queue/queue.ts";
import { writeAudit } from "../store/audit.ts";
import type { Db } from "../store/connection.ts";
import {
  type Attempt,
  assertHeld,
  beginAttempt,
  type Ending,
  endOperation,
  FencedError,
  findOperation,
  type OperationRow,
  saveProgress,
  saveRetry,
  saveTarget,
} from "../store/operations.ts";
import { saveStack } from "../store/stacks.ts";
import { describeFailure, type Interruption, readFailure, StackBusyError } from "./failure.ts";
import { kinds } from "./kinds.ts";
import { createLeaseKeeper, type LeaseKeeper } from "./leaseKeeper.ts";
import { isFinal, type OperationKind, stackOfAccount } from "./operation.ts";
import { createProgress, type Progress } from "./progress.ts";
import { decideRetry } from "./retry.ts";
import type { Outcome, Work } from "./work.ts";

export interface PerformerOptions {
  readonly db: Db;
  readonly queue: Queue;
  readonly runner: Runner;
  readonly aws: Aws;
  readonly settings: OrganizationSettings;
  readonly logger: Logger;
  /** Names this process in leases. */
  readonly instanceId: string;
  readonly leaseMs: number;
  readonly runTimeoutMs: number;
  readonly baselineVersion: string;
  readonly now: () => Date;
  readonly random: () => number;
  readonly onEnded: (kind: OperationKind, status: Ending["status"], seconds: number) => void;
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

export function createPerformer(options: PerformerOptions): Performer {
  const { db, queue, logger } = options;
  const active = new Map<string, AbortController>();

  async function perform(delivery: Delivery): Promise<void> {
    const { operationId } = delivery;
    const found = await findOperation(db, operationId);
    if (found === undefined || isFinal(found.status)) return;

    const interruption = new AbortController();
    const interrupt = (reason: Interruption) => interruption.abort(reason);
    const keeper = createLeaseKeeper({
      db,
      owner: options.instanceId,
      operationId,
      durationMs: options.leaseMs,
      logger,
      onLost: () => interrupt("fenced"),
      onCancelRequested: () => interrupt("cancelled"),
    });
    active.set(operationId, interruption);
    try {
      const lease = await keeper.take(found.stack);
      const attempt = { operationId, fencingToken: lease.token };
      const operation = await beginAttempt(db, attempt);
      if (operation === undefined) return await db.transaction().execute((transaction) => keeper.release(transaction));
      if (operation.cancelRequestedAt !== null) interrupt("cancelled");
      const progress = createProgress(db, attempt, logger);
      const settle = createSettler({ ...options, delivery, keeper, attempt, operation, progress });
      try {
        interruption.signal.throwIfAborted();
        const work = createWork(options, { operation, attempt, keeper, progress, signal: interruption.signal });
        await settle.succeeded(await kinds[operation.kind].perform(work));
      } catch (error) {
        await settle.ended(
          error,
          interruption.signal.aborted ? (interruption.signal.reason as Interruption) : undefined,
        );
      }
    } catch (error) {
      if (error instanceof StackBusyError) {
        logger.info({ operationId, heldForMs: error.heldForMs }, "the stack is held by another attempt");
        return await db
          .transaction()
          .execute((transaction) => queue.defer(transaction, delivery, error.heldForMs + 50));
      }
      if (error instanceof FencedError) return logger.error({ operationId }, error.message);
      // The queue delivers the job again. It is the database that failed: everything else has been settled.
      logger.error({ err: error, operationId }, "an attempt could not be settled");
      throw error;
    } finally {
      keeper.stop();
      active.delete(operationId);
    }
  }

  return {
    perform,
    cancel: (operationId) => active.get(operationId)?.abort("cancelled" satisfies Interruption),
    handBack: () => {
      for (const controller of active.values()) controller.abort("stopping" satisfies Interruption);
    },
    get active() {
      return active.size;
    },
  };
}

interface AttemptParts {
  readonly operation: OperationRow;
  readonly attempt: Attempt;
  readonly keeper: LeaseKeeper;
  readonly progress: Progress;
}

function createWork(options: PerformerOptions, parts: AttemptParts & { readonly signal: AbortSignal }): Work {
  const { db, aws, runner } = options;
  const { operation, attempt, keeper, progress, signal } = parts;
  let stack = operation.stack;

  const write = (change: (transaction: Db) => Promise<void>) =>
    db.transaction().execute(async (transaction) => {
      await assertHeld(transaction, attempt);
      await change(transaction);
    });

  return {
    operation,
    db,
    aws,
    settings: options.settings,
    logger: options.logger.child({ operationId: operation.id }),
    baselineVersion: options.baselineVersion,
    signal,
    now: options.now,
    say: progress.say,
    remember: (known) => saveProgress(db, attempt, known),
    async target(accountId) {
      const wanted = stackOfAccount(accountId);
      if (wanted !== stack) {
        await keeper.take(wanted);
        if (!(await saveTarget(db, attempt, accountId, wanted))) throw new StackBusyError(wanted, 2_000);
        stack = wanted;
      }
    },
    write,
    saveStack: (update) => write((transaction) => saveStack(transaction, stack, update)),
    async run(verb, inputs, { refresh = false } = {}) {
      const credentials = await aws.credentialsFor(inputs, operation.id);
      const request = { operationId: operation.id, stack, verb, inputs, credentials, refresh };
      return runner.run({ ...request, timeoutMs: options.runTimeoutMs }, { onEvent: progress.report, signal });
    },
  };
}

interface SettlerParts extends PerformerOptions, AttemptParts {
  readonly delivery: Delivery;
}

/** Ends an attempt in one transaction: the operation's row and event, what the kind writes, the leases, the queue. */
function createSettler(parts: SettlerParts) {
  const { db, queue, delivery, keeper, attempt, operation, progress, logger } = parts;

  /** The database may restart just now: what the attempt found out is worth a few tries. */
  async function transact(change: (transaction: Db) => Promise<void>): Promise<void> {
    await progress.flush();
    for (let tried = 1; ; tried++) {
      try {
        return await db.transaction().execute(async (transaction) => {
          await change(transaction);
          await keeper.release(transaction);
        });
      } catch (error) {
        if (error instanceof FencedError || tried >= 5) throw error;
        logger.warn({ err: error, operationId: operation.id }, "settling an attempt failed, trying again");
        await sleep(tried * 300);
      }
    }
  }

  async function end(ending: Ending, save?: (transaction: Db) => Promise<void>): Promise<void> {
    await transact(async (transaction) => {
      await save?.(transaction);
      await kinds[operation.kind].ended?.(transaction, operation, ending.status);
      await endOperation(transaction, operation.id, ending, attempt);
      await writeAudit(transaction, {
        actor: operation.requestedBy,
        action: `operation.${ending.status}`,
        target: operation.id,
        detail: { kind: operation.kind, changes: ending.changes, error: ending.error?.type },
      });
    });
    const seconds = (parts.now().getTime() - (operation.startedAt ?? operation.createdAt).getTime()) / 1000;
    parts.onEnded(operation.kind, ending.status, seconds);
    const { id, kind, accountId } = operation;
    logger.info({ operationId: id, kind, accountId, status: ending.status, seconds }, "operation ended");
  }

  async function again(delayMs: number, refund: boolean): Promise<void> {
    await transact(async (transaction) => {
      await saveRetry(transaction, attempt, new Date(parts.now().getTime() + delayMs), refund);
      await queue.defer(transaction, delivery, delayMs);
    });
  }

  return {
    succeeded: (outcome: Outcome) =>
      end({ status: "succeeded", changes: outcome.changes, result: outcome.result }, outcome.save),

    async ended(error: unknown, interruption: Interruption | undefined): Promise<void> {
      if (error instanceof FencedError) throw error;
      if (interruption === "fenced") throw new FencedError(attempt);
      if (interruption === "cancelled") {
        const { changes, result } = describePartial(error);
        return end({ status: "cancelled", changes, result });
      }
      if (interruption === "stopping") {
        progress.say("handed back to the queue: the service is stopping");
        return again(0, true);
      }
      if (error instanceof StackBusyError) return again(error.heldForMs + 50, true);

      const failure = readFailure(error);
      if (failure.fields === undefined) logger.error({ err: error, operationId: operation.id }, "an operation failed");
      const elapsedMs = parts.now().getTime() - (operation.startedAt ?? operation.createdAt).getTime();
      const { code, retryable } = failure;
      const delayMs = decideRetry({ code, retryable, attempt: operation.attempt, elapsedMs, random: parts.random() });
      if (delayMs === undefined) {
        const { changes, result } = describePartial(error);
        return end({ status: "failed", error: describeFailure(failure, operation.id), changes, result });
      }
      progress.say(
        `attempt ${operation.attempt} ended: ${failure.message}. Trying again in ${Math.ceil(delayMs / 1000)} s`,
        {
          attempt: operation.attempt,
          code,
          retryInMs: delayMs,
        },
      );
      await again(delayMs, false);
    },
  };
}

/** What a run that was interrupted or failed had done until then, where its error tells. */
function describePartial(error: unknown): Pick<Ending, "changes" | "result"> {
  const { partial } = error as { partial?: { changes: Ending["changes"]; steps: unknown[] } };
  if (partial === undefined) return { result: { done: "nothing was changed by the attempt that was interrupted" } };
  return { changes: partial.changes, result: { steps: partial.steps } };
}
