import { z } from "zod";
import { readFinding } from "../response/finding.ts";
import { incidentOf } from "../response/incident.ts";
import { detectedMessage } from "../response/incident-message.ts";
import { over } from "../response/over.ts";
import type { Account } from "../response/responder.ts";
import { type Incident, incidentSchema } from "./incident.ts";

const envelope = z.object({ Type: z.literal("Notification"), Message: z.string() });
const raw = z.object({ source: z.literal("aws.securityhub"), "detail-type": z.string() });

/** An incident of a queue's record, nothing where what it tells of is over, or why it is none. */
export type Notified =
  | { readonly ok: true; readonly incident: Incident | null }
  | { readonly ok: false; readonly why: string };

/**
 * The incident in the body of an SQS message: that of an SNS topic, as a notification (Amazon SNS Developer Guide, "Amazon SNS message and JSON
 * formats") or raw. An event of Security Hub is one of which nothing more is known than that it was found: the first version of the incident
 * that the ledger has or will have of it. Rejects only where the account can't be looked up.
 *
 * @param account whose the accounts of such events are; without it, nobody's
 */
export async function notified(body: string, account?: (accountId: string) => Promise<Account>): Promise<Notified> {
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
  if (raw.safeParse(given).success) return await ofEvent(text, account);
  const incident = incidentSchema.safeParse(given);
  if (incident.success) return { ok: true, incident: incident.data };
  return { ok: false, why: `the message is no incident: ${z.prettifyError(incident.error).slice(0, 1000)}` };
}

async function ofEvent(
  text: string,
  account: ((accountId: string) => Promise<Account>) | undefined,
): Promise<Notified> {
  const read = readFinding(text);
  if (read.kind === "wrong") return { ok: false, why: read.reason };
  const { finding } = read;
  if (over(finding) !== undefined) return { ok: true, incident: null };
  const whose = (await account?.(finding.AwsAccountId)) ?? { owner: null, environment: null, units: [] };
  return { ok: true, incident: detectedMessage(incidentOf(finding).id, finding, whose) };
}
