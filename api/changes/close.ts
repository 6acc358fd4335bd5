import type { FinalStatus } from "../operations/operation.ts";
import { findOpenChange, turnChange } from "../store/changes.ts";
import type { Db } from "../store/connection.ts";
import type { OperationRow } from "../store/operations.ts";
import { serviceName } from "./change.ts";

/**
 * Closes the change of an operation that ends: it has been applied, or it never will be. An operation whose change was withdrawn has
 * none that is open.
 */
export async function closeChange(transaction: Db, operation: OperationRow, status: FinalStatus): Promise<void> {
  const change = await findOpenChange(transaction, operation.id);
  if (change === undefined) return;
  const begun = change.applyBegunAt === null ? "before anything was done" : "after a part of it was done";
  if (status === "succeeded") {
    // Approved, and nothing of it was left to do when its turn came: then something else has done it.
    const done = change.applyBegunAt === null ? "superseded" : "applied";
    const outcome = done === "applied" ? {} : { outcome: "nothing of it was left to be done" };
    await turnChange(transaction, change, { status: done, actor: operation.requestedBy, ...outcome });
    return;
  }
  const by = status === "cancelled" ? operation.cancelRequestedBy : null;
  const outcome = `its operation ${operation.id} ${status === "failed" ? "failed" : "was cancelled"} ${begun}`;
  if (change.status === "pending") {
    const actor = by ?? operation.requestedBy;
    await turnChange(transaction, change, { status: "rejected", actor, decision: { by: actor }, outcome });
  } else {
    // The approval stays on record with who gave it.
    await turnChange(transaction, change, { status: "superseded", actor: by ?? serviceName, outcome });
  }
}
