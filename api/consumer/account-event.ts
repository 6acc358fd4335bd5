import { z } from "zod";
import { AccountId } from "../../programs/identifiers.ts";

/** Where the events come from, and the name under which they ask for operations. */
export const eventSource = "aws.organizations";

/**
 * The EventBridge event of AWS Organizations that ends an account's creation, as its user guide shows it ("Logging and
 * monitoring in AWS Organizations", CreateAccountResult). Fields that AWS adds later are passed over.
 */
const CreateAccountResult = z.object({
  id: z.string().min(1).max(200),
  source: z.literal(eventSource),
  "detail-type": z.literal("AWS Service Event via CloudTrail"),
  detail: z.object({
    eventName: z.literal("CreateAccountResult"),
    serviceEventDetails: z.object({
      createAccountStatus: z.discriminatedUnion("state", [
        z.object({ state: z.literal("SUCCEEDED"), accountId: AccountId }),
        z.object({ state: z.literal("FAILED"), failureReason: z.string().optional() }),
      ]),
    }),
  }),
});

/** What an event says, as far as Bulwark minds. */
export type AccountEvent =
  | { readonly type: "created"; readonly eventId: string; readonly accountId: string }
  | { readonly type: "creation-failed"; readonly eventId: string; readonly reason: string };

/**
 * Reads the body of a message. Pure.
 *
 * @throws Error that names the first thing that is wrong: such a message is left for the dead-letter queue
 */
export function parseAccountEvent(body: string): AccountEvent {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Error("reading an account event: the body is not JSON");
  }
  const parsed = CreateAccountResult.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`reading an account event: ${issue?.path.join(".") || "body"}: ${issue?.message}`);
  }
  const { id: eventId, detail } = parsed.data;
  const status = detail.serviceEventDetails.createAccountStatus;
  return status.state === "SUCCEEDED"
    ? { type: "created", eventId, accountId: status.accountId }
    : { type: "creation-failed", eventId, reason: status.failureReason ?? "unknown" };
}
