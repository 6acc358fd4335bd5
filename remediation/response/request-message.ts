import { z } from "zod";

/** What a person asks of an incident, from wherever they are. */
export const RequestMessage = z.object({
  /** The same when it is sent again: it has one effect. */
  id: z.string().min(1).max(256),
  kind: z.enum(["approve", "reject", "undo", "suppress", "acknowledge"]),
  /** Of the ledger. */
  incident: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/),
  /** A person's name. */
  who: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "has control characters"),
  source: z.enum(["api", "slack", "service-desk"]),
  at: z.iso.datetime({ offset: true }),
});
export type RequestMessage = z.infer<typeof RequestMessage>;
