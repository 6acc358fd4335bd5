import type { Logger } from "pino";
import { listExpiredChanges } from "../store/changes.ts";
import type { Db } from "../store/connection.ts";
import { serviceName } from "./change.ts";
import { hold, type Waiting, withdraw } from "./withdraw.ts";

/** Ends what nobody decided on in time. */
export interface Expiry {
  stop(): Promise<void>;
}

export interface ExpiryOptions {
  readonly db: Db;
  readonly now: () => Date;
  readonly logger: Logger;
  /** Milliseconds between two looks. Approving looks itself, so a late look lets nothing through. */
  readonly everyMs?: number;
}

const atOnce = 100;

/** Closes a pending change whose time is over. */
export function expire(transaction: Db, waiting: Waiting): Promise<void> {
  const because = `nobody decided on change ${waiting.change.id} until ${waiting.change.expiresAt.toISOString()}`;
  return withdraw(transaction, waiting, { status: "expired", actor: serviceName }, because);
}

/** Looks for expired changes at once and then regularly. Several processes may: each change is held while it is closed. */
export function startExpiry({ db, now, logger, everyMs = 30_000 }: ExpiryOptions): Expiry {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    try {
      for (const id of await listExpiredChanges(db, now(), atOnce)) {
        if (stopped) return;
        await close(id);
      }
    } catch (error) {
      logger.warn({ err: error }, "closing expired changes failed, trying again later");
    }
  }

  const close = (id: string) =>
    db.transaction().execute(async (transaction) => {
      const found = await transaction
        .selectFrom("changes")
        .select(["id", "operationId"])
        .where("id", "=", id)
        .executeTakeFirst();
      const waiting = found && (await hold(transaction, found));
      if (waiting?.change.status === "pending" && waiting.change.expiresAt <= now()) await expire(transaction, waiting);
    });

  let looking = look().then(again);
  function again(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      looking = look().then(again);
    }, everyMs).unref();
  }

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
