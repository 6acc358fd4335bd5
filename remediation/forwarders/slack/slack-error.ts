/**
 * `passing`: the same call can work later. `configuration`: somebody has to change a setting (a channel, the token, a scope), and then it works.
 * `permanent`: this message will never be taken.
 */
export type Failure = "passing" | "configuration" | "permanent";

/** A call that Slack did not do, or of which nobody knows whether it did. */
export class SlackError extends Error {
  override readonly name = "SlackError";
  readonly failure: Failure;
  /** Slack's own word for it (`channel_not_found`), or `http_<status>`, `unreachable`, `unreadable`. */
  readonly code: string;
  /** Whether Slack may have done it all the same. */
  readonly unsure: boolean;
  /** Milliseconds until it makes sense to try again, where Slack said so. */
  readonly wait: number | undefined;

  constructor(
    failure: Failure,
    code: string,
    message: string,
    more: { unsure?: boolean; wait?: number; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? {} : { cause: more.cause });
    this.failure = failure;
    this.code = code;
    this.unsure = more.unsure ?? false;
    this.wait = more.wait;
  }
}

/**
 * Slack, "chat.postMessage", "chat.update", "conversations.history": errors. What is in no list can be new, and is tried again rather than thrown
 * away.
 */
const PASSING = [
  "ratelimited",
  "rate_limited",
  "message_limit_exceeded",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
];
const UNSURE = ["fatal_error", "internal_error"];
const PERMANENT = [
  "invalid_blocks",
  "invalid_blocks_format",
  "msg_blocks_too_long",
  "msg_too_long",
  "no_text",
  "too_many_attachments",
  "attachment_payload_limit_exceeded",
  "metadata_too_large",
  "invalid_metadata_format",
  "invalid_metadata_schema",
  "invalid_arguments",
  "invalid_json",
  "json_not_object",
  "invalid_charset",
];
/** The channel can't be used: another may. */
const CHANNEL = [
  "channel_not_found",
  "not_in_channel",
  "is_archived",
  "channel_is_archived",
  "restricted_action",
  "restricted_action_read_only_channel",
];
/** The token is not (or no longer) good: it may have been rotated since it was read. */
const TOKEN = ["invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"];
/** The message that was to be changed or answered is not there any more, or can't be changed. */
const GONE = ["message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"];

/** The error of an answer with `ok: false`. */
export function answered(activity: string, code: string, details: readonly string[]): SlackError {
  const words = `${activity}: Slack answers ${code}${details.length > 0 ? ` (${details.join("; ").slice(0, 500)})` : ""}`;
  if (PASSING.includes(code)) return new SlackError("passing", code, words);
  if (PERMANENT.includes(code)) return new SlackError("permanent", code, words);
  if (CHANNEL.includes(code)) {
    return new SlackError("configuration", code, `${words}: invite the app to the channel, or route to another`);
  }
  if (TOKEN.includes(code))
    return new SlackError("configuration", code, `${words}: put a valid bot token into the secret`);
  if (code === "missing_scope") {
    return new SlackError(
      "configuration",
      code,
      `${words}: give the app chat:write, channels:history and groups:history`,
    );
  }
  return new SlackError(GONE.includes(code) ? "configuration" : "passing", code, words, {
    unsure: UNSURE.includes(code),
  });
}

const has = (codes: readonly string[]) => (error: unknown) => error instanceof SlackError && codes.includes(error.code);
export const ofChannel = has(CHANNEL);
export const ofToken = has(TOKEN);
export const ofGone = has(GONE);
export const ofScope = has(["missing_scope"]);
