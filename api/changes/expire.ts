import type { Logger } from "pino";
import { type RepeatedLook, startRepeatedLook } from "../repeated-look.ts";
import { type ChangeRow, listExpiredChanges } from "../store/changes.ts";
import type { Db } from "../store/connection.ts";
import { serviceName } from "./change.ts";
import { hold, withdraw } from "./withdraw.ts";

/** Ends what nobody decided on in time. */
export type Expiry = RepeatedLook;

export interface ExpiryOptions {
  readonly db: Db;
  readonly logger: Logger;
  /** Milliseconds between two looks. Approving looks itself, so a late look lets nothing through. */
  readonly everyMs?: number;
}

const atOnce = 100;

/**
 * Looks for expired changes at once and then regularly. Several processes may: each change is held while it is closed. The clock is the
 * database's, as for leases: a process whose own is wrong ends nothing.
 */
export function startExpiry({ db, logger, everyMs = 30_000 }: ExpiryOptions): Expiry {
  async function look(stopped: () => boolean): Promise<void> {
    for (const found of await listExpiredChanges(db, atOnce)) {
      if (stopped()) return;
      await db.transaction().execute((transaction) => close(transaction, found));
    }
  }

  return startRepeatedLook(look, { everyMs, logger, failed: "closing expired changes failed" });
}

async function close(transaction: Db, found: Pick<ChangeRow, "id" | "operationId">): Promise<void> {
  const waiting = await hold(transaction, found);
  if (waiting?.change.status !== "pending" || !waiting.change.overdue) return;
  const because = `nobody decided on change ${found.id} until ${waiting.change.expiresAt.toISOString()}`;
  await withdraw(transaction, waiting, { status: "expired", actor: serviceName }, because);
}
