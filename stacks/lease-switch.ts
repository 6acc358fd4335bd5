import { uptime } from "node:os";

/** When a run is stopped whose lease is not renewed any more. In milliseconds of one clock. */
export interface SwitchTimes {
  /** The engine is asked to end: what is in flight may finish. */
  readonly interruptAt: number;
  /** Everything is killed. */
  readonly killAt: number;
}

/** Leases are renewed four times in their length: that one renewal fails, or two, ends no run. */
const INTERRUPT_SHARE = 0.3;
/** For the killing itself, on a busy machine, and for what two machines' clocks may drift apart within a lease. */
const KILL_SHARE = 0.1;

/**
 * The dead man's switch of a run whose lease holds until `until`; `length` is the longest that it was ever known to hold
 * in advance.
 */
export function switchTimes(until: number, length: number): SwitchTimes {
  return { interruptAt: until - length * INTERRUPT_SHARE, killAt: until - length * KILL_SHARE };
}

/** A clock in milliseconds that goes on while the machine is suspended, and never goes back. */
export function suspendAwareClock(monotonic: () => number, sinceBoot: () => number): () => number {
  let ahead = Number.NEGATIVE_INFINITY;
  return () => {
    const now = monotonic();
    ahead = Math.max(ahead, sinceBoot() - now);
    return now + ahead;
  };
}

const monotonicNow = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;

/**
 * This machine's clock for leases, in milliseconds: unlike `performance.now()` the same in all of its processes, so that a
 * deadline can be handed over without the time that the message takes, and on Linux going on while the machine is suspended.
 * CLOCK_MONOTONIC stands still then, the time since boot does not (clock_gettime(2)); `os.uptime` reads that from
 * /proc/uptime, or from CLOCK_BOOTTIME. It is good to 10 ms, less than the share of a lease that is kept for killing.
 */
export const machineNow: () => number =
  process.platform === "linux" ? suspendAwareClock(monotonicNow, () => uptime() * 1000) : monotonicNow;
