import type { Logger } from "pino";

/** Stops on the first SIGTERM, SIGINT or SIGHUP and exits: 0 when all ended well. Further ones change nothing. */
export function onStopSignals(stop: () => Promise<void>, logger: Logger): void {
  let stopping = false;
  const begin = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, "stopping");
    stop().then(
      () => {
        logger.info("stopped");
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, "stopping failed");
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, begin);
}
