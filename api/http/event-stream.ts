import { once } from "node:events";
import type { Request, Response } from "express";
import { isFinal, type OperationStatus } from "../operations/operation.ts";
import { invalidField, Problem } from "../problem.ts";
import type { Db } from "../store/connection.ts";
import { type EventRow, listEvents } from "../store/events.ts";
import { channels, type Listener } from "../store/listener.ts";
import type { OperationRow } from "../store/operations.ts";
import type { Call } from "./route.ts";

/** Who reads a stream. `stillPermitted` is asked at every heartbeat: a token that was deleted reads nothing more. */
export type Reader = Pick<Call<undefined, undefined, undefined>, "request" | "response" | "stillPermitted">;

/** Server-sent events of operations, from the store: they survive a restart of the service. */
export interface EventStreams {
  serve(operation: OperationRow, reader: Reader): Promise<void>;
  /** Ends every stream; clients come back with their last id. */
  close(): void;
}

/** Proxies drop a silent connection after 30 to 60 s. */
const heartbeatMs = 15_000;
/** Events hold old and new inputs of resources, up to some 100 KB each, and every reader has a batch of its own in flight. */
const batch = 50;
/** Streams of this process. A reader costs some 30 KB, as much again while it is slow. */
const capacity = 1_000;
/** A reader that takes nothing for so long is let go; it comes back with its last id. */
const stalledMs = 60_000;

export interface StreamOptions {
  readonly db: Db;
  readonly listener: Listener;
  readonly heartbeatMs?: number;
  readonly stalledMs?: number;
}

export function createEventStreams(options: StreamOptions): EventStreams {
  const { db, listener } = options;
  const open = new Map<string, Set<() => void>>();
  const reads = new Map<string, Map<number, Promise<EventRow[]>>>();
  const closing = new AbortController();
  let readers = 0;
  const unsubscribe = listener.subscribe(channels.events, (operationId) => {
    // What is being read may be older than what was told just now.
    if (operationId === undefined) reads.clear();
    else reads.delete(operationId);
    // Without an id something may have been missed: everybody looks.
    const wakers = operationId === undefined ? [...open.values()] : [open.get(operationId) ?? []];
    for (const set of wakers) for (const wake of set) wake();
  });

  /** Readers that are woken by the same notification share one look at the database. */
  function read(operationId: string, afterId: number): Promise<EventRow[]> {
    const ofOperation = reads.get(operationId) ?? new Map<number, Promise<EventRow[]>>();
    const shared = ofOperation.get(afterId);
    if (shared !== undefined) return shared;
    reads.set(operationId, ofOperation);
    const own = listEvents(db, operationId, afterId, batch).finally(() => {
      ofOperation.delete(afterId);
      if (ofOperation.size === 0 && reads.get(operationId) === ofOperation) reads.delete(operationId);
    });
    ofOperation.set(afterId, own);
    return own;
  }

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

  async function serve(operation: OperationRow, { request, response, stillPermitted }: Reader): Promise<void> {
    let lastId = lastEventId(request, operation);
    if (readers >= capacity) {
      throw new Problem("unavailable", `This service streams to ${capacity} readers already. Try again in a moment.`, {
        headers: { "Retry-After": "10" },
      });
    }
    readers += 1;
    const signal = signalOf(operation.id);
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const ended = AbortSignal.any([gone.signal, closing.signal]);
    ended.addEventListener("abort", signal.wake, { once: true });
    const heartbeat = setInterval(() => {
      // While the database can't be asked, the reader hears nothing new either.
      stillPermitted().then(
        (permitted) => permitted || gone.abort(),
        () => undefined,
      );
      if (!response.headersSent || response.writableNeedDrain) return;
      response.write(": heartbeat\n\n");
      // Should a notification ever be lost, its events are late, not missing.
      signal.wake();
    }, options.heartbeatMs ?? heartbeatMs);
    try {
      let events = await read(operation.id, lastId);
      if (events.length === 0 && isFinal(operation.status)) {
        response.status(204).end();
        return;
      }
      response.status(200).set({ "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" });
      if (request.method === "HEAD") return;
      response.write("retry: 1000\n\n");
      while (!ended.aborted) {
        for (const event of events) {
          lastId = event.id;
          if (!response.write(render(event)) && !(await drained(response, ended))) return;
          if (isLast(event)) return;
        }
        if (events.length < batch) await signal.take();
        if (!ended.aborted) events = await read(operation.id, lastId);
      }
    } finally {
      readers -= 1;
      clearInterval(heartbeat);
      signal.end();
      response.end();
    }
  }

  /** Waits until the reader has taken what it was sent. One that takes nothing is cut off. */
  async function drained(response: Response, ended: AbortSignal): Promise<boolean> {
    const patience = AbortSignal.timeout(options.stalledMs ?? stalledMs);
    try {
      await once(response, "drain", { signal: AbortSignal.any([ended, patience]) });
      return true;
    } catch {
      if (patience.aborted) response.destroy();
      return false;
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

/**
 * The id after which the reader wants to go on.
 *
 * @throws Problem 400 where the operation has no such event, 410 where what follows it has been removed for its age
 */
function lastEventId(request: Request, operation: OperationRow): number {
  const text = request.get("last-event-id") ?? "0";
  const id = /^\d{1,15}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
  if (id > operation.lastEventId) {
    throw invalidField("Last-Event-ID", "is not the id of an event of this operation", `0 to ${operation.lastEventId}`);
  }
  if (operation.trimmedAt !== null && id < operation.lastEventId) {
    throw new Problem(
      "events-expired",
      `Events of operation ${operation.id} were removed for their age. How it ended is at /operations/${operation.id}.`,
      { operationId: operation.id, instance: `/operations/${operation.id}` },
    );
  }
  return id;
}

function render({ id, type, at, data }: EventRow): string {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ at: at.toISOString(), ...data })}\n\n`;
}

function isLast({ type, data }: EventRow): boolean {
  return type === "status" && isFinal(data.status as OperationStatus);
}
