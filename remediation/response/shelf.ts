import type { State } from "./ledger.ts";

/** Whether an incident still needs somebody or something, or nothing any more; what was only seen is on neither shelf. */
export type Shelf = "open" | "closed";

const CLOSED: readonly State[] = ["ignored", "verified", "well", "gone", "resolved", "suppressed"];

/** States on the way to another, of which nobody needs to hear. */
const UNTOLD: readonly State[] = ["seen", "ignored", "started", "changed", "delivering", "undoing"];

/** States that end by themselves, when their time is over or what they wait for has come. */
export const WAITING = ["asked", "repairing"] as const satisfies readonly State[];
export type Waiting = (typeof WAITING)[number];

/** Where incidents of a state stand. */
export const shelfOf = (state: State): Shelf => (CLOSED.includes(state) ? "closed" : "open");

/** Whether people hear of a step to a state; that one is ignored by now matters to those who have heard of it before. */
export function isTold(state: State, before: State): boolean {
  return !UNTOLD.includes(state) || (state === "ignored" && before !== "seen" && shelfOf(before) === "open");
}

/** Whether it needs somebody that needed nobody before. */
export const isReopened = (state: State, before: State): boolean =>
  shelfOf(state) === "open" && (before === "seen" || shelfOf(before) === "closed");

/** Whether a state waits for its end. */
export const waitingOf = (state: State): Waiting | undefined => WAITING.find((one) => one === state);
