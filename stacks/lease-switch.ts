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

/**
 * This machine's monotonic clock in milliseconds: unlike `performance.now()` the same in all of its processes
 * (CLOCK_MONOTONIC on Linux), so that a deadline can be handed over without the time that the message takes.
 */
export function machineNow(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
