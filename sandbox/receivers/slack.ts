import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { refused } from "./slack-blocks.ts";

/** A message as the receiver has it. */
export interface ReceivedMessage {
  readonly channel: string;
  readonly ts: string;
  /** `ts` of the message that it answers. */
  readonly thread: string | undefined;
  text: string;
  blocks: unknown;
  readonly metadata: { readonly event_type?: unknown; readonly event_payload?: unknown } | undefined;
  /** How often it was updated. */
  updates: number;
}

/** Only `user` saw it. */
export interface Whisper {
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  readonly blocks: unknown;
}

/** Slack being in order, not answering (503), or doing what it is asked and losing the answer. */
export type Health = "up" | "down" | "answers lost";

/** The part of Slack that a forwarder sees: it checks what it gets as Slack would, and keeps it. */
export interface SlackReceiver {
  /** Of the API: `http://127.0.0.1:<port>/api`. */
  readonly address: string;
  readonly messages: readonly ReceivedMessage[];
  readonly whispers: readonly Whisper[];
  /** Every call: method, and "ok", the error, or the status. */
  readonly calls: readonly { readonly method: string; readonly answer: string }[];
  /** Tokens that count; can be rotated. */
  readonly tokens: Set<string>;
  /** Channels that the app is in; `true` where it is archived. */
  readonly channels: Map<string, boolean>;
  health: Health;
  /** Deletes a message, as somebody in Slack may. */
  delete(ts: string): void;
  /** The signed request of a click on a button (Slack, "block_actions payload"): headers and body as they are sent. */
  click(
    ts: string,
    actionId: string,
    user: string,
  ): { readonly headers: Readonly<Record<string, string>>; readonly body: string };
  stop(): Promise<void>;
}

export interface SlackReceiverOptions {
  readonly now: () => Date;
  readonly tokens: readonly string[];
  readonly channels: readonly string[];
  readonly signingSecret: string;
  readonly port?: number;
}

/** Slack, "Rate limits": one message a second in a channel. Milliseconds. */
const INTERVAL = 1000;
const LARGEST_BODY = 1_000_000;

type Fields = Readonly<Record<string, unknown>>;
type Answer = { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: object };

const ok = (more: object = {}): Answer => ({ status: 200, body: { ok: true, ...more } });
const error = (code: string, messages: readonly string[] = []): Answer => ({
  status: 200,
  body: { ok: false, error: code, ...(messages.length > 0 ? { response_metadata: { messages } } : {}) },
});

/** Starts a receiver on 127.0.0.1, on a free port where none is given. */
export async function slackReceiver(options: SlackReceiverOptions): Promise<SlackReceiver> {
  const { now, signingSecret } = options;
  const messages: ReceivedMessage[] = [];
  const whispers: Whisper[] = [];
  const calls: { method: string; answer: string }[] = [];
  const lastPost = new Map<string, number>();
  const tokens = new Set(options.tokens);
  const channels = new Map(options.channels.map((id) => [id, false]));
  let counter = 0;

  const nextTs = (): string => `${Math.floor(now().getTime() / 1000)}.${String(++counter).padStart(6, "0")}`;
  const find = (channel: unknown, ts: unknown) => messages.find((one) => one.channel === channel && one.ts === ts);

  function inChannel(fields: Fields): { channel: string } | Answer {
    const { channel } = fields;
    if (typeof channel !== "string" || !channels.has(channel)) return error("channel_not_found");
    return channels.get(channel) === true ? error("is_archived") : { channel };
  }

  function paced(channel: string): Answer | undefined {
    const wait = (lastPost.get(channel) ?? Number.NEGATIVE_INFINITY) + INTERVAL - now().getTime();
    if (wait > 0) {
      const headers = { "retry-after": String(Math.ceil(wait / 1000)) };
      return { status: 429, headers, body: { ok: false, error: "ratelimited" } };
    }
    lastPost.set(channel, now().getTime());
    return undefined;
  }

  const methods: Readonly<Record<string, (fields: Fields) => Answer>> = {
    "chat.postMessage"(fields) {
      const place = inChannel(fields);
      if ("status" in place) return place;
      const { channel } = place;
      const limited = paced(channel);
      if (limited !== undefined) return limited;
      const refusal = refused(fields);
      if (refusal !== undefined) return error(refusal.error, refusal.messages);
      const { thread_ts: thread, metadata } = fields;
      if (thread !== undefined && find(channel, thread) === undefined) return error("thread_not_found");
      if (metadata !== undefined && !isMetadata(metadata)) return error("invalid_metadata_format");
      const ts = nextTs();
      const text = String(fields.text ?? "");
      const made = {
        channel,
        ts,
        thread: thread === undefined ? undefined : String(thread),
        text,
        blocks: fields.blocks,
        metadata,
        updates: 0,
      };
      messages.push(made);
      return ok({ channel, ts, message: { type: "message", ts, text } });
    },
    "chat.update"(fields) {
      const place = inChannel(fields);
      if ("status" in place) return place;
      const refusal = refused(fields);
      if (refusal !== undefined) return error(refusal.error, refusal.messages);
      const message = find(place.channel, fields.ts);
      if (message === undefined) return error("message_not_found");
      message.text = String(fields.text ?? "");
      message.blocks = fields.blocks ?? message.blocks;
      message.updates++;
      return ok({ channel: place.channel, ts: message.ts, text: message.text });
    },
    "chat.postEphemeral"(fields) {
      const place = inChannel(fields);
      if ("status" in place) return place;
      const refusal = refused(fields);
      if (refusal !== undefined) return error(refusal.error, refusal.messages);
      if (typeof fields.user !== "string") return error("user_not_in_channel");
      whispers.push({
        channel: place.channel,
        user: fields.user,
        text: String(fields.text ?? ""),
        blocks: fields.blocks,
      });
      return ok({ message_ts: nextTs() });
    },
    "conversations.history"(fields) {
      const place = inChannel(fields);
      if ("status" in place) return place;
      return page(
        messages.filter(({ channel, thread }) => channel === place.channel && thread === undefined).toReversed(),
        fields,
      );
    },
    "conversations.replies"(fields) {
      const place = inChannel(fields);
      if ("status" in place) return place;
      if (find(place.channel, fields.ts) === undefined) return error("thread_not_found");
      return page(
        messages.filter(({ ts, thread }) => ts === fields.ts || thread === fields.ts),
        fields,
      );
    },
  };

  function answerTo(method: string, request: IncomingMessage, body: string): Answer {
    if (receiver.health === "down") return { status: 503, body: {} };
    const authorization = request.headers.authorization;
    if (authorization === undefined) return error("not_authed");
    if (!tokens.has(authorization.replace(/^Bearer /, ""))) return error("invalid_auth");
    const act = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (act === undefined) return error("unknown_method");
    const fields = fieldsOf(request.headers["content-type"] ?? "", body);
    return fields === undefined ? error("invalid_json") : act(fields);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = new URL(request.url ?? "/", "http://slack").pathname.replace(/^\/api\//, "");
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) {
      body += chunk;
      if (body.length > LARGEST_BODY) return void response.writeHead(413).end();
    }
    const answer = answerTo(method, request, body);
    const told = answer.body as { ok?: boolean; error?: string };
    calls.push({ method, answer: told.ok === true ? "ok" : (told.error ?? String(answer.status)) });
    if (receiver.health === "answers lost") return void response.destroy();
    response.writeHead(answer.status, { "content-type": "application/json; charset=utf-8", ...answer.headers });
    response.end(JSON.stringify(answer.body));
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((failure: unknown) =>
      response.destroy(failure instanceof Error ? failure : undefined),
    );
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const receiver: SlackReceiver = {
    address: `http://127.0.0.1:${port}/api`,
    messages,
    whispers,
    calls,
    tokens,
    channels,
    health: "up",
    delete(ts) {
      const at = messages.findIndex((one) => one.ts === ts);
      if (at !== -1) messages.splice(at, 1);
    },
    click(ts, actionId, user) {
      const message = messages.find((one) => one.ts === ts);
      const button = buttonsOf(message?.blocks).find((one) => one.action_id === actionId);
      if (message === undefined || button === undefined)
        throw new Error(`message ${ts} has no button ${actionId} to click on`);
      const timestamp = String(Math.floor(now().getTime() / 1000));
      const payload = {
        type: "block_actions",
        user: { id: user, username: user.toLowerCase(), team_id: "T0000000001" },
        team: { id: "T0000000001", domain: "bulwark" },
        channel: { id: message.channel, name: "alerts" },
        container: { type: "message", message_ts: ts, channel_id: message.channel, is_ephemeral: false },
        trigger_id: `${timestamp}.${++counter}`,
        actions: [{ type: "button", action_id: actionId, value: button.value, action_ts: nextTs() }],
      };
      const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
      const signature = `v0=${createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
      const headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signature,
      };
      return { headers, body };
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    },
  };
  return receiver;
}

function isMetadata(given: unknown): given is { event_type: string; event_payload: object } {
  if (typeof given !== "object" || given === null) return false;
  const { event_type: type, event_payload: payload } = given as Fields;
  return typeof type === "string" && typeof payload === "object" && payload !== null;
}

function fieldsOf(type: string, body: string): Fields | undefined {
  if (!type.startsWith("application/json")) return Object.fromEntries(new URLSearchParams(body));
  try {
    const given: unknown = JSON.parse(body);
    return typeof given === "object" && given !== null ? (given as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** A page of messages that are not older than `oldest`; the cursor is the place where the next begins. */
function page(
  all: readonly ReceivedMessage[],
  { oldest, limit, cursor, include_all_metadata: included }: Fields,
): Answer {
  const some = all.filter(({ ts }) => oldest === undefined || Number(ts) > Number(oldest));
  const from = Number(cursor ?? 0);
  const to = from + Number(limit ?? 100);
  return ok({
    messages: some.slice(from, to).map(({ ts, thread, text, metadata }) => ({
      type: "message",
      ts,
      text,
      ...(thread === undefined ? {} : { thread_ts: thread }),
      ...(included === "true" || included === true ? { metadata } : {}),
    })),
    has_more: to < some.length,
    response_metadata: { next_cursor: to < some.length ? String(to) : "" },
  });
}

function buttonsOf(blocks: unknown): readonly { readonly action_id: string; readonly value?: string }[] {
  if (!Array.isArray(blocks)) return [];
  return blocks.flatMap((block: { type?: unknown; elements?: unknown }) =>
    block.type === "actions" && Array.isArray(block.elements) ? block.elements : [],
  );
}
