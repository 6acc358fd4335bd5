import { once } from "node:events";
import type { Request, Response } from "express";
import { isFinal, type OperationStatus } from "../operations/operation.ts";
import { invalidField } from "../problem.ts";
import type { Db } from "../store/connection.ts";
import { type EventRow, listEvents } from "../store/events.ts";
import { channels, type Listener } from "../store/listener.ts";
import type { OperationRow } from "../store/operations.ts";

/** Server-sent events of operations, from the store: they survive a restart of the service. */
export interface EventStreams {
  serve(operation: OperationRow, request: Request, response: Response): Promise<void>;
  /** Ends every stream; clients come back with their last id. */
  close(): void;
}

/** Proxies drop a silent connection after 30 to 60 s. */
const heartbeatMs = 15_000;
const batch = 200;

export function createEventStreams(db: Db, listener: Listener): EventStreams {
  const open = new Map<string, Set<() => void>>();
  const closing = new AbortController();
  const unsubscribe = listener.subscribe(channels.events, (operationId) => {
    // Without an id something may have been missed: everybody looks.
    const wakers = operationId === undefined ? [...open.values()] : [open.get(operationId) ?? []];
    for (const set of wakers) for (const wake of set) wake();
  });

  /** A promise that the next notification resolves, made before looking, so that none falls in between. */
  function signalOf(operationId: string) {
    let { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const wakers = open.get(operationId) ?? new Set();
    open.set(operationId, wakers.add(wake));
    return {
      take() {
        const current = promise;
        return current.then(() => {
          ({ promise, resolve } = Promise.withResolvers<void>());
        });
      },
      wake,
      end() {
        wakers.delete(wake);
        if (wakers.size === 0) open.delete(operationId);
      },
    };
  }

  async function serve(operation: OperationRow, request: Request, response: Response): Promise<void> {
    let lastId = lastEventId(request);
    const signal = signalOf(operation.id);
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const ended = AbortSignal.any([gone.signal, closing.signal]);
    ended.addEventListener("abort", signal.wake, { once: true });
    const heartbeat = setInterval(() => response.headersSent && response.write(": heartbeat\n\n"), heartbeatMs);
    try {
      let events = await listEvents(db, operation.id, lastId, batch);
      if (events.length === 0 && isFinal(operation.status)) {
        response.status(204).end();
        return;
      }
      response.status(200).set({ "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" });
      response.write("retry: 1000\n\n");
      while (!ended.aborted) {
        for (const event of events) {
          lastId = event.id;
          if (!response.write(render(event))) await once(response, "drain", { signal: ended }).catch(() => undefined);
          if (isLast(event)) return;
        }
        if (events.length < batch) await signal.take();
        if (!ended.aborted) events = await listEvents(db, operation.id, lastId, batch);
      }
    } finally {
      clearInterval(heartbeat);
      signal.end();
      response.end();
    }
  }

  return {
    serve,
    close() {
      unsubscribe();
      closing.abort();
    },
  };
}

function lastEventId(request: Request): number {
  const text = request.get("last-event-id") ?? "0";
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalidField("Last-Event-ID", "is not an event id", "the id of an event of this operation, a whole number");
}

function render({ id, type, at, data }: EventRow): string {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ at: at.toISOString(), ...data })}\n\n`;
}

function isLast({ type, data }: EventRow): boolean {
  return type === "status" && isFinal(data.status as OperationStatus);
}
