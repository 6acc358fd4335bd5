import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { OrganizationSettings } from "../../programs/settings.ts";
import { holdOthers, supersedeOthers } from "../changes/supersede.ts";
import type { Delivery, Queue } from "../queue/queue.ts";
import { writeAudit } from "../store/audit.ts";
import { pauseOperation } from "../store/awaiting.ts";
import type { Db } from "../store/connection.ts";
import { listSteps } from "../store/events.ts";
import {
  type Attempt,
  assertHeld,
  type Ending,
  endOperation,
  FencedError,
  findOperation,
  type OperationRow,
  type RetryCount,
  saveRetry,
  type Waited,
} from "../store/operations.ts";
import { describeFailure, type Failure, type Interruption, isCrash, readFailure, StackBusyError } from "./failure.ts";
import { kinds } from "./kinds.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { OperationKind } from "./operation.ts";
import type { Progress } from "./progress.ts";
import { type Done, nothingDone, readSteps, settleOpen, sumAttempts } from "./record.ts";
import { decideRetry, isNotEnterableYet, isWait } from "./retry.ts";
import type { Outcome, Paused } from "./work.ts";

export interface SettlerOptions {
  readonly settings: Pick<OrganizationSettings, "accounts">;
  readonly db: Db;
  readonly queue: Queue;
  readonly logger: Logger;
  readonly random: () => number;
  readonly onEnded: (kind: OperationKind, status: Ending["status"], seconds: number) => void;
}

export interface SettlerParts extends SettlerOptions {
  readonly delivery: Delivery;
  readonly operation: OperationRow;
  readonly attempt: Attempt;
  /** Milliseconds since the operation began, or since it was taken over from an attempt that died. */
  readonly elapsedMs: () => number;
  readonly keeper: LeaseKeeper;
  readonly progress: Progress;
  /** Leaves the stack without a lock, a pending operation or a process of a run that died. */
  readonly recover: () => Promise<void>;
}

/** What becomes of an attempt that is over. */
export interface Settler {
  succeeded(outcome: Outcome): Promise<void>;
  /** Lets the operation wait for an approval, without a job and without its stack. */
  paused(paused: Paused): Promise<void>;
  /** @throws FencedError where another attempt has taken over: then nothing is written */
  ended(error: unknown, interruption: Interruption | undefined): Promise<void>;
}

/** Ends an attempt in one transaction: the operation's row and event, what the kind writes, the leases, the queue. */
export function createSettler(parts: SettlerParts): Settler {
  const { db, queue, delivery, keeper, attempt, operation, progress, logger } = parts;
  const coreAccounts = Object.values(parts.settings.accounts);

  /** The database may restart just now: what the attempt found out is worth a few tries. */
  async function transact(change: (transaction: Db) => Promise<void>): Promise<void> {
    for (let tried = 1; ; tried++) {
      // Before each try: what was said last comes before the final event, also where the database was away in between.
      await progress.flush();
      try {
        return await db.transaction().execute(async (transaction) => {
          // The operation's row before all others: who decides on its change takes them in this order, too.
          await assertHeld(transaction, attempt);
          await keeper.assertHeld(transaction);
          await change(transaction);
          await keeper.release(transaction);
        });
      } catch (error) {
        if (error instanceof FencedError || error instanceof CancelledMeanwhile || tried >= 5) throw error;
        logger.warn({ err: error, operationId: operation.id }, "settling an attempt failed, trying again");
        await sleep(tried * 300);
      }
    }
  }

  async function end(ending: Ending, save?: (transaction: Db) => Promise<void>): Promise<void> {
    const kind = kinds[operation.kind];
    const supersedes = kind.writes && ending.status === "succeeded";
    await transact(async (transaction) => {
      const stack = await stackNow(transaction);
      if (supersedes) await holdOthers(transaction, operation, stack);
      await save?.(transaction);
      await kind.ended?.(transaction, operation, ending.status);
      if (supersedes) await supersedeOthers(transaction, operation, stack);
      await endOperation(transaction, operation.id, ending, attempt);
      await writeAudit(transaction, {
        actor: operation.requestedBy,
        action: `operation.${ending.status}`,
        target: operation.id,
        detail: { kind: operation.kind, changes: ending.changes, error: ending.error?.type },
      });
    });
    const seconds = parts.elapsedMs() / 1000;
    parts.onEnded(operation.kind, ending.status, seconds);
    const { id, accountId } = operation;
    logger.info(
      { operationId: id, kind: operation.kind, accountId, status: ending.status, seconds },
      "operation ended",
    );
  }

  /** A creation learns its stack while it goes. */
  async function stackNow(transaction: Db): Promise<string> {
    return (await findOperation(transaction, operation.id))?.stack ?? operation.stack;
  }

  async function again(delayMs: number, count: RetryCount): Promise<void> {
    await transact(async (transaction) => {
      await queue.defer(transaction, delivery, await saveRetry(transaction, attempt, delayMs, count));
    });
  }

  /** Ends it with what all of its attempts have done. */
  async function endUnfinished(ending: Pick<Ending, "status" | "error">, error: unknown): Promise<void> {
    await progress.flush();
    const records = readSteps(await listSteps(db, operation.id));
    const { partial } = error as { partial?: Done };
    const { changes, steps } = sumAttempts(partial ?? nothingDone, records);
    const done =
      partial === undefined && steps.length === 0
        ? { done: "nothing was changed" }
        : { steps: steps.map(withoutValues) };
    await end({ ...ending, changes, result: done });
  }

  /** Undefined where nothing is left of dead runs; else why, once it has been tried as often as any call. */
  async function recoverBeforeEnd(): Promise<"recovered" | "deferred"> {
    try {
      await parts.recover();
      return "recovered";
    } catch (error) {
      if (error instanceof FencedError) throw error;
      const failure = readFailure(error);
      logger.error({ err: error, operationId: operation.id }, "recovering from a dead run failed");
      const delayMs = decide(failure, error);
      if (delayMs === undefined) {
        progress.say(`${failure.message}. The next operation on the stack will try it again before anything else`);
        return "recovered";
      }
      progress.say(`${failure.message}. Trying again in ${Math.ceil(delayMs / 1000)} s`, { retryInMs: delayMs });
      await again(delayMs, { crashed: isCrash(error) });
      return "deferred";
    }
  }

  function decide(failure: Failure, error: unknown): number | undefined {
    const { code, retryable } = failure;
    const crashed = isCrash(error);
    const waited = operation.progress.waited as Waited | undefined;
    return decideRetry({
      ...{ code, retryable, crashed, attempt: operation.attempt, crashes: operation.crashes + (crashed ? 1 : 0) },
      ...{ elapsedMs: parts.elapsedMs(), random: parts.random(), notEnterableYet: isNotYet(failure) },
      waited: waited && { attempts: waited.attempts, agoMs: Date.now() - waited.at },
    });
  }

  function isNotYet({ code, fields }: Failure): boolean {
    const { kind, origin, request } = operation;
    const { call, accountId } = fields ?? {};
    return isNotEnterableYet({ kind, origin, request, code, call, accountId, coreAccounts });
  }

  return {
    async succeeded({ changes, result, save }: Outcome): Promise<void> {
      const earlier = operation.lastEventId > 1 ? await listSteps(db, operation.id, operation.lastEventId) : [];
      const records = settleOpen(readSteps(earlier));
      if (records.length === 0 || changes === undefined) return end({ status: "succeeded", changes, result }, save);
      const steps = (result.steps ?? []) as Done["steps"];
      const sum = sumAttempts({ changes, steps }, records);
      await end({ status: "succeeded", changes: sum.changes, result: { ...result, steps: sum.steps } }, save);
    },

    async paused({ awaiting, changes, result }: Paused): Promise<void> {
      try {
        await transact(async (transaction) => {
          // Held from here on: a cancellation that is asked for now finds an operation that waits.
          const waits = await pauseOperation(transaction, attempt, { changes, result });
          if (!waits) throw new CancelledMeanwhile();
          const stack = await stackNow(transaction);
          await holdOthers(transaction, operation, stack);
          await awaiting(transaction);
          await supersedeOthers(transaction, operation, stack);
          const { id: target, requestedBy: actor, kind } = operation;
          const detail = { kind, changes };
          await writeAudit(transaction, { actor, action: "operation.awaiting_approval", target, detail });
        });
      } catch (error) {
        if (!(error instanceof CancelledMeanwhile)) throw error;
        return endUnfinished({ status: "cancelled" }, error);
      }
      logger.info({ operationId: operation.id, stack: operation.stack }, "operation waits for approval");
    },

    async ended(error: unknown, interruption: Interruption | undefined): Promise<void> {
      if (error instanceof FencedError) throw error;
      if (interruption === "fenced") throw new FencedError(attempt);
      if (interruption === "stopping") {
        progress.say("handed back to the queue: the service is stopping");
        return again(0, { refund: true });
      }
      if (interruption === "cancelled") {
        if ((await recoverBeforeEnd()) === "recovered") await endUnfinished({ status: "cancelled" }, error);
        return;
      }
      if (error instanceof StackBusyError) return again(error.heldForMs + 50, { refund: true });

      const failure = readFailure(error);
      if (failure.fields === undefined) logger.error({ err: error, operationId: operation.id }, "an operation failed");
      const delayMs = decide(failure, error);
      if (delayMs === undefined) {
        if ((await recoverBeforeEnd()) === "deferred") return;
        return endUnfinished({ status: "failed", error: describeFailure(failure, operation.id) }, error);
      }
      progress.say(
        `attempt ${operation.attempt} ended: ${failure.message}. Trying again in ${Math.ceil(delayMs / 1000)} s`,
        { attempt: operation.attempt, code: failure.code, retryInMs: delayMs },
      );
      const waits = isWait({ code: failure.code, notEnterableYet: isNotYet(failure) });
      const waited = waits ? operation.attempt - operation.crashes : undefined;
      await again(delayMs, { crashed: isCrash(error), waited });
    },
  };
}

/** Its cancellation was asked for while it was made to wait for an approval. */
class CancelledMeanwhile extends Error {}

/** A stored result names what changed; the values are in the state. */
function withoutValues(step: Done["steps"][number]): object {
  const { old: _old, new: _new, ...rest } = step as { old?: unknown; new?: unknown };
  return rest;
}
