import { z } from "zod";
import { ReceiverAddress, SecretReference } from "../secret-reference.ts";
import { escalationSchema } from "./escalation.ts";
import { peopleSchema } from "./interaction.ts";
import { routingSchema } from "./routing.ts";

/** Who hears of what in Slack, who is called, and who may click. */
export const SlackSettings = z.strictObject({
  routing: routingSchema,
  escalation: escalationSchema.prefault({}),
  people: peopleSchema.default([]),
  /** Of the app's bot. */
  token: SecretReference,
  /** By which clicks are verified. */
  signingSecret: SecretReference,
  /** Minutes for which a digest collects. */
  digestMinutes: z.int().min(5).max(10_080).default(60),
  /** Of Slack's API, where it is reached by a proxy. */
  address: ReceiverAddress.optional(),
});
export type SlackSettings = z.infer<typeof SlackSettings>;
