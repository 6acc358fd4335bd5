import { createHash } from "node:crypto";
import { operationIdOf } from "../ids.ts";
import { Problem } from "../problem.ts";
import type { Queue } from "../queue/queue.ts";
import { writeAudit } from "../store/audit.ts";
import { requeueOperation } from "../store/awaiting.ts";
import type { Db } from "../store/connection.ts";
import { listSteps } from "../store/events.ts";
import {
  endOperation,
  findMembershipChange,
  insertOperation,
  isMembershipConflict,
  type OperationRow,
  requestCancel,
} from "../store/operations.ts";
import { hasUnrecoveredRun } from "../store/runs.ts";
import { kinds } from "./kinds.ts";
import { isFinal, type OperationKind, type Origin } from "./operation.ts";
import { nothingDone, readSteps, sumAttempts } from "./record.ts";

export interface Acceptance {
  readonly kind: OperationKind;
  readonly stack: string;
  readonly accountId: string | null;
  readonly origin: Origin;
  /** Name of the token, or of the source of the event. */
  readonly requestedBy: string;
  readonly requestId: string | null;
  readonly request: Record<string, unknown>;
  /** Written in the same transaction, before the operation. */
  readonly before?: (transaction: Db, operationId: string) => Promise<void>;
}

export interface AcceptOptions {
  readonly db: Db;
  readonly queue: Queue;
  readonly newId: () => string;
  /** The body with which the operation is answered. */
  readonly present: (operation: OperationRow) => object;
}

/** Stack and queue key of the creation of an account, which has no id yet. */
export function stackOfCreation(email: string): string {
  return `creation-${createHash("sha256").update(email.toLowerCase()).digest("hex").slice(0, 16)}`;
}

/**
 * Accepts an operation in a transaction of its own.
 *
 * @throws Problem 409 `operation-running` where the account is being onboarded or offboarded already
 */
export async function acceptOperation(options: AcceptOptions, acceptance: Acceptance): Promise<object> {
  const { db } = options;
  try {
    return await db.transaction().execute((transaction) => acceptWithin(transaction, options, acceptance));
  } catch (error) {
    throw await explainConflict(db, acceptance.stack, error);
  }
}

/**
 * Accepts an operation: its row, its job, its audit entry, all or nothing. Once the transaction is committed, the operation will be
 * done, whatever dies. What it throws is to be explained by `explainConflict` after the transaction.
 *
 * @returns the operation as it is presented
 */
export async function acceptWithin(transaction: Db, options: AcceptOptions, acceptance: Acceptance): Promise<object> {
  const { before, ...operation } = acceptance;
  const jobId = options.newId();
  const id = operationIdOf(jobId);
  const queueKey = acceptance.stack;
  await before?.(transaction, id);
  const row = await insertOperation(transaction, { ...operation, id, jobId, queueKey });
  await options.queue.enqueue(transaction, { jobId, operationId: id, queueKey });
  const { requestedBy: actor, requestId, kind, stack: target, origin } = operation;
  await writeAudit(transaction, { actor, action: `operation.${kind}`, target, requestId, detail: { id, origin } });
  return options.present(row);
}

/** Problem 409 that names what is under way, where that is why the operation could not be accepted; else the error itself. */
export async function explainConflict(db: Db, stack: string, error: unknown): Promise<unknown> {
  return isMembershipConflict(error) ? underWay(await findMembershipChange(db, stack)) : error;
}

/** The problem of asking for what is under way. */
export function underWay(operation: OperationRow | undefined): Problem {
  if (operation === undefined) return new Problem("conflict", "The account was being changed just now. Try again.");
  const { id, kind, status } = operation;
  return new Problem(
    "operation-running",
    `Operation ${id} (${kind}) is ${status}. Follow it at /operations/${id}, or cancel it, and ask again when it has ended.`,
    { operationId: id, instance: `/operations/${id}` },
  );
}

/**
 * Cancels an operation: one that no attempt is at work on ends at once, unless a run of it died; a running one is interrupted by its process.
 *
 * @returns undefined where there is no such operation
 * @throws Problem 409 where it has ended
 */
export async function cancelWithin(
  transaction: Db,
  { queue, newId }: Pick<AcceptOptions, "queue" | "newId">,
  id: string,
  by: { readonly actor: string; readonly requestId: string },
): Promise<OperationRow | undefined> {
  const row = await requestCancel(transaction, id, by.actor);
  if (row === undefined) return undefined;
  if (isFinal(row.status)) {
    throw new Problem("conflict", `Operation ${id} has ended: it is ${row.status}.`, { operationId: id });
  }
  await writeAudit(transaction, { ...by, action: "operation.cancel", target: id });
  const awaits = row.status === "awaiting_approval";
  const waits = row.status === "queued" || awaits || row.retryAt !== null;
  if (!waits) return row;
  if (await hasUnrecoveredRun(transaction, id)) {
    // A run of it died: an attempt recovers from that first, and then ends the operation.
    if (awaits) {
      const jobId = newId();
      await requeueOperation(transaction, id, jobId, { message: "cancelling: an earlier run is recovered from first" });
      await queue.enqueue(transaction, { jobId, operationId: id, queueKey: row.queueKey });
    } else {
      await queue.expedite(transaction, row.jobId);
    }
    return transaction.selectFrom("operations").selectAll().where("id", "=", id).executeTakeFirst();
  }
  await kinds[row.kind].ended?.(transaction, row, "cancelled");
  const { changes, steps } = sumAttempts(nothingDone, readSteps(await listSteps(transaction, id)));
  if (steps.length > 0) await endOperation(transaction, id, { status: "cancelled", changes, result: { steps } });
  else {
    const why = awaits
      ? "it waited for approval"
      : row.startedAt === null
        ? "it had not begun"
        : "no attempt had changed anything";
    await endOperation(transaction, id, { status: "cancelled", result: { done: `nothing: ${why}` } });
  }
  await writeAudit(transaction, { ...by, action: "operation.cancelled", target: id, detail: { kind: row.kind } });
  await queue.remove(transaction, row.jobId);
  return transaction.selectFrom("operations").selectAll().where("id", "=", id).executeTakeFirst();
}
