import { z } from "zod";
import { SEVERITIES } from "../forwarders/incident.ts";
import type { ResponseSettings, SettingMode } from "./decision.ts";

const instant = z.iso.datetime({ offset: true, error: "must be a time such as 2026-12-24T18:00:00Z" });
const accountId = z.string().regex(/^\d{12}$/, "must be an account id of twelve digits");
const reason = z.string().min(3).max(500);

const mode = z.enum(["off", "observe", "alert", "ask", "automatic"], {
  error: "must be one of off, observe, alert, ask, automatic",
});
/** Changes in an hour; zero changes nothing. */
const most = z.int().min(0).max(10_000);

/** Id of an organizational unit, or of the root (API reference of AWS Organizations, "Parent"). */
export const organizationalUnit = z
  .string()
  .regex(/^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/, "must be the id of an organizational unit or root");
const modes = z.record(z.string().min(1).max(40), mode);

const freeze = z
  .strictObject({
    organizationalUnit,
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
  modes: modes.default({}),
  /** The same for the accounts below a unit: what the nearest one says holds, and else what the organization does. */
  units: z.array(z.strictObject({ organizationalUnit, modes })).default([]),
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

/**
 * Stops every change while it is on: the parameter `<parameters>/kill-switch`, which is not there before it was first used. Who has set it and why is
 * known where it was set by the service; by hand `{"on": true}` is enough.
 */
export const KillSwitch = z.object({
  on: z.boolean(),
  reason: z.string().max(1000).optional(),
  by: z.string().max(256).optional(),
  at: instant.optional(),
});
export type KillSwitch = z.infer<typeof KillSwitch>;

/** What is known of an account of the organization when its finding is decided on. */
export interface AccountKnown {
  readonly id: string;
  /** Ids of all units above it, the nearest first. */
  readonly units: readonly string[];
  /** Undefined where its baseline tells nothing. */
  readonly response: AccountResponse | undefined;
}

/**
 * What decisions on findings of one account go by. Pure.
 *
 * @param account undefined where it is none of the organization: nothing is changed there
 * @param own ARN patterns of Bulwark's own, beside what the policy protects
 */
export function responseSettings(
  policy: ResponsePolicy,
  killSwitch: KillSwitch | undefined,
  account: AccountKnown | undefined,
  own: readonly string[],
): ResponseSettings {
  const { freezes, acceptedRisks, caps, attempts, tellFrom, observeUntil, link } = policy;
  const modes = Object.assign({}, policy.modes, ...unitModes(policy, account?.units ?? []));
  return {
    killed: killSwitch?.on ?? false,
    accounts: account === undefined ? {} : { [account.id]: modesOf(account.response) },
    units: account === undefined ? {} : { [account.id]: account.units },
    ...{ modes, freezes, acceptedRisks, caps, attempts, tellFrom, observeUntil, link },
    protected: [...own, ...policy.protected],
  };
}

/** What units say, the farthest first. */
function unitModes({ units }: Pick<ResponsePolicy, "units">, above: readonly string[]): ResponsePolicy["modes"][] {
  return above
    .toReversed()
    .flatMap((unit) => units.filter(({ organizationalUnit: id }) => id === unit).map((one) => one.modes));
}

function modesOf(response: AccountResponse | undefined): ResponseSettings["accounts"][string] {
  const modes: Record<string, { readonly atLeast?: SettingMode; readonly offUntil?: string }> = {};
  for (const [remediation, { atLeast, offUntil }] of Object.entries(response?.remediations ?? {})) {
    modes[remediation] = {
      ...(atLeast === undefined ? {} : { atLeast }),
      ...(offUntil === undefined ? {} : { offUntil }),
    };
  }
  return modes;
}

/**
 * ARN patterns of what is Bulwark's own or AWS's: roles and their policies everywhere, where guardrails keep these names for Bulwark, and what bears its
 * name in the security account alone, since a team that named its bucket so would be out of reach else. Buckets, whose ARNs have no account, are named by
 * the policy. Pure.
 */
export function ownPatterns(securityAccount: string): readonly string[] {
  return [
    "arn:*:iam::*:role/Bulwark*",
    "arn:*:iam::*:policy/Bulwark*",
    "arn:*:iam::*:role/aws-service-role/*",
    "arn:*:iam::*:role/OrganizationAccountAccessRole",
    `arn:*:*:*:${securityAccount}:bulwark-*`,
    `arn:*:*:*:${securityAccount}:*/bulwark-*`,
    `arn:*:lambda:*:${securityAccount}:function:bulwark-*`,
    `arn:*:ssm:*:${securityAccount}:parameter/bulwark/*`,
  ];
}
