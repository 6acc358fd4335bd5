import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, createApi, type Operation, type OperationEvent } from "../e2e/api.ts";

/** A client as a careful one is written: it repeats with the same key what got no answer, at whichever service answers. */
export interface Client {
  /** The answer to a request, once some service gives one. Throws after three minutes without. */
  ask(method: string, path: string, body?: object): Promise<Answer>;
  /** Asks for long work; undefined where it is refused (409, 404), which the caller has to judge. */
  accepted(method: string, path: string, body?: object): Promise<Operation | undefined>;
  ended(operationId: string): Promise<Operation>;
  events(operationId: string): Promise<readonly OperationEvent[]>;
}

const PATIENCE_MS = 400_000;
const FINAL = ["succeeded", "failed", "cancelled"];

/** `urls` are asked anew at every attempt: a service that starts again listens elsewhere. */
export function createClient(urls: () => readonly string[], token: string): Client {
  let turn = 0;
  const apis = () => urls().map((url) => createApi(() => url, token));

  async function somewhere<Result>(what: string, act: (api: ReturnType<typeof createApi>) => Promise<Result>) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const answering = apis();
      const api = answering[turn++ % Math.max(1, answering.length)];
      try {
        if (api !== undefined) return await act(api);
      } catch (error) {
        if (Date.now() > deadline) throw new Error(`${what}: no service answered`, { cause: error });
      }
      if (Date.now() > deadline) throw new Error(`${what}: no service runs`);
      await sleep(250);
    }
  }

  async function ask(method: string, path: string, body?: object, key?: string): Promise<Answer> {
    const deadline = Date.now() + PATIENCE_MS;
    const headers = key === undefined ? {} : { "idempotency-key": key };
    const options = body === undefined ? { headers } : { headers, body };
    for (;;) {
      const answer = await somewhere(`${method} ${path}`, (api) => api.call(method, path, options));
      // 5xx: the service could not; 429: it would not just now; both say to come again. A key in flight ends soon.
      const again = answer.status >= 500 || answer.status === 429 || /idempotency-in-/.test(answer.body?.type ?? "");
      if (!again) return answer;
      if (Date.now() > deadline) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      await sleep(250);
    }
  }

  return {
    ask: (method, path, body) => ask(method, path, body),
    async accepted(method, path, body) {
      const answer = await ask(method, path, body, randomUUID());
      if (answer.status === 202) return answer.body as Operation;
      if (answer.status === 409 || answer.status === 404) return undefined;
      throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    },
    async ended(operationId) {
      for (;;) {
        const { status, body } = await ask("GET", `/operations/${operationId}`);
        if (status === 404) throw new Error(`operation ${operationId} was accepted and is unknown now`);
        if (FINAL.includes(body?.status)) return body as Operation;
        await sleep(300);
      }
    },
    events: (operationId) => somewhere(`events of ${operationId}`, (api) => api.events(operationId)),
  };
}
