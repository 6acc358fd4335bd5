import type { RequestMessage } from "../../remediation/response/request-message.ts";

/** What a person can ask of an incident. */
export const REQUEST_KINDS = [
  "approve",
  "reject",
  "undo",
  "suppress",
  "acknowledge",
] as const satisfies readonly RequestMessage["kind"][];
export type RequestKind = RequestMessage["kind"];
