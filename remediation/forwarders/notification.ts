import { z } from "zod";
import { readFinding } from "../response/finding.ts";
import { type AccountFacts, incidentMessage } from "../response/incident-message.ts";
import { type Incident, incidentSchema } from "./incident.ts";

const envelope = z.object({ Type: z.literal("Notification"), Message: z.string() });
const event = z.object({ source: z.literal("aws.securityhub"), "detail-type": z.string() });

/** An incident of a queue's record, or why it is none. */
export type Notified =
  | { readonly ok: true; readonly incident: Incident }
  | { readonly ok: false; readonly why: string };

const UNKNOWN: AccountFacts = { owner: null, environment: null };

/**
 * The incident in the body of an SQS message: that of an SNS topic, as a notification (Amazon SNS Developer Guide, "Amazon SNS message and JSON
 * formats") or raw. An event of Security Hub is an incident that was found and no more: that people hear of it does not depend on the response.
 * Never throws.
 */
export function notified(body: string): Notified {
  let given: unknown;
  let text = body;
  try {
    given = JSON.parse(body);
    const wrapped = envelope.safeParse(given);
    if (wrapped.success) {
      text = wrapped.data.Message;
      given = JSON.parse(text);
    }
  } catch {
    return { ok: false, why: "the message is no JSON" };
  }
  if (event.safeParse(given).success) {
    const read = readFinding(text);
    if (read.kind === "wrong") return { ok: false, why: read.reason };
    const known = { history: [], remediation: null, account: UNKNOWN, expiresAt: null, link: null };
    return { ok: true, incident: incidentMessage(read.finding, known) };
  }
  const incident = incidentSchema.safeParse(given);
  if (incident.success) return { ok: true, incident: incident.data };
  return { ok: false, why: `the message is no incident: ${z.prettifyError(incident.error).slice(0, 1000)}` };
}
