import type { Value } from "./property.ts";

/** How the engine sends a value that is not known during a preview (`plugin.UnknownStringValue` of the Pulumi SDK). */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const kinds: ReadonlySet<string> = new Set([
  unknown,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Whether the value itself, not a member of it, is unknown. */
export function isUnknown(value: Value | undefined): boolean {
  return typeof value === "string" && kinds.has(value);
}

/** Whether the value or any member of it is unknown. */
export function hasUnknown(value: Value | undefined): boolean {
  if (value === null || typeof value !== "object") return isUnknown(value);
  return (Array.isArray(value) ? value : Object.values(value)).some(hasUnknown);
}
