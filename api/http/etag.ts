import { createHash } from "node:crypto";
import { invalidField, Problem } from "../problem.ts";

/** A strong entity tag (RFC 9110, 8.8.3) of a representation: the same bytes, the same tag. */
export function etagOf(body: string): string {
  return `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
}

/** What `If-Match` or `If-None-Match` holds: any, or a list of tags as they are written, weak ones with their `W/`. */
export type TagList = "*" | readonly string[];

const tag = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;

/** @throws Problem 400 that names the header */
export function parseTags(header: "If-Match" | "If-None-Match", value: string): TagList {
  if (value.trim() === "*") return "*";
  // What is left without the tags: commas, at least one between two tags.
  const rest = value.replaceAll(tag, "t").replaceAll(/[ \t]/g, "");
  if (/^,*t(?:,+t)*,*$/.test(rest)) return value.match(tag) ?? [];
  throw invalidField(
    header,
    "is not a list of entity tags",
    '"tag" as an ETag header gave it, several with commas, or *',
  );
}

/** The strong comparison, which `If-Match` takes (RFC 9110, 13.1.1): a weak tag never matches. */
export function matchesStrongly(tags: TagList, current: string): boolean {
  return tags === "*" || tags.includes(current);
}

/** The weak comparison, which `If-None-Match` takes (RFC 9110, 13.1.2). */
export function matchesWeakly(tags: TagList, current: string): boolean {
  return tags === "*" || tags.some((tag) => tag.replace(/^W\//, "") === current);
}

/**
 * Lets a write go on only in the state that its caller has seen.
 *
 * @param current the body with which GET answers the resource now
 * @throws Problem 412 with the current ETag
 */
export function requireMatch(ifMatch: string | undefined, current: object): void {
  if (ifMatch === undefined) return;
  const etag = etagOf(JSON.stringify(current));
  if (matchesStrongly(parseTags("If-Match", ifMatch), etag)) return;
  throw new Problem(
    "precondition-failed",
    `If-Match asks for another state: the resource has changed, its ETag is ${etag} now. GET it, look at what has changed, and ask again.`,
    { headers: { ETag: etag } },
  );
}
