import type { Sought } from "../../programs/recovery/sought.ts";

/** The tags that the creating call gave to a resource. */
export function tagsOf({ inputs }: Sought): Readonly<Record<string, string>> {
  const { tags } = inputs;
  return typeof tags === "object" && tags !== null ? (tags as Record<string, string>) : {};
}

/**
 * Whether a resource has the tags that the creating call gave. One without them was made by somebody else. Only for types to which tags
 * are given by the call that makes them.
 */
export function isTagged(sought: Sought, live: Readonly<Record<string, string | undefined>> | undefined): boolean {
  return Object.entries(tagsOf(sought)).every(([name, value]) => live?.[name] === value);
}
