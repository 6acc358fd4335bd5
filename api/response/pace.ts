/** How often something may be asked, and how many may wait for it. */
export interface Pace {
  /** Milliseconds from one turn to the next. */
  readonly everyMs: number;
  /** Who waits; one more is refused. */
  readonly waiting: number;
}

/** When it is somebody's turn, or when it is worth to ask again. */
export type Turn =
  | { readonly kind: "turn"; readonly afterMs: number; readonly nextAt: number }
  | { readonly kind: "refused"; readonly afterMs: number };

/**
 * Gives turns one after another, never two closer than the pace. Pure.
 *
 * @param nextAt milliseconds: the first moment that is nobody's yet
 */
export function takeTurn(nextAt: number, now: number, { everyMs, waiting }: Pace): Turn {
  const at = Math.max(nextAt, now);
  const afterMs = at - now;
  // One whose turn has come does not wait.
  const longestMs = waiting * everyMs;
  if (afterMs > longestMs) return { kind: "refused", afterMs: afterMs - longestMs };
  return { kind: "turn", afterMs, nextAt: at + everyMs };
}
