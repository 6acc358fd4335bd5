import { SlackError } from "./slack-error.ts";

/** Slack, "Rate limits": one message a second in a channel; short bursts are let through, and nothing is built on that. Milliseconds. */
const INTERVAL = 1000;

export interface Pace {
  /** Waits for the channel's turn; throws a passing `SlackError` at once where that comes after `deadline`. */
  turn(channel: string, deadline: Date): Promise<void>;
  /** Lets nothing into the channel for so many milliseconds from now on. */
  hold(channel: string, milliseconds: number): void;
}

/**
 * One message a second for each channel. It knows what its own process sends: several processes keep the rate together by Slack's answers alone, so
 * that the Lambda had best run once at a time.
 */
export function pace(now: () => Date, sleep: (milliseconds: number) => Promise<void>): Pace {
  const free = new Map<string, number>();
  return {
    async turn(channel, deadline) {
      const at = Math.max(now().getTime(), free.get(channel) ?? 0);
      if (at > deadline.getTime()) {
        const wait = at - now().getTime();
        throw new SlackError("passing", "ratelimited", `channel ${channel} takes no message for ${wait} ms`, { wait });
      }
      free.set(channel, at + INTERVAL);
      const wait = at - now().getTime();
      if (wait > 0) await sleep(wait);
    },
    hold(channel, milliseconds) {
      free.set(channel, Math.max(free.get(channel) ?? 0, now().getTime() + milliseconds));
    },
  };
}
