import { createHash } from "node:crypto";
import { operationIdOf } from "../ids.ts";
import { Problem } from "../problem.ts";
import type { Queue } from "../queue/queue.ts";
import { writeAudit } from "../store/audit.ts";
import type { Db } from "../store/connection.ts";
import { findAnswer, type IdempotentRequest, saveAnswer } from "../store/idempotency.ts";
import {
  endOperation,
  findMembershipChange,
  insertOperation,
  isMembershipConflict,
  type OperationRow,
  requestCancel,
} from "../store/operations.ts";
import { kinds } from "./kinds.ts";
import { isFinal, type OperationKind, type Origin } from "./operation.ts";

export interface Acceptance {
  readonly kind: OperationKind;
  readonly stack: string;
  readonly accountId: string | null;
  readonly origin: Origin;
  /** Name of the token, or of the source of the event. */
  readonly requestedBy: string;
  readonly requestId: string | null;
  readonly request: Record<string, unknown>;
  readonly idempotency?: IdempotentRequest | undefined;
  /** Written in the same transaction, before the operation. */
  readonly before?: (transaction: Db, operationId: string) => Promise<void>;
}

export interface AcceptOptions {
  readonly db: Db;
  readonly queue: Queue;
  readonly newId: () => string;
  /** The body with which the operation is answered; it is kept for a repeated request. */
  readonly present: (operation: OperationRow) => object;
}

/** Stack and queue key of the creation of an account, which has no id yet. */
export function stackOfCreation(email: string): string {
  return `creation-${createHash("sha256").update(email.toLowerCase()).digest("hex").slice(0, 16)}`;
}

/**
 * Accepts an operation: its row, its job, its audit entry and its answer, all or nothing. Once this resolves, the
 * operation will be done, whatever dies.
 *
 * @throws Problem 409 `operation-running` where the account is being onboarded or offboarded already
 */
export async function acceptOperation(options: AcceptOptions, acceptance: Acceptance): Promise<object> {
  const { db, queue, present } = options;
  const { idempotency, before, ...operation } = acceptance;
  const jobId = options.newId();
  const id = operationIdOf(jobId);
  const queueKey = acceptance.stack;
  try {
    return await db.transaction().execute(async (transaction) => {
      await before?.(transaction, id);
      const row = await insertOperation(transaction, { ...operation, id, jobId, queueKey });
      const answer = present(row);
      if (idempotency !== undefined && !(await saveAnswer(transaction, idempotency, id, answer))) throw new Repeated();
      await queue.enqueue(transaction, { jobId, operationId: id, queueKey });
      const { requestedBy: actor, requestId, kind, stack: target, origin } = operation;
      await writeAudit(transaction, { actor, action: `operation.${kind}`, target, requestId, detail: { id, origin } });
      return answer;
    });
  } catch (error) {
    if (error instanceof Repeated && idempotency !== undefined) {
      const stored = await repeatedAnswer(db, idempotency);
      if (stored !== undefined) return stored;
    }
    if (!isMembershipConflict(error)) throw error;
    throw underWay(await findMembershipChange(db, acceptance.stack));
  }
}

class Repeated extends Error {}

/**
 * The first answer to a request that is sent again with its key.
 *
 * @throws Problem 422 where the key was used for another request
 */
export async function repeatedAnswer(db: Db, request: IdempotentRequest): Promise<object | undefined> {
  const stored = await findAnswer(db, request);
  if (stored === undefined) return undefined;
  if (stored.sameRequest) return stored.answer;
  throw new Problem(
    "idempotency-mismatch",
    "The Idempotency-Key was used for another request. Use a new key for a new request, or send the first one unchanged.",
    { operationId: stored.operationId },
  );
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
 * Cancels an operation: one that no attempt is at work on ends at once, a running one is interrupted by its process.
 *
 * @returns undefined where there is no such operation
 * @throws Problem 409 where it has ended
 */
export async function cancelOperation(
  options: Pick<AcceptOptions, "db" | "queue">,
  id: string,
  by: { readonly actor: string; readonly requestId: string },
): Promise<OperationRow | undefined> {
  const { db, queue } = options;
  return db.transaction().execute(async (transaction) => {
    const row = await requestCancel(transaction, id, by.actor);
    if (row === undefined) return undefined;
    if (isFinal(row.status)) {
      throw new Problem("conflict", `Operation ${id} has ended: it is ${row.status}.`, { operationId: id });
    }
    await writeAudit(transaction, { ...by, action: "operation.cancel", target: id });
    const waits = row.status === "queued" || row.retryAt !== null;
    if (!waits) return row;
    await kinds[row.kind].ended?.(transaction, row, "cancelled");
    const done =
      row.attempt === 0
        ? "nothing: it had not begun"
        : "the attempts before it was cancelled; run a preview to see what is left";
    await endOperation(transaction, id, { status: "cancelled", result: { done } });
    await queue.remove(transaction, row.jobId);
    return transaction.selectFrom("operations").selectAll().where("id", "=", id).executeTakeFirst();
  });
}
