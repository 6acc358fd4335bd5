import type { MrkdwnElement, PlainTextElement } from "@slack/types";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
/** Control characters, and marks that turn the direction of text: with either, a name could look like another, or fake a line of its own. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * Foreign text for Slack, at most `max` characters long and never empty: on one line, with `&`, `<` and `>` as entities (Slack, "Formatting text for
 * app surfaces"), so that it mentions nobody and links nothing. Cut between characters, never in an entity.
 */
export function fitted(foreign: string, max: number): string {
  const clean = foreign.toWellFormed().replaceAll(UNSEEN, " ").replaceAll(/ {2,}/g, " ").trim();
  let made = "";
  let cut = 0;
  for (const character of clean) {
    const next = ENTITIES[character] ?? character;
    if (made.length + next.length > max) return `${made.slice(0, cut)}…`;
    made += next;
    if (made.length < max) cut = made.length;
  }
  return made === "" ? "-" : made;
}

/** Text without formatting. */
export function plain(text: string, max: number): PlainTextElement {
  return { type: "plain_text", text: fitted(text, max), emoji: false };
}

/**
 * Formatted text that was made of fitted parts. `verbatim` keeps Slack from making links and mentions of what looks like such (Slack, "Text object").
 */
export function formatted(text: string): MrkdwnElement {
  return { type: "mrkdwn", text, verbatim: true };
}

/** A link with a text of our own. The address ends at `|` or `>`, so these are percent-encoded in it. */
export function link(address: string, words: string): string {
  const href = new URL(address).href.replaceAll("|", "%7C").replaceAll("<", "%3C").replaceAll(">", "%3E");
  return `<${href.replaceAll("&", "&amp;")}|${words}>`;
}

/** A moment that Slack shows in the reader's time zone (Slack, "Formatting text": dates), and in UTC where it can't. */
export function moment(at: string): string {
  const date = new Date(at);
  return `<!date^${Math.floor(date.getTime() / 1000)}^{date_short_pretty} {time}|${date.toISOString()}>`;
}
