import { setTimeout as sleep } from "node:timers/promises";
import { boundLog, type EmbeddedServer, isServerAlive } from "./server.ts";

/** Sees to it that the embedded server runs as long as the service does. */
export interface Supervisor {
  stop(): Promise<void>;
}

export interface SupervisorOptions {
  readonly onDied: () => void;
  readonly onRevived: () => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two looks, each of which reads two small files. */
  readonly everyMs?: number;
}

/**
 * Starts the server again when it has died. Each service that uses it looks: whichever comes first starts it, the others
 * find it.
 */
export function superviseServer(server: EmbeddedServer, options: SupervisorOptions): Supervisor {
  const { everyMs = 500 } = options;
  const stopping = new AbortController();

  async function goOn(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        if (!(await isServerAlive(server.location))) {
          options.onDied();
          await server.revive(stopping.signal);
          if (!stopping.signal.aborted) options.onRevived();
        }
        await boundLog(server.location);
      } catch (error) {
        options.onError(error);
      }
      await sleep(everyMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  }

  const going = goOn();
  return {
    stop() {
      stopping.abort();
      return going;
    },
  };
}
