// A service that does one run, for the test that kills it. Its orders come over IPC.
import { createRunner, type RunnerConfig, type RunRequest } from "../../../stacks/runner.ts";

process.on("message", ({ config, request }: { config: RunnerConfig; request: RunRequest }) => {
  const logger = { warn() {} };
  const runner = createRunner({ ...config, environment: process.env, logger });
  void runner.run(request, { onEvent() {} }).catch(() => undefined);
});
