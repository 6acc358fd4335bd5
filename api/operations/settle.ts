import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { OrganizationSettings } from "../../programs/settings.ts";
import type { Delivery, Queue } from "../queue/queue.ts";
import { writeAudit } from "../store/audit.ts";
import type { Db } from "../store/connection.ts";
import {
  type Attempt,
  type Ending,
  endOperation,
  FencedError,
  type OperationRow,
  saveRetry,
} from "../store/operations.ts";
import { describeFailure, type Interruption, readFailure, StackBusyError } from "./failure.ts";
import { kinds } from "./kinds.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { OperationKind } from "./operation.ts";
import type { Progress } from "./progress.ts";
import { decideRetry, isNotEnterableYet } from "./retry.ts";
import type { Outcome } from "./work.ts";

export interface SettlerOptions {
  readonly settings: Pick<OrganizationSettings, "accounts">;
  readonly db: Db;
  readonly queue: Queue;
  readonly logger: Logger;
  readonly now: () => Date;
  readonly random: () => number;
  readonly onEnded: (kind: OperationKind, status: Ending["status"], seconds: number) => void;
}

export interface SettlerParts extends SettlerOptions {
  readonly delivery: Delivery;
  readonly operation: OperationRow;
  readonly attempt: Attempt;
  readonly keeper: LeaseKeeper;
  readonly progress: Progress;
}

/** What becomes of an attempt that is over. */
export interface Settler {
  succeeded(outcome: Outcome): Promise<void>;
  /** @throws FencedError where another attempt has taken over: then nothing is written */
  ended(error: unknown, interruption: Interruption | undefined): Promise<void>;
}

/** Ends an attempt in one transaction: the operation's row and event, what the kind writes, the leases, the queue. */
export function createSettler(parts: SettlerParts): Settler {
  const { db, queue, delivery, keeper, attempt, operation, progress, logger } = parts;
  const coreAccounts = Object.values(parts.settings.accounts);

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
      const { code, retryable, fields } = failure;
      const { kind, origin, request } = operation;
      const { call, accountId } = fields ?? {};
      const delayMs = decideRetry({
        ...{ code, retryable, attempt: operation.attempt, elapsedMs, random: parts.random() },
        notEnterableYet: isNotEnterableYet({ kind, origin, request, code, call, accountId, coreAccounts }),
      });
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
