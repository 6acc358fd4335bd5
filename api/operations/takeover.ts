import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { isProvedDead, type ProcessMark } from "../process-mark.ts";
import type { Queue } from "../queue/queue.ts";
import type { Db } from "../store/connection.ts";
import { expireLease, type HeldLease, listLeases } from "../store/leases.ts";
import { requeueForgotten } from "../store/operations.ts";

/** Looks for attempts whose process is dead, so that they are taken over without waiting for what would wait longest. */
export interface Takeover {
  stop(): Promise<void>;
}

export interface TakeoverOptions {
  readonly db: Db;
  readonly queue: Queue;
  readonly newId: () => string;
  readonly process: ProcessMark | undefined;
  readonly logger: Logger;
  /** Milliseconds between two looks. */
  readonly everyMs?: number;
}

/** Every how many looks it looks for operations without a job. */
const rarely = 30;

/**
 * A dead owner's lease expires by itself, and the queue delivers its job again. Two cases need not, or must not, wait for
 * that: an owner on this machine whose process is gone; and a lease that nobody has renewed for its whole duration by this
 * process's own clock, although the database's clock, set back, says that it has long to go.
 */
export function startTakeover(options: TakeoverOptions): Takeover {
  const { db, queue, logger, everyMs = 1_000 } = options;
  const stopping = new AbortController();
  const seen = new Map<number, { expiresAt: string; since: number }>();

  /** Milliseconds since the lease was last seen renewed. */
  function stillFor({ token, expiresAt }: HeldLease): number {
    const before = seen.get(token);
    if (before?.expiresAt === expiresAt) return performance.now() - before.since;
    seen.set(token, { expiresAt, since: performance.now() });
    return 0;
  }

  async function look(): Promise<void> {
    const leases = await listLeases(db);
    for (const token of seen.keys()) if (!leases.some((lease) => lease.token === token)) seen.delete(token);
    for (const lease of leases) {
      const dead = lease.process !== undefined && (await isProvedDead(lease.process, options.process));
      const still = stillFor(lease);
      if (lease.expired) {
        // Seen twice: at the first sight somebody may be about to take it.
        if (dead && still > 0 && lease.jobId !== null) await queue.takeBack(lease.jobId);
        continue;
      }
      if (!dead && still < lease.durationMs + everyMs) continue;
      if (!(await expireLease(db, lease))) continue;
      const { stack, operationId, jobId } = lease;
      logger.warn({ stack, operationId, dead }, "taking over from a process that is gone");
      if (jobId !== null) await queue.takeBack(jobId);
    }
  }

  async function goOn(): Promise<void> {
    for (let looks = 0; !stopping.signal.aborted; looks++) {
      try {
        await look();
        if (looks % rarely === 0) {
          for (const id of await queue.forgotten()) {
            logger.error({ operationId: id }, "an operation had no job: it gets another");
            await requeueForgotten(db, queue, id, options.newId());
          }
        }
      } catch (error) {
        logger.warn({ err: error }, "looking for attempts to take over failed");
      }
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const going = goOn();
  return {
    stop() {
      stopping.abort();
      return going;
    },
  };
}
