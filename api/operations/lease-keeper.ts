import type { Logger } from "pino";
import { machineNow } from "../../stacks/lease-switch.ts";
import type { LeaseClock } from "../../stacks/run.ts";
import type { ProcessMark } from "../process-mark.ts";
import type { Db } from "../store/connection.ts";
import { acquireLease, isLeaseHeld, type Lease, releaseLease, renewLease } from "../store/leases.ts";
import { FencedError } from "../store/operations.ts";
import { StackBusyError } from "./failure.ts";

/** Keeps the leases of one attempt alive. */
export interface LeaseKeeper {
  /** Until when all that was taken is surely held; 0 once it is lost. */
  readonly clock: LeaseClock;
  /** Throws `StackBusyError` where another holds it. */
  take(stack: string): Promise<Lease>;
  /** Throws `FencedError` where this process can't be sure any more that it holds all. Asks nobody. */
  assertSure(): void;
  /** Throws `FencedError` where another has taken one. Inside a transaction none is taken until its end. */
  assertHeld(transaction: Db): Promise<void>;
  /** Gives all back, in the transaction that ends the attempt. */
  release(transaction: Db): Promise<void>;
  stop(): void;
}

export interface LeaseKeeperOptions {
  readonly db: Db;
  readonly owner: string;
  readonly process?: ProcessMark | undefined;
  readonly operationId: string;
  /** Milliseconds without a heartbeat after which a lease is another's for the taking. */
  readonly durationMs: number;
  readonly logger: Logger;
  /** A lease is lost, or may be. */
  readonly onLost: () => void;
  /** Heard with a heartbeat, for when the notification did not arrive. */
  readonly onCancelRequested: () => void;
  /** Milliseconds of the clock that runs get their leases by; the machine's by default. */
  readonly now?: () => number;
}

/** Where a heartbeat failed the next one follows soon: what is left of the lease may be little. */
const soonest = 100;

/**
 * Renews four times per duration. A lease is sure for one duration from when its last renewal BEGAN, by this
 * machine's clock: the database counts from a moment between the begin and the answer. After that it counts as lost,
 * whether or not the database answers: somebody else may hold it by then. A process that was stopped (SIGSTOP), or
 * whose machine was suspended, finds that out before it does anything else, because that clock went on.
 */
export function createLeaseKeeper(options: LeaseKeeperOptions): LeaseKeeper {
  const { db, owner, operationId, durationMs, logger, now = machineNow } = options;
  const leases: Lease[] = [];
  const listeners = new Set<() => void>();
  let validUntil = 0;
  let beatTimer: NodeJS.Timeout | undefined;
  let endTimer: NodeJS.Timeout | undefined;
  let state: "held" | "releasing" | "lost" | "stopped" = "held";

  function renewed(begun: number): void {
    validUntil = begun + durationMs;
    clearTimeout(endTimer);
    endTimer = setTimeout(lose, Math.max(0, validUntil - now()));
    for (const listener of listeners) listener();
  }

  function schedule(delayMs: number): void {
    clearTimeout(beatTimer);
    beatTimer = setTimeout(beat, delayMs);
  }

  async function beat(): Promise<void> {
    const begun = now();
    if (begun >= validUntil) return lose();
    try {
      const renewals = await Promise.all(leases.map((lease) => renewLease(db, lease, durationMs)));
      if (state === "lost" || state === "stopped") return;
      // A lease that is gone while it is given back was given back.
      if (renewals.some(({ held }) => !held)) return state === "releasing" ? schedule(soonest) : lose();
      renewed(begun);
      if (renewals.some(({ cancelRequested }) => cancelRequested)) options.onCancelRequested();
      schedule(durationMs / 4);
    } catch (error) {
      if (state === "lost" || state === "stopped") return;
      logger.warn({ err: error, operationId }, "renewing a lease failed");
      schedule(Math.max(soonest, durationMs / 20));
    }
  }

  function lose(): void {
    if (state === "lost" || state === "stopped") return;
    state = "lost";
    validUntil = 0;
    clearTimeout(beatTimer);
    clearTimeout(endTimer);
    logger.error({ operationId }, "a lease is lost: the attempt stops");
    options.onLost();
    for (const listener of listeners) listener();
  }

  function fenced(): FencedError {
    return new FencedError({ operationId });
  }

  return {
    clock: {
      validUntil: () => validUntil,
      onRenewed(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    async take(stack) {
      const begun = now();
      const taken = await acquireLease(db, { stack, owner, process: options.process, operationId, durationMs });
      if (!("lease" in taken)) throw new StackBusyError(stack, taken.heldForMs);
      leases.push(taken.lease);
      if (leases.length === 1) {
        renewed(begun);
        schedule(durationMs / 4);
      }
      return taken.lease;
    },
    assertSure() {
      if (now() >= validUntil) throw fenced();
    },
    async assertHeld(transaction) {
      for (const lease of leases) if (!(await isLeaseHeld(transaction, lease))) throw fenced();
    },
    async release(transaction) {
      if (state === "held") state = "releasing";
      for (const lease of leases) await releaseLease(transaction, lease);
    },
    stop() {
      if (state !== "lost") state = "stopped";
      clearTimeout(beatTimer);
      clearTimeout(endTimer);
    },
  };
}
