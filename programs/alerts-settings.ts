import { z } from "zod";

/** Severities that have a topic of their own. `low` takes LOW and INFORMATIONAL. */
export const ALERT_SEVERITIES = ["critical", "high", "medium", "low"] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** Days for which CloudWatch Logs can keep a log group (CloudWatch Logs API, PutRetentionPolicy). */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const Emails = z
  .array(z.email("must be an e-mail address"))
  .default([])
  .superRefine((addresses, context) => {
    for (const [index, address] of addresses.entries()) {
      if (addresses.indexOf(address) !== index) {
        context.addIssue({ code: "custom", path: [index], message: `names ${address} twice` });
      }
    }
  });

/** How findings leave the security account's event bus, and what watches over that. */
export const AlertsSettings = z.strictObject({
  enabled: z.boolean().default(true),
  /** Days for which the logs of deliveries are kept. */
  logRetentionDays: z
    .literal(RETENTION_DAYS, { error: `must be one of ${RETENTION_DAYS.join(", ")} (days)` })
    .default(365),
  /** Days for which queues keep what nobody takes. SQS takes up to 14. */
  messageRetentionDays: z.int().min(1).max(14).default(14),
  /**
   * Whether anything of somebody else's takes findings from the queues. The functions of `features.response` count by themselves. As long as
   * nothing takes them, queues fill and the alarms on their age and depth show it, but tell nobody: that is no news. What is lost on the way, undelivered or missing is told all the same.
   */
  queuesAreTaken: z.boolean().default(false),
  /** From where on a queue is an alarm. */
  thresholds: z
    .strictObject({
      /** Seconds that the oldest message has waited. */
      oldestMessageSeconds: z.int().min(60).max(1_209_600).default(900),
      /** Messages that wait. */
      waitingMessages: z.int().min(1).default(1000),
    })
    .prefault({}),
  /** The synthetic finding that shows that the chain works. */
  heartbeat: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Minutes between two of them. CloudWatch looks back over a day at most, two of them must fit. */
      everyMinutes: z.int().min(5).max(60).default(15),
    })
    .prefault({}),
  /**
   * Who gets e-mail, by topic. SNS asks each address for confirmation. `operations` says that the chain itself is ill:
   * without an address there, nobody hears of it.
   */
  subscriptions: z
    .strictObject({ critical: Emails, high: Emails, medium: Emails, low: Emails, operations: Emails })
    .prefault({}),
});
export type AlertsSettings = z.infer<typeof AlertsSettings>;
