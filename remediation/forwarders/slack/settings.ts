import { z } from "zod";
import { receiverAddress, secretReference } from "../secret-reference.ts";
import { escalationSchema } from "./escalation.ts";
import { peopleSchema } from "./interaction.ts";
import { routingSchema } from "./routing.ts";

const MINUTE = 60_000;

/** The parameter `<parameters>/slack`. */
export const SlackSettings = z.strictObject({
  routing: routingSchema,
  escalation: escalationSchema.default({}),
  people: peopleSchema.default([]),
  /** Where the bot token and the signing secret are kept. */
  token: secretReference,
  signingSecret: secretReference,
  /** Of a digest, in milliseconds. */
  period: z
    .int()
    .min(5 * MINUTE)
    .max(24 * 60 * MINUTE)
    .default(60 * MINUTE),
  /** Of Slack's API, where it is not Slack's: a proxy. */
  address: receiverAddress.optional(),
});
export type SlackSettings = z.output<typeof SlackSettings>;
