import { createParser } from "eventsource-parser";

/** An operation, as the service answers it. */
export interface Operation {
  readonly id: string;
  readonly kind: string;
  readonly target: { readonly stack?: string; readonly accountId?: string };
  readonly status: "queued" | "running" | "awaiting_approval" | "succeeded" | "failed" | "cancelled";
  readonly requestedBy: string;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly error?: { readonly detail: string; readonly remedy?: string };
  readonly changes?: Readonly<Partial<Record<"create" | "update" | "replace" | "delete" | "same", number>>>;
  readonly result?: { readonly resources?: number };
}

/** One event of an operation's stream. */
export interface OperationEvent {
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** A small client of Bulwark's API. */
export interface Client {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
  /** Changes a resource as it was read last: somebody's change in between is refused. */
  patch<T>(path: string, body: object): Promise<T>;
  /** Follows an operation to its end, across reconnections, and answers its last state. */
  follow(operationId: string, onEvent: (event: OperationEvent) => void, signal?: AbortSignal): Promise<Operation>;
}

/** Makes a client for a service and a bearer token. */
export function createClient(url: string, token: string): Client {
  const authorization = { authorization: `Bearer ${token}` };

  async function call<T>(method: string, path: string, body?: object, more: Record<string, string> = {}): Promise<T> {
    const answer = await fetch(url + path, {
      method,
      headers: { ...authorization, ...more, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) {
      const problem = text.startsWith("{") ? (JSON.parse(text) as { detail?: string }) : {};
      throw new Error(`${method} ${path} answered ${answer.status}: ${problem.detail ?? text.slice(0, 500)}`);
    }
    return JSON.parse(text) as T;
  }

  async function stream(
    operationId: string,
    lastId: string,
    onEvent: (id: string, event: OperationEvent) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const answer = await fetch(`${url}/operations/${operationId}/events`, {
      headers: { ...authorization, accept: "text/event-stream", ...(lastId === "" ? {} : { "last-event-id": lastId }) },
      ...(signal === undefined ? {} : { signal }),
    });
    if (!answer.ok || answer.body === null) throw new Error(`following operation ${operationId}: ${answer.status}`);
    const parser = createParser({
      onEvent: ({ id, event, data }) =>
        onEvent(id ?? "", { type: event ?? "message", data: JSON.parse(data) as Record<string, unknown> }),
    });
    const decoder = new TextDecoder();
    for await (const chunk of answer.body) parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
  }

  return {
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    async patch(path, body) {
      const { headers } = await fetch(url + path, { headers: authorization });
      return call("PATCH", path, body, { "if-match": headers.get("etag") ?? "" });
    },
    async follow(operationId, onEvent, signal) {
      let lastId = "";
      for (;;) {
        await stream(
          operationId,
          lastId,
          (id, event) => {
            if (id !== "") lastId = id;
            onEvent(event);
          },
          signal,
        ).catch((error: unknown) => {
          if (signal?.aborted) throw error;
        });
        const operation = await call<Operation>("GET", `/operations/${operationId}`);
        if (!["queued", "running", "awaiting_approval"].includes(operation.status)) return operation;
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    },
  };
}
