import { z } from "zod";
import { ControlId, SEVERITIES } from "../security-hub-settings.ts";
import { type ExtensionType, entryFields, regionRefusals } from "./extension.ts";

const some = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(10);

const AlertRouteEntry = z
  .strictObject({
    type: z.literal("alertRoute"),
    ...entryFields,
    severities: some(z.enum(SEVERITIES, { error: `must be one of ${SEVERITIES.join(", ")}` }))
      .optional()
      .meta({ description: "Left out: any severity." }),
    products: some(z.string().min(1).max(128))
      .optional()
      .meta({ description: "Names as findings have them, such as GuardDuty or Security Hub. Left out: any." }),
    controls: some(ControlId).optional().meta({ description: "Only findings of these controls." }),
    emails: some(z.email("must be an e-mail address"))
      .optional()
      .meta({ description: "SNS asks each address for confirmation." }),
    urls: some(
      z
        .url({ protocol: /^https$/, error: "must be an https:// URL" })
        // It is shown to whoever may read the account, and is in the audit log for good.
        .refine((url) => !/[@?#]/.test(url), "must hold no user, password or query: it is no secret"),
    )
      .optional()
      .meta({ description: "Without user, password or query. What answers there has to confirm the subscription." }),
    queues: some(
      z.string().regex(/^[\w-]{1,80}$/, "must be the name of a queue of the account, and not of a FIFO queue"),
    )
      .optional()
      .meta({ description: "SQS queues of the account in each of the regions; their policies must let SNS send." }),
  })
  .refine(({ emails, urls, queues }) => (emails ?? urls ?? queues) !== undefined, {
    message: "is missing, and so are urls and queues: nobody would get the alerts",
    path: ["emails"],
  });
export type AlertRouteEntry = z.infer<typeof AlertRouteEntry>;

/**
 * Open findings of the account, sent to whom its team says: a rule of the account's own event bus and a topic of the account, so that it
 * takes nothing away from the organization's alerts, which hang on another bus.
 */
export const alertRoute = {
  title: "Alert route",
  what: "Open findings of the account go to e-mail, HTTPS or SQS of its team as well, by an encrypted topic in the account.",
  schema: AlertRouteEntry,
  example: {
    type: "alertRoute",
    name: "on-call",
    severities: ["CRITICAL", "HIGH"],
    products: ["GuardDuty", "Security Hub"],
    emails: ["clearing-oncall@example.org"],
  },
  refusals: ({ regions }, settings) => regionRefusals(regions, settings),
} satisfies ExtensionType<AlertRouteEntry>;
