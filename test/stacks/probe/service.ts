// A service that does one run, for the tests that kill or stop it. Its orders come over IPC, and so does what came of them.
import { StackRunError } from "../../../stacks/errors.ts";
import { machineNow } from "../../../stacks/lease-switch.ts";
import { createRunner, type LeaseClock, type RunnerConfig, type RunRequest } from "../../../stacks/runner.ts";

interface Orders {
  readonly config: RunnerConfig;
  readonly request: RunRequest;
  /** Does the run under a lease of this length, which is renewed as long as this process gets to it. */
  readonly leaseMs?: number;
}

process.on("message", ({ config, request, leaseMs }: Orders) => {
  const logger = { warn() {} };
  const runner = createRunner({ ...config, environment: process.env, logger });
  const lease = leaseMs === undefined ? {} : { lease: renewing(leaseMs) };
  runner.run(request, { onEvent() {}, ...lease }).then(
    () => process.send?.({ code: "done" }),
    (error: unknown) => process.send?.(error instanceof StackRunError ? { ...error } : { code: String(error) }),
  );
});

function renewing(lengthMs: number): LeaseClock {
  let until = machineNow() + lengthMs;
  const listeners = new Set<() => void>();
  setInterval(() => {
    // As with a database: whoever comes too late has lost it.
    if (machineNow() > until) return;
    until = machineNow() + lengthMs;
    for (const listener of listeners) listener();
  }, lengthMs / 4);
  return {
    validUntil: () => until,
    onRenewed(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
