import { z } from "zod";
import type { Message } from "./message.ts";
import type { Pace } from "./pace.ts";
import { answered, ofToken, SlackError } from "./slack-error.ts";

export interface Post {
  /** Names the message for `find`, once and for all. */
  readonly key: string;
  /** `ts` of the message that it answers. */
  readonly thread?: string;
  /** Whether an answer shows in the channel too. */
  readonly broadcast?: boolean;
}

export interface SlackClient {
  /** Posts a message and tells its `ts`. */
  post(channel: string, message: Message, options: Post): Promise<string>;
  update(channel: string, ts: string, message: Message): Promise<void>;
  /** `ts` of the message with a key that was posted since, if it was. */
  find(channel: string, key: string, since: Date, thread?: string): Promise<string | undefined>;
  /** Tells one person in a channel something that nobody else sees. */
  whisper(channel: string, user: string, words: string): Promise<void>;
}

export interface ClientOptions {
  /** The bot token; `fresh` where the one of before was refused. */
  readonly token: (fresh: boolean) => Promise<string>;
  readonly pace: Pace;
  readonly now: () => Date;
  /** No wait goes beyond it. */
  readonly deadline: Date;
  readonly address?: string;
  /** Of one request, in milliseconds. */
  readonly timeout?: number;
}

const answerSchema = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  ts: z.string().optional(),
  messages: z
    .array(
      z.object({
        ts: z.string(),
        metadata: z.object({ event_payload: z.record(z.string(), z.unknown()).optional() }).optional(),
      }),
    )
    .optional(),
  response_metadata: z
    .object({ next_cursor: z.string().optional(), messages: z.array(z.string()).optional() })
    .optional(),
});
type Answer = z.infer<typeof answerSchema>;

const EVENT = "bulwark_told";
/** Clocks differ: a message may seem older than the note that it was to be posted. Milliseconds. */
const SKEW = 60_000;

/**
 * Slack's Web API over `fetch`. Five methods are needed, and their errors told apart, which is this file. `@slack/web-api` would do it too, but by
 * its defaults it repeats calls by itself, also a `chat.postMessage` whose answer was lost, which tells people twice, and waits inside a call for
 * longer than a Lambda lives. With both switched off, what remains of it is the URL and the types, and its queue and retry packages go into the zip
 * for nothing.
 *
 * Throws `SlackError`. After one that tells that Slack is down, a client fails at once: the Lambda's time is too short to wait for each message of
 * a batch.
 */
export function slackClient(options: ClientOptions): SlackClient {
  const { pace, deadline } = options;
  const request = requester(options);
  /** A call in a channel's turn, again after as long as Slack says where that is before the deadline. */
  async function paced(channel: string, activity: string, method: string, body: object): Promise<Answer> {
    for (;;) {
      await pace.turn(channel, deadline);
      try {
        return await request(activity, method, JSON.stringify(body), "application/json; charset=utf-8");
      } catch (error) {
        if (!(error instanceof SlackError) || error.wait === undefined) throw error;
        pace.hold(channel, error.wait);
      }
    }
  }
  return {
    async post(channel, message, { key, thread, broadcast }) {
      const activity = `posting ${key} to channel ${channel}`;
      const { ts } = await paced(channel, activity, "chat.postMessage", {
        channel,
        ...message,
        ...(thread === undefined ? {} : { thread_ts: thread, reply_broadcast: broadcast ?? false }),
        metadata: { event_type: EVENT, event_payload: { key } },
        parse: "none",
        link_names: false,
        unfurl_links: false,
        unfurl_media: false,
      });
      if (ts !== undefined) return ts;
      throw new SlackError("passing", "unreadable", `${activity}: Slack answers without ts`, { unsure: true });
    },
    async update(channel, ts, message) {
      // Without parse, chat.update treats text as what a person typed ("chat.update": parse).
      const body = { channel, ts, ...message, parse: "none", link_names: false };
      await paced(channel, `updating ${ts} in channel ${channel}`, "chat.update", body);
    },
    async find(channel, key, since, thread) {
      const oldest = ((since.getTime() - SKEW) / 1000).toFixed(6);
      const method = thread === undefined ? "conversations.history" : "conversations.replies";
      let cursor: string | undefined;
      do {
        const body = new URLSearchParams({
          channel,
          oldest,
          limit: "200",
          include_all_metadata: "true",
          ...(thread === undefined ? {} : { ts: thread }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        const activity = `looking for ${key} in channel ${channel}`;
        const answer = await request(activity, method, body.toString(), "application/x-www-form-urlencoded");
        const found = answer.messages?.find(({ metadata }) => metadata?.event_payload?.key === key);
        if (found !== undefined) return found.ts;
        cursor = answer.response_metadata?.next_cursor;
      } while (cursor !== undefined && cursor !== "");
      return undefined;
    },
    async whisper(channel, user, words) {
      const blocks = [{ type: "section", text: { type: "plain_text", text: words.slice(0, 3000) } }];
      await paced(channel, `telling ${user} in channel ${channel}`, "chat.postEphemeral", {
        channel,
        user,
        text: "Refused",
        blocks,
      });
    },
  };
}

/** One call, whose failures are `SlackError`s; with a token that is read again once where Slack refuses it. */
function requester({ token, address = "https://slack.com/api", timeout = 10_000 }: ClientOptions) {
  let down: SlackError | undefined;
  async function once(activity: string, method: string, body: string, type: string, fresh: boolean): Promise<Answer> {
    if (down !== undefined)
      throw new SlackError("passing", down.code, `${activity}: not tried, since Slack is down (${down.message})`);
    const headers = { authorization: `Bearer ${await token(fresh)}`, "content-type": type };
    const failed = (code: string, words: string, unsure: boolean, cause?: unknown) => {
      down = new SlackError("passing", code, `${activity}: ${words}`, { unsure, cause });
      return down;
    };
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${address}/${method}`, {
        method: "POST",
        headers,
        body,
        signal: AbortSignal.timeout(timeout),
        redirect: "error",
      });
      text = await response.text();
    } catch (error) {
      throw failed("unreachable", error instanceof Error ? error.message : String(error), !neverSent(error), error);
    }
    if (response.status === 429) {
      const seconds = Number(response.headers.get("retry-after"));
      // Without a number, as long as Slack's shortest limits last.
      const wait = (Number.isFinite(seconds) && seconds > 0 ? seconds : 30) * 1000;
      throw new SlackError("passing", "ratelimited", `${activity}: Slack wants a pause of ${wait / 1000} s`, { wait });
    }
    if (response.status >= 500)
      throw failed(`http_${response.status}`, `Slack answers with status ${response.status}`, true);
    const answer = read(text);
    if (answer === undefined)
      throw failed("unreadable", `Slack answers with status ${response.status} and no JSON of its API`, true);
    if (answer.ok) return answer;
    throw answered(activity, answer.error ?? "no error named", answer.response_metadata?.messages ?? []);
  }
  return async (activity: string, method: string, body: string, type: string): Promise<Answer> => {
    try {
      return await once(activity, method, body, type, false);
    } catch (error) {
      if (!ofToken(error)) throw error;
      return await once(activity, method, body, type, true);
    }
  };
}

function read(text: string): Answer | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Whether there was no connection at all: `fetch` gives the system's error as the cause. */
function neverSent(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return code === "ECONNREFUSED" || code === "ENOTFOUND" || code === "EAI_AGAIN";
}
