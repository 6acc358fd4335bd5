import type { Logger } from "pino";

/** A look that is taken at once and then again and again. */
export interface RepeatedLook {
  /** Resolves when the look under way has ended. */
  stop(): Promise<void>;
}

/**
 * Looks at once, and again `everyMs` milliseconds after each look has ended. One that fails is logged as `failed` and taken again.
 *
 * @param look is told how to ask whether it should end early
 */
export function startRepeatedLook(
  look: (stopped: () => boolean) => Promise<void>,
  { everyMs, logger, failed }: { readonly everyMs: number; readonly logger: Logger; readonly failed: string },
): RepeatedLook {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const once = () =>
    look(() => stopped).catch((error: unknown) => logger.warn({ err: error }, `${failed}, trying again later`));
  let looking = once().then(again);
  function again(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      looking = once().then(again);
    }, everyMs).unref();
  }
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
