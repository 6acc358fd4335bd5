import { AsyncLocalStorage } from "node:async_hooks";

// Calls to AWS are made far below the attempt that has the right to make them. The right goes with the asynchronous
// context, so that no call can forget to ask for it.

const fences = new AsyncLocalStorage<() => void>();

/** Runs `work`; every AWS call that it makes, however deep, calls `check` first, which throws where the right to call is lost. */
export function withFence<Result>(check: () => void, work: () => Promise<Result>): Promise<Result> {
  return fences.run(check, work);
}

/** Throws what the fence of the present context throws; does nothing outside of one. */
export function checkFence(): void {
  fences.getStore()?.();
}
