import { z } from "zod";
import { SEVERITIES } from "../forwarders/incident.ts";

const instant = z.iso.datetime({ offset: true, error: "must be a time such as 2026-12-24T18:00:00Z" });
const accountId = z.string().regex(/^\d{12}$/, "must be an account id of twelve digits");
const reason = z.string().min(3).max(500);

const mode = z.enum(["off", "observe", "alert", "ask", "automatic"], {
  error: "must be one of off, observe, alert, ask, automatic",
});
/** Changes in an hour; zero changes nothing. */
const most = z.int().min(0).max(10_000);

const freeze = z
  .strictObject({
    organizationalUnit: z
      .string()
      .regex(
        /^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/,
        "must be the id of an organizational unit or root",
      ),
    from: instant,
    until: instant,
    reason,
  })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), {
    path: ["until"],
    error: "must come after from",
  });

const acceptedRisk = z
  .strictObject({
    accountId: accountId.optional(),
    remediation: z.string().min(1).max(40).optional(),
    control: z.string().min(1).max(64).optional(),
    resource: z.string().min(1).max(2048).optional(),
    expires: instant,
    reason,
  })
  .refine(({ accountId: account, remediation, control, resource }) => account ?? remediation ?? control ?? resource, {
    error: "must name an account, a remediation, a control or a resource: a risk of everything can't be accepted",
  });

/**
 * How far the response goes in the organization, as one parameter: a standard one has 4 KB, an advanced one 8. What says nothing changes
 * nothing: without modes each remediation has its manifest's, which is to observe.
 */
export const ResponsePolicy = z.strictObject({
  /** By remediation. */
  modes: z.record(z.string().min(1).max(40), mode).default({}),
  caps: z.strictObject({ account: most.default(20), control: most.default(50), action: most.default(20) }).prefault({}),
  /** How often a change is begun by itself. */
  attempts: z.int().min(1).max(10).default(3),
  freezes: z.array(freeze).default([]),
  acceptedRisks: z.array(acceptedRisk).default([]),
  /** Patterns (`*` is any text) of ARNs and ids that nothing touches: break-glass roles, and whatever must not change. Bulwark's own are always among them. */
  protected: z.array(z.string().min(3).max(2048)).default([]),
  /** Accounts of others that may be let in. */
  partnerAccounts: z.array(accountId).default([]),
  /** Whom copies of evidence are shared with, and the key that they are encrypted with. */
  forensics: z
    .strictObject({
      accountId,
      kmsKeyArn: z.string().regex(/^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[0-9a-f-]+$/, "must be a key's ARN"),
    })
    .optional(),
  /** Until then nothing goes further than to observe, whatever the modes say, unless a person asks. */
  observeUntil: instant.optional(),
  /** From this severity on a finding that nothing answers needs a person. */
  tellFrom: z.enum(SEVERITIES).default("HIGH"),
  /** Where incidents are shown, for links in messages. */
  link: z.url({ protocol: /^https?$/ }).optional(),
});
export type ResponsePolicy = z.infer<typeof ResponsePolicy>;

/**
 * What an account's baseline tells of it, in a parameter of its own: whose it is, for what, and what it says of remediations. What a later baseline
 * may tell besides is left out, so that functions of before can go on.
 */
export const AccountResponse = z.object({
  owner: z.string().min(1).optional(),
  environment: z.string().min(1).optional(),
  remediations: z
    .record(z.string().min(1).max(40), z.strictObject({ atLeast: mode.optional(), offUntil: instant.optional() }))
    .default({}),
});
export type AccountResponse = z.infer<typeof AccountResponse>;
