import { z } from "zod";

/** What the responder asks of the service: that the stack which owns a setting is deployed again. */
export const RepairMessage = z.object({
  /** The same when it is sent again: it has one effect. */
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/),
  /** Where the setting is not as it shall be. */
  accountId: z.string().regex(/^[0-9]{12}$/),
  /** Name of the manifest, by which the service knows whose stack it is. */
  remediation: z.string().regex(/^[a-z][a-z0-9-]{2,39}$/),
  /** Of the ledger. */
  incident: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/),
  /** What is wrong, in words. */
  reason: z
    .string()
    .min(1)
    .max(1000)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "has control characters"),
  at: z.iso.datetime({ offset: true }),
});
export type RepairMessage = z.infer<typeof RepairMessage>;
