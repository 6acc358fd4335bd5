import assert from "node:assert/strict";
import { createParser } from "eventsource-parser";

/** One event of an operation's stream. */
export interface OperationEvent {
  readonly id: number;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read events of every type.
  readonly data: any;
}

/** An answer of the service as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
  readonly body: any;
  readonly text: string;
}

/** An operation as the service answers it, read by tests. */
export interface Operation {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly how: string;
  readonly requestedBy: string;
  readonly target: { readonly stack: string; readonly accountId?: string };
  readonly changes?: Record<"create" | "update" | "replace" | "delete" | "same", number> & { readonly import?: number };
  // biome-ignore lint/suspicious/noExplicitAny: tests read results of every kind.
  readonly result?: any;
  // biome-ignore lint/suspicious/noExplicitAny: the same.
  readonly error?: any;
  readonly attempt?: number;
}

export interface CallOptions {
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string;
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
}

/** The service's API, asked as any client would. */
export interface Api {
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Asks for long work; answers the accepted operation. */
  accepted(method: string, path: string, body?: object): Promise<Operation>;
  /** Waits for the end of an operation, however it ends. */
  ended(operationId: string): Promise<Operation>;
  /** Asks for long work and waits until it has succeeded. */
  done(method: string, path: string, body?: object): Promise<Operation>;
  /** The events of an operation from its first, or what follows `lastEventId`, to its last. */
  events(operationId: string, lastEventId?: number): Promise<readonly OperationEvent[]>;
}

const POLL_MS = 150;

/** Makes a client; `url` is asked at every call, because a service that starts again listens elsewhere. */
export function createApi(url: () => string, token: string): Api {
  async function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const sent = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const answer = await fetch(url() + path, {
      method,
      headers: {
        ...(options.token === null ? {} : { authorization: `Bearer ${options.token ?? token}` }),
        ...(sent === undefined ? {} : { "content-type": "application/json" }),
        ...options.headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get("content-type") ?? "");
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : undefined, text };
  }

  async function accepted(method: string, path: string, body?: object): Promise<Operation> {
    const answer = await call(method, path, body === undefined ? {} : { body });
    assert.equal(answer.status, 202, `${method} ${path}: ${answer.text}`);
    assert.equal(answer.headers.get("location"), `/operations/${answer.body.id}`);
    return answer.body as Operation;
  }

  async function ended(operationId: string): Promise<Operation> {
    for (;;) {
      const { body } = await call("GET", `/operations/${operationId}`);
      if (["succeeded", "failed", "cancelled"].includes(body.status)) return body as Operation;
      await new Promise((settle) => setTimeout(settle, POLL_MS));
    }
  }

  return {
    call,
    accepted,
    ended,
    async done(method, path, body) {
      const operation = await ended((await accepted(method, path, body)).id);
      assert.equal(operation.status, "succeeded", `${method} ${path}: ${JSON.stringify(operation.error, null, 2)}`);
      return operation;
    },
    async events(operationId, lastEventId) {
      const answer = await fetch(`${url()}/operations/${operationId}/events`, {
        headers: {
          authorization: `Bearer ${token}`,
          ...(lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) }),
        },
      });
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get("content-type") ?? "", /^text\/event-stream/);
      const events: OperationEvent[] = [];
      const parser = createParser({
        onEvent: ({ id, event = "message", data }) =>
          events.push({ id: Number(id), type: event, data: JSON.parse(data) as unknown }),
      });
      parser.feed(await answer.text());
      return events;
    },
  };
}
