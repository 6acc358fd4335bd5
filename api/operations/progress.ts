import type { Logger } from "pino";
import type { RunEvent } from "../../stacks/run.ts";
import type { Db } from "../store/connection.ts";
import { appendEvents, type NewEvent } from "../store/events.ts";
import type { Attempt } from "../store/operations.ts";

/** Takes the events of an attempt and stores them in order, several at a time. */
export interface Progress {
  say(message: string, data?: Record<string, unknown>): void;
  report(event: RunEvent): void;
  /** Resolves when all that was said is stored. */
  flush(): Promise<void>;
}

/** Events that wait for one statement. A run of 60 resources tells about 180 in a few seconds. */
const pauseMs = 80;

/** Lost events must not end an attempt: a failure to store them is logged, and the next flush goes on. */
export function createProgress(db: Db, attempt: Attempt, logger: Logger): Progress {
  let waiting: NewEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  let storing: Promise<void> = Promise.resolve();

  function store(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const events = waiting;
    waiting = [];
    if (events.length > 0) {
      storing = storing
        .then(() => appendEvents(db, attempt.operationId, events, attempt.fencingToken))
        .catch((error) => logger.warn({ err: error, operationId: attempt.operationId }, "storing progress failed"));
    }
    return storing;
  }

  function add(event: NewEvent): void {
    waiting.push(event);
    timer ??= setTimeout(store, pauseMs);
  }

  return {
    say(message, data) {
      logger.info({ operationId: attempt.operationId }, message);
      add({ type: "progress", data: { message, ...data } });
    },
    report({ type, ...data }) {
      add({ type, data });
    },
    flush: store,
  };
}
