import { setTimeout as sleep } from "node:timers/promises";
import { seconds } from "./screen.ts";

/** Milliseconds for which something is waited for; most comes within two seconds. */
const PATIENCE = 60_000;
const POLL = 100;

/** What happened, and where it was seen. */
interface Moment {
  readonly at: number;
  readonly where: string;
  readonly what: string;
}

/** What is seen from outside of what happens by itself, from a moment on. */
export interface Timeline {
  note(where: string, what: string): void;
  /** Waits until something is to be seen somewhere, and notes it. Throws with what did not come. */
  sees<Seen>(where: string, what: string, look: () => Promise<Seen | undefined | false>): Promise<Seen>;
  /** In order, a line each. */
  text(): string;
}

/** Begins now. */
export function beginTimeline(signal: AbortSignal): Timeline {
  const begun = Date.now();
  const moments: Moment[] = [];
  const note = (where: string, what: string) => void moments.push({ at: Date.now(), where, what });
  return {
    note,
    async sees(where, what, look) {
      const deadline = Date.now() + PATIENCE;
      for (;;) {
        signal.throwIfAborted();
        const seen = await look();
        if (seen !== undefined && seen !== false) {
          note(where, what);
          return seen;
        }
        if (Date.now() > deadline) {
          throw new Error(
            `answering findings: waited ${PATIENCE / 1000} s for this in ${where}, and it did not come: ${what}`,
          );
        }
        await sleep(POLL);
      }
    },
    text() {
      const width = Math.max(...moments.map(({ where }) => where.length));
      return moments
        .toSorted((one, other) => one.at - other.at)
        .map(({ at, where, what }) => `${`+${seconds(begun, at)}`.padStart(8)}  ${where.padEnd(width)}  ${what}`)
        .join("\n");
    },
  };
}
