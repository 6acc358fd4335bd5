import { z } from "zod";
import type { ResponseSettings, SettingMode } from "./decision.ts";

const MODE = z.enum(["off", "observe", "alert", "ask", "automatic"]);
const account = z.string().regex(/^\d{12}$/, "is no account id of twelve digits");
const instant = z.iso.datetime({ offset: true });
const name = z.string().regex(/^[a-z0-9-]{1,40}$/, "is no name of a remediation");
const count = z.int().min(0).max(100_000);
const reason = z.string().min(1).max(1000);

const freeze = z
  .strictObject({
    /** A unit, or the root. */
    organizationalUnit: z.string().regex(/^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$/, "is no id of a unit"),
    from: instant,
    until: instant,
    reason,
  })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), { path: ["until"], error: "is not after from" });

const acceptedRisk = z
  .strictObject({
    accountId: account.optional(),
    remediation: name.optional(),
    control: z.string().min(1).max(64).optional(),
    resource: z.string().min(1).max(2048).optional(),
    expires: instant,
    reason,
  })
  .refine(
    ({ accountId, remediation, control, resource }) =>
      [accountId, remediation, control, resource].some((one) => one !== undefined),
    { error: "names nothing, and would accept every risk: give an accountId, remediation, control or resource" },
  );

/**
 * What the organization has set for the response, in the parameter `<parameters>/policy`. Strict: a misspelled field would be a setting that does not
 * hold.
 */
export const ResponsePolicy = z.strictObject({
  /** By remediation; its manifest's where there is none. */
  modes: z.record(name, MODE).default({}),
  /** Changes in an hour, at most. */
  caps: z
    .strictObject({ account: count.default(20), control: count.default(50), action: count.default(20) })
    .prefault({}),
  /** How often an incident's remediation is begun by itself. */
  attempts: z.int().min(1).max(10).default(3),
  freezes: z.array(freeze).max(200).default([]),
  acceptedRisks: z.array(acceptedRisk).max(1000).default([]),
  /** ARN patterns of what nothing touches: break-glass roles, and whatever Bulwark has in other accounts than its own. */
  protected: z
    .array(
      z
        .string()
        .max(2048)
        .regex(/^arn:[^:]+:[^:]+:/, "is no pattern of ARNs: it begins with arn:<partition>:<service>:"),
    )
    .max(500)
    .default([]),
  /** Accounts of others that may be let in. */
  partnerAccounts: z.array(account).max(1000).default([]),
  /** Whom copies of evidence are shared with, and the key that they are encrypted with. */
  forensics: z.strictObject({ accountId: account, kmsKeyArn: z.string().regex(/^arn:[^:]+:kms:/) }).optional(),
  /** Until then every mode is at most observe. */
  observeUntil: instant.optional(),
  /** From which severity on a finding that no remediation answers needs a person. */
  tellFrom: z.enum(["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"]).default("HIGH"),
  /** Of the page of Bulwark, without a slash at its end: incidents are shown below it. */
  link: z
    .url({ protocol: /^https?$/ })
    .max(1000)
    .optional(),
});
export type ResponsePolicy = z.output<typeof ResponsePolicy>;

/** Stops every change while it is on; the parameter `<parameters>/kill-switch`, which is not there before it was first used. */
export const KillSwitch = z.strictObject({
  on: z.boolean(),
  reason: z.string().max(1000),
  by: z.string().max(200),
  at: instant,
});
export type KillSwitch = z.output<typeof KillSwitch>;

/** What an account's baseline tells of it, in the parameter `<account parameters>/<account id>`. */
export const AccountResponse = z.strictObject({
  owner: z.string().min(1).max(200).optional(),
  environment: z.string().min(1).max(200).optional(),
  remediations: z.record(name, z.strictObject({ atLeast: MODE.optional(), offUntil: instant.optional() })).default({}),
});
export type AccountResponse = z.output<typeof AccountResponse>;

/** What is known of an account of the organization when its finding is decided on. */
export interface AccountKnown {
  readonly id: string;
  /** Ids of all units above it. */
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
  const { modes, freezes, acceptedRisks, caps, attempts, tellFrom, observeUntil, link } = policy;
  return {
    killed: killSwitch?.on ?? false,
    accounts: account === undefined ? {} : { [account.id]: modesOf(account.response) },
    units: account === undefined ? {} : { [account.id]: account.units },
    ...{ modes, freezes, acceptedRisks, caps, attempts, tellFrom, observeUntil, link },
    protected: untouchable(policy, own),
  };
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

/** What nothing touches: Bulwark's own roles and resources, and what the policy names. Pure. */
export function untouchable(policy: Pick<ResponsePolicy, "protected">, own: readonly string[]): readonly string[] {
  return [...own, ...policy.protected];
}

/**
 * ARN patterns of what is Bulwark's own: its roles and their policies everywhere, where guardrails keep these names for Bulwark, and what bears its name in
 * the security account alone, since a team that named its bucket so would be out of reach else. Pure.
 */
export function ownPatterns(securityAccount: string): readonly string[] {
  return [
    "arn:*:iam::*:role/Bulwark*",
    "arn:*:iam::*:policy/Bulwark*",
    `arn:*:*:*:${securityAccount}:bulwark-*`,
    `arn:*:*:*:${securityAccount}:*/bulwark-*`,
    `arn:*:lambda:*:${securityAccount}:function:bulwark-*`,
    `arn:*:ssm:*:${securityAccount}:parameter/bulwark/*`,
  ];
}
