import { z } from "zod";
import { receiverAddress, secretReference } from "../secret-reference.ts";

/** The parameter `<parameters>/splunk`. */
export const SplunkSettings = z.strictObject({
  /** Of the HTTP Event Collector, without a path. */
  address: receiverAddress,
  destination: z.strictObject({
    source: z.string().min(1).max(200).default("bulwark"),
    sourcetype: z.string().min(1).max(200).default("aws:securityhub:finding"),
    /** The token's default where there is none. */
    index: z.string().min(1).max(200).optional(),
  }),
  /** Where the collector's token is kept. */
  token: secretReference,
  /** Whether the token has indexer acknowledgment: what is not indexed in time comes again then. */
  acknowledge: z.boolean().default(false),
});
export type SplunkSettings = z.output<typeof SplunkSettings>;
