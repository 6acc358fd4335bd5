import { z } from "zod";

/** What a person asks for, as it waits in the queue of requests. */
export const RequestMessage = z.strictObject({
  /** The same when it is sent again. */
  id: z.string().min(1).max(200),
  kind: z.enum(["approve", "reject", "undo", "suppress", "acknowledge"]),
  incident: z.string().regex(/^[0-9a-f]{32}$/),
  /** Who asks, by name. */
  who: z.string().min(1).max(200),
  source: z.enum(["api", "slack", "service-desk"]),
  at: z.iso.datetime({ offset: true }),
});
export type RequestMessage = z.infer<typeof RequestMessage>;

/** The request in a message, or undefined where it is none. Never throws. */
export function requestOf(body: string): RequestMessage | undefined {
  try {
    return RequestMessage.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
