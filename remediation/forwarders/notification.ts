import { z } from "zod";
import { type Incident, incidentSchema } from "./incident.ts";

const envelope = z.object({ Type: z.literal("Notification"), Message: z.string() });

/** An incident of a queue's record, or why it is none. */
export type Notified =
  | { readonly ok: true; readonly incident: Incident }
  | { readonly ok: false; readonly why: string };

/**
 * The incident in the body of an SQS message: that of an SNS topic, as a notification (Amazon SNS Developer Guide, "Amazon SNS message and JSON
 * formats") or raw. Never throws.
 */
export function notified(body: string): Notified {
  let given: unknown;
  try {
    given = JSON.parse(body);
    const wrapped = envelope.safeParse(given);
    if (wrapped.success) given = JSON.parse(wrapped.data.Message);
  } catch {
    return { ok: false, why: "the message is no JSON" };
  }
  const incident = incidentSchema.safeParse(given);
  if (incident.success) return { ok: true, incident: incident.data };
  return { ok: false, why: `the message is no incident: ${z.prettifyError(incident.error).slice(0, 1000)}` };
}
