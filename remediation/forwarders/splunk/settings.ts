import { z } from "zod";
import { ReceiverAddress, SecretReference } from "../secret-reference.ts";

/** Which collector findings go to. */
export const SplunkSettings = z.strictObject({
  /** Of the HTTP Event Collector. */
  address: ReceiverAddress,
  token: SecretReference,
  destination: z
    .strictObject({
      source: z.string().min(1).default("bulwark"),
      sourcetype: z.string().min(1).default("aws:securityhub:finding"),
      index: z.string().min(1).optional(),
    })
    .prefault({}),
  /** Whether the token has indexer acknowledgment. */
  acknowledged: z.boolean().default(false),
});
export type SplunkSettings = z.infer<typeof SplunkSettings>;
