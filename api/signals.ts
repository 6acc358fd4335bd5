import type { Logger } from "pino";

/** What a stop signal ends. */
export interface Stoppable {
  stop(): Promise<void>;
  /** Waits no longer for what runs. */
  hurry(): void;
}

/**
 * Stops on the first SIGTERM, SIGINT or SIGHUP and exits: 0 when all ended well. The second hands back at once what runs; the
 * third exits at once, with 1: everything that was accepted is in the database, and the next start goes on with it.
 */
export function onStopSignals(service: Stoppable, logger: Logger): void {
  let signals = 0;
  const take = (signal: NodeJS.Signals) => {
    signals += 1;
    if (signals === 1) {
      logger.info({ signal }, "stopping");
      service.stop().then(
        () => {
          logger.info("stopped");
          process.exit(0);
        },
        (error: unknown) => {
          logger.error({ err: error }, "stopping failed");
          process.exit(1);
        },
      );
    } else if (signals === 2) {
      logger.warn({ signal }, "stopping at once: what runs is handed back");
      service.hurry();
    } else {
      logger.error({ signal }, "exiting without having stopped");
      process.exit(1);
    }
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, take);
}

/**
 * Errors that nobody took. They go to the log, which takes secrets out, and not to standard error. A rejected promise ends
 * nothing: whatever waited for it has its own limits. After an exception nobody knows what was left half done, so the process
 * ends, and the next start goes on with what is in the database.
 */
export function onForgottenErrors(logger: Logger): void {
  process.on("unhandledRejection", (error) => logger.error({ err: error }, "a promise was rejected and nobody heard"));
  process.on("uncaughtException", (error) => {
    logger.fatal({ err: error }, "an exception was thrown and nobody caught it");
    process.exit(1);
  });
}
