import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** An event as Splunk would index it. */
export interface IndexedEvent {
  readonly time: number;
  readonly host: string;
  readonly index: string | undefined;
  readonly event: Readonly<Record<string, unknown>>;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A collector in order, busy (503), throttling (429), or taking events and losing the answer. */
export type SplunkHealth = "up" | "busy" | "throttling" | "answers lost";

/** The part of Splunk that a forwarder sees: it checks what it gets as a HTTP Event Collector would, and keeps it. */
export interface SplunkReceiver {
  readonly address: string;
  readonly indexed: readonly IndexedEvent[];
  /** Every request: its path and the answer's status. */
  readonly requests: readonly { readonly path: string; readonly status: number; readonly gzip: boolean }[];
  readonly tokens: Set<string>;
  health: SplunkHealth;
  /** Whether acks are told as indexed; false while the indexers lag. */
  indexing: boolean;
  /** Refuses events for which it is true, as Splunk refuses what its parser can't read. */
  refuse: (event: Readonly<Record<string, unknown>>) => boolean;
  stop(): Promise<void>;
}

export interface SplunkReceiverOptions {
  readonly tokens: readonly string[];
  readonly acks?: boolean;
  readonly port?: number;
  /** `max_content_length`, in bytes. */
  readonly maxContentLength?: number;
}

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const refusal = (status: number, code: number, text: string, event?: number): Answer => ({
  status,
  body: { text, code, ...(event === undefined ? {} : { "invalid-event-number": event }) },
});

/** Starts a receiver on 127.0.0.1, on a free port where none is given. */
export async function splunkReceiver(options: SplunkReceiverOptions): Promise<SplunkReceiver> {
  const { acks = false, maxContentLength = 1_000_000 } = options;
  const indexed: IndexedEvent[] = [];
  const requests: { path: string; status: number; gzip: boolean }[] = [];
  const acked = new Map<string, Set<number>>();
  let ackIds = 0;

  const collect = (body: Buffer, channel: string | undefined): Answer => {
    if (body.length > maxContentLength) return refusal(413, 27, "Request entity too large");
    if (body.length === 0) return refusal(400, 5, "No data");
    const events: IndexedEvent[] = [];
    // JSON escapes line breaks within texts, so that a line is an event of this sender.
    for (const [at, line] of body.toString("utf8").split("\n").entries()) {
      const read = eventOf(line);
      if (!("time" in read)) return refusal(400, read.code, read.text, at);
      if (receiver.refuse(read.event)) return refusal(400, 6, "Invalid data format", at);
      events.push(read);
    }
    indexed.push(...events);
    if (channel === undefined) return { status: 200, body: { text: "Success", code: 0 } };
    const ackId = ackIds++;
    acked.set(channel, (acked.get(channel) ?? new Set()).add(ackId));
    return { status: 200, body: { text: "Success", code: 0, ackId } };
  };

  const ack = (body: Buffer, channel: string): Answer => {
    const asked = parsed(body.toString("utf8"));
    const ids = isRecord(asked) && Array.isArray(asked.acks) ? asked.acks : undefined;
    if (ids === undefined) return refusal(400, 6, "Invalid data format");
    const known = acked.get(channel);
    // A status that was told as true is forgotten, as Splunk does.
    const told = ids.map((id): [string, boolean] => [
      String(id),
      receiver.indexing && known?.delete(Number(id)) === true,
    ]);
    return { status: 200, body: { acks: Object.fromEntries(told) } };
  };

  const answer = (path: string, request: IncomingMessage, body: Buffer): Answer => {
    const authorization = request.headers.authorization ?? "";
    if (authorization === "") return refusal(401, 2, "Token is required");
    if (!authorization.startsWith("Splunk ")) return refusal(401, 3, "Invalid authorization");
    if (!receiver.tokens.has(authorization.slice("Splunk ".length))) return refusal(403, 4, "Invalid token");
    if (receiver.health === "busy") return refusal(503, 9, "Server is busy");
    if (receiver.health === "throttling")
      return { ...refusal(429, 26, "Queue at capacity"), headers: { "retry-after": "1" } };
    const channel = request.headers["x-splunk-request-channel"];
    if (acks && typeof channel !== "string") return refusal(400, 10, "Data channel is missing");
    if (typeof channel === "string" && !GUID.test(channel)) return refusal(400, 11, "Invalid data channel");
    const given = typeof channel === "string" && acks ? channel : undefined;
    if (path === "/services/collector/event") return collect(body, given);
    if (path !== "/services/collector/ack") return refusal(404, 404, "The requested URL was not found on this server.");
    return given === undefined ? refusal(400, 14, "ACK is disabled") : ack(body, given);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? "";
    const gzip = request.headers["content-encoding"] === "gzip";
    const given = Buffer.concat(chunks);
    const { status, body, headers } = answer(path, request, gzip ? gunzipSync(given) : given);
    requests.push({ path, status, gzip });
    if (receiver.health === "answers lost") return void response.destroy();
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const receiver: SplunkReceiver = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    indexed,
    requests,
    tokens: new Set(options.tokens),
    health: "up",
    indexing: true,
    refuse: () => false,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return receiver;
}

function eventOf(line: string): IndexedEvent | { code: number; text: string } {
  const read = parsed(line);
  if (!isRecord(read)) return { code: 6, text: "Invalid data format" };
  const { time, host, index, event, fields = {} } = read;
  if (event === undefined) return { code: 12, text: "Event field is required" };
  if (event === null || event === "") return { code: 13, text: "Event field cannot be blank" };
  if (typeof time !== "number" || time <= 0 || typeof host !== "string" || !isRecord(event)) {
    return { code: 6, text: "Invalid data format" };
  }
  // "fields" is flat: a nested object is refused.
  if (!isRecord(fields) || Object.values(fields).some((value) => isRecord(value))) {
    return { code: 15, text: "Error in handling indexed fields" };
  }
  return { time, host, index: typeof index === "string" ? index : undefined, event, fields };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
