import type { Logger } from "pino";
import type { RunEvent } from "../../stacks/run.ts";
import type { Db } from "../store/connection.ts";
import { appendEvents, type NewEvent } from "../store/events.ts";
import type { Attempt } from "../store/operations.ts";

/** Takes the events of an attempt and stores them in order, several at a time. */
export interface Progress {
  say(message: string, data?: Record<string, unknown>): void;
  report(event: RunEvent & { readonly recovered?: boolean }): void;
  /** Resolves when all that was said is stored, or can't be. */
  flush(): Promise<void>;
}

/** Events that wait for one statement. A run of 60 resources tells about 180 in a few seconds; a kill loses what waits. */
const pauseMs = 40;
/** The database may be away for as long as a restart takes. What was said until then is kept, in order. */
const againMs = 500;
const mostKept = 5_000;

/**
 * Lost events must not end an attempt: a failure to store them is logged and tried again with what follows.
 *
 * @param assertSure throws once the attempt's lease may be another's: then nothing more is stored
 */
export function createProgress(db: Db, attempt: Attempt, assertSure: () => void, logger: Logger): Progress {
  const { operationId } = attempt;
  let waiting: NewEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  let storing: Promise<void> = Promise.resolve();

  async function storeNow(): Promise<void> {
    const events = waiting;
    if (events.length === 0) return;
    waiting = [];
    try {
      assertSure();
    } catch {
      return;
    }
    try {
      await appendEvents(db, operationId, events, attempt.fencingToken);
    } catch (error) {
      logger.warn({ err: error, operationId }, "storing progress failed, trying again");
      waiting = [...events, ...waiting].slice(0, mostKept);
      later(againMs);
    }
  }

  function store(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    storing = storing.then(storeNow);
    return storing;
  }

  function later(delayMs: number): void {
    timer ??= setTimeout(store, delayMs);
  }

  function add(event: NewEvent): void {
    waiting.push(event);
    later(pauseMs);
  }

  return {
    say(message, data) {
      logger.info({ operationId }, message);
      add({ type: "progress", data: { message, ...data } });
    },
    report({ type, ...data }) {
      add({ type, data });
    },
    flush: store,
  };
}
