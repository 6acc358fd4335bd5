import { sql } from "kysely";
import type { Logger } from "pino";
import type { Db } from "./store/connection.ts";
import { expiredBatches } from "./store/expired.ts";

/** Removes what is older than it has to be kept, in the background. */
export interface Retention {
  /** Resolves when the batch under way has ended. */
  stop(): Promise<void>;
}

export interface RetentionOptions {
  readonly db: Db;
  readonly logger: Logger;
  /** Age in days at which details of ended operations go. */
  readonly days: number;
  readonly random: () => number;
}

/** Events and diffs of a quarter are at hand for an audit of that quarter; the audit log itself is kept for good. */
export const defaultRetentionDays = 90;

const hourMs = 3_600_000;
/** One process at a time, whichever comes first. */
const lockKey = 0x62_77_6b_01;

/** Looks once an hour, at a random minute of it, so that processes that start together don't look together. */
export function startRetention(options: RetentionOptions): Retention {
  const { logger, random } = options;
  const stopping = new AbortController();
  let timer = setTimeout(look, random() * hourMs);
  timer.unref();
  let looking: Promise<unknown> = Promise.resolve();

  function look(): void {
    looking = removeExpired(options, stopping.signal)
      .catch((err: unknown) => logger.warn({ err }, "removing what is too old failed; it is tried again in an hour"))
      .finally(() => {
        if (stopping.signal.aborted) return;
        timer = setTimeout(look, hourMs);
        timer.unref();
      });
  }

  return {
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await looking;
    },
  };
}

/**
 * Removes all that is too old, batch by batch.
 *
 * @returns how much of each; undefined where another process is at it
 */
export async function removeExpired(
  { db, logger, days }: Omit<RetentionOptions, "random">,
  signal?: AbortSignal,
): Promise<Record<string, number> | undefined> {
  return db.connection().execute(async (connection) => {
    const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_lock(${lockKey}) as mine`.execute(connection);
    if (rows[0]?.mine !== true) return undefined;
    try {
      const removed: Record<string, number> = {};
      for (const [name, remove] of Object.entries(expiredBatches(days))) {
        for (let count = 1; count > 0 && !signal?.aborted; ) {
          count = await remove(connection);
          removed[name] = (removed[name] ?? 0) + count;
        }
      }
      if (Object.values(removed).some((count) => count > 0)) logger.info({ removed, days }, "removed what is too old");
      return removed;
    } finally {
      await sql`select pg_advisory_unlock(${lockKey})`.execute(connection);
    }
  });
}
