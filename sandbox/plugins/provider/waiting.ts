import { setTimeout as sleep } from "node:timers/promises";

export interface Wait {
  /** Milliseconds after which it is given up. */
  readonly within: number;
  /** Milliseconds between the first two looks; doubles up to `atMost`. */
  readonly every?: number;
  readonly atMost?: number;
  readonly signal: AbortSignal;
}

/**
 * Looks until there is an answer. AWS shows a change everywhere only after a while, and some calls only start a change.
 * Fails with `timeout while waiting` as the Terraform SDK does, or at once when the engine cancels.
 */
export async function waitFor<T>(wait: Wait, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + wait.within;
  let pause = wait.every ?? 100;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (wait.signal.aborted) throw new Error("context canceled");
    if (Date.now() + pause > end) throw new Error(`timeout while waiting for state (timeout: ${wait.within / 1000}s)`);
    await sleep(pause, undefined, { signal: wait.signal }).catch(() => undefined);
    pause = Math.min(pause * 2, wait.atMost ?? 2000);
  }
}
