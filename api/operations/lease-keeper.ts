import type { Logger } from "pino";
import type { Db } from "../store/connection.ts";
import { acquireLease, type Lease, releaseLease, renewLease } from "../store/leases.ts";
import { isCancelRequested } from "../store/operations.ts";
import { StackBusyError } from "./failure.ts";

/** Keeps the leases of one attempt alive. */
export interface LeaseKeeper {
  /** Throws `StackBusyError` where another holds it. */
  take(stack: string): Promise<Lease>;
  /** Gives all back, in the transaction that ends the attempt. */
  release(transaction: Db): Promise<void>;
  stop(): void;
}

export interface LeaseKeeperOptions {
  readonly db: Db;
  readonly owner: string;
  readonly operationId: string;
  /** Milliseconds without a heartbeat after which a lease is another's for the taking. */
  readonly durationMs: number;
  readonly logger: Logger;
  /** A lease is lost, or may be. */
  readonly onLost: () => void;
  /** Heard with a heartbeat, for when the notification did not arrive. */
  readonly onCancelRequested: () => void;
}

/**
 * Renews four times per duration. Where the database can't be reached for a whole duration the lease counts as lost:
 * somebody else may hold it by then. That clock is the process's monotonic one.
 */
export function createLeaseKeeper(options: LeaseKeeperOptions): LeaseKeeper {
  const { db, owner, operationId, durationMs, logger } = options;
  const leases: Lease[] = [];
  let renewedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function schedule(): void {
    timer = setTimeout(beat, durationMs / 4);
  }

  async function beat(): Promise<void> {
    const begun = performance.now();
    try {
      const renewed = await Promise.all(leases.map((lease) => renewLease(db, lease, durationMs)));
      if (stopped) return;
      if (renewed.includes(false)) return lose();
      renewedAt = begun;
      if (await isCancelRequested(db, operationId)) options.onCancelRequested();
    } catch (error) {
      logger.warn({ err: error, operationId }, "renewing a lease failed");
    }
    if (stopped) return;
    if (performance.now() - renewedAt > durationMs) return lose();
    schedule();
  }

  function lose(): void {
    stopped = true;
    logger.error({ operationId }, "a lease is lost: the attempt stops");
    options.onLost();
  }

  return {
    async take(stack) {
      const taken = await acquireLease(db, { stack, owner, operationId, durationMs });
      if (!("lease" in taken)) throw new StackBusyError(stack, taken.heldForMs);
      leases.push(taken.lease);
      if (leases.length === 1) {
        renewedAt = performance.now();
        schedule();
      }
      return taken.lease;
    },
    async release(transaction) {
      for (const lease of leases) await releaseLease(transaction, lease);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
