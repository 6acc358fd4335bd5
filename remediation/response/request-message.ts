import { z } from "zod";

/** What a person can ask for. */
export const REQUEST_KINDS = ["approve", "reject", "undo", "suppress", "acknowledge"] as const;

/** A person's request in the queue of requests. Who sends it has verified the person and the right to ask. */
export const RequestMessage = z.strictObject({
  /** The same when it is sent again: asked twice has one effect. */
  id: z.string().min(1).max(512),
  kind: z.enum(REQUEST_KINDS),
  incident: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/),
  /** A person's name. */
  who: z.string().min(1).max(200),
  source: z.enum(["api", "slack", "service-desk"]),
  at: z.iso.datetime({ offset: true }),
});
export type RequestMessage = z.output<typeof RequestMessage>;
