import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { originForm } from "./wire.ts";

/** Headers that concern one connection only, and `expect`, which node has answered already. */
const OF_ONE_CONNECTION = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "expect",
]);

/** How much of an error's body is read for its code. */
const ERROR_BODY_BYTES = 4096;

export interface ProxyOutcome {
  readonly status: number;
  readonly errorCode?: string;
}

/** Passes calls on to a server on loopback, over connections that it keeps. */
export interface LoopbackProxy {
  /**
   * Sends the message on as it was signed (method, target, Host, header spelling) and its answer back.
   * `body` is what was already read of it; without it the body is streamed. `headers` (lower case) replace the
   * client's. What succeeded waits for `beforeAnswer` before it is answered. Rejects when the server can't be reached.
   */
  forward(
    message: IncomingMessage,
    response: ServerResponse,
    to: {
      readonly port: number;
      readonly body?: Buffer;
      readonly headers?: Readonly<Record<string, string>>;
      readonly beforeAnswer?: () => Promise<void>;
    },
  ): Promise<ProxyOutcome>;
  close(): void;
}

export function createProxy(): LoopbackProxy {
  // MiniStack closes idle connections after 75 s; the gateway does so first, or a call could meet the closing.
  const agent = new Agent({ keepAlive: true, timeout: 30_000, maxFreeSockets: 64 });
  return {
    forward: (message, response, to) =>
      new Promise((resolve, reject) => {
        const added = Object.entries(to.headers ?? {});
        const headers = endToEndHeaders(message.rawHeaders, new Set(added.map(([name]) => name)));
        headers.push(...added.flat());
        const chunked = message.headers["transfer-encoding"] !== undefined;
        if (chunked && to.body === undefined) headers.push("transfer-encoding", "chunked");
        if (chunked && to.body !== undefined) headers.push("content-length", String(to.body.length));
        const outgoing = httpRequest({
          agent,
          host: "127.0.0.1",
          port: to.port,
          method: message.method ?? "GET",
          path: originForm(message.url ?? "/"),
          headers,
          setHost: false,
        });
        outgoing.on("error", reject);
        outgoing.on("response", async (answer) => {
          const status = answer.statusCode ?? 502;
          // The server has done the call; a caller that leaves now can't undo it.
          answer.on("close", () => resolve({ status }));
          answer.on("error", (error) => response.destroy(error));
          if (status < 400) await to.beforeAnswer?.();
          response.writeHead(status, answer.statusMessage, endToEndHeaders(answer.rawHeaders));
          const start: Buffer[] = [];
          let size = 0;
          if (status >= 400) {
            answer.on("data", (chunk: Buffer) => {
              if (size < ERROR_BODY_BYTES) start.push(chunk);
              size += chunk.length;
            });
          }
          answer.on("end", () => resolve(outcome(status, answer, Buffer.concat(start).toString("utf8"))));
          answer.pipe(response);
        });
        response.on("close", () => {
          if (!response.writableEnded) outgoing.destroy();
        });
        if (to.body === undefined) message.pipe(outgoing);
        else outgoing.end(to.body);
      }),
    close: () => agent.destroy(),
  };
}

function outcome(status: number, answer: IncomingMessage, body: string): ProxyOutcome {
  if (status < 400) return { status };
  const header = answer.headers["x-amzn-errortype"];
  const code =
    (typeof header === "string" ? header.split(":")[0] : undefined) ??
    /<Code>([^<]+)<\/Code>/.exec(body)?.[1] ??
    /"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"/.exec(body)?.[1];
  return code === undefined ? { status } : { status, errorCode: code };
}

function endToEndHeaders(raw: readonly string[], replaced: ReadonlySet<string> = new Set()): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? "";
    const known = name.toLowerCase();
    if (!OF_ONE_CONNECTION.has(known) && !replaced.has(known)) kept.push(name, raw[i + 1] ?? "");
  }
  return kept;
}
