/** How many requests a caller may make: `quota` at once, and as many again evenly over `windowMs`. */
export interface Allowance {
  readonly quota: number;
  readonly windowMs: number;
}

export interface Spent {
  readonly allowed: boolean;
  /** Requests that may follow at once. */
  readonly remaining: number;
  /** Milliseconds until the next request is allowed; 0 where it is now. */
  readonly retryAfterMs: number;
  /** Milliseconds until the whole quota is there again. */
  readonly fullAfterMs: number;
}

/** Counts requests per caller. */
export interface Allowances {
  /** Takes one request off the caller's allowance, if there is one left. */
  spend(caller: string): Spent;
  /** The same without taking. */
  look(caller: string): Spent;
  readonly callers: number;
}

/**
 * The generic cell rate algorithm: per caller one number, the time at which the allowance is whole again. At most `capacity` callers are
 * kept; the one who was quiet the longest makes room, so that strangers with many addresses can't fill the memory.
 *
 * @param now milliseconds of a monotonic clock
 */
export function createAllowances({ quota, windowMs }: Allowance, capacity: number, now: () => number): Allowances {
  const wholeAt = new Map<string, number>();
  const costMs = windowMs / quota;

  function state(whole: number, at: number, allowed: boolean): Spent {
    const owedMs = Math.max(0, whole - at);
    // A hundredth of a request, so that sums of fractions don't cost one.
    const remaining = Math.max(0, Math.floor((windowMs - owedMs) / costMs + 0.01));
    const retryAfterMs = remaining > 0 ? 0 : Math.max(0, owedMs + costMs - windowMs);
    return { allowed, remaining, retryAfterMs, fullAfterMs: owedMs };
  }

  return {
    look(caller) {
      const at = now();
      const found = state(wholeAt.get(caller) ?? at, at, true);
      return { ...found, allowed: found.remaining > 0 };
    },
    spend(caller) {
      const at = now();
      const before = Math.max(at, wholeAt.get(caller) ?? at);
      if (state(before, at, true).remaining === 0) return state(before, at, false);
      // Deleted and set again, so that the map's order is that of the last requests.
      wholeAt.delete(caller);
      wholeAt.set(caller, before + costMs);
      if (wholeAt.size > capacity) {
        const [quietest] = wholeAt.keys();
        if (quietest !== undefined) wholeAt.delete(quietest);
      }
      return state(before + costMs, at, true);
    },
    get callers() {
      return wholeAt.size;
    },
  };
}
