import type { Finding } from "../remediation.ts";
import { accountRegionOf } from "../repair.ts";

/** What a password policy shall have at least (length, earlier passwords), at most (days), or at all. Nothing is asked where it is `null`. */
export type Wanted = {
  readonly uppercase: boolean;
  readonly lowercase: boolean;
  readonly symbol: boolean;
  readonly number: boolean;
  readonly length: number | null;
  readonly reuse: number | null;
  readonly days: number | null;
};

/** An account's password policy, and what the control that found it asks for. */
export type PasswordTarget = { readonly accountId: string; readonly wanted: Wanted };

/** As IAM tells it (API reference, PasswordPolicy). */
export interface PasswordPolicy {
  readonly RequireUppercaseCharacters?: boolean | undefined;
  readonly RequireLowercaseCharacters?: boolean | undefined;
  readonly RequireSymbols?: boolean | undefined;
  readonly RequireNumbers?: boolean | undefined;
  readonly MinimumPasswordLength?: number | undefined;
  readonly PasswordReusePrevention?: number | undefined;
  readonly MaxPasswordAge?: number | undefined;
}

const NOTHING: Wanted = {
  ...{ uppercase: false, lowercase: false, symbol: false, number: false },
  ...{ length: null, reuse: null, days: null },
};

/** What each control asks for where nobody has set its parameters (Security Hub User Guide, "Security Hub CSPM controls for IAM"). */
const BY_CONTROL: Readonly<Record<string, Partial<Wanted>>> = {
  "IAM.7": { uppercase: true, lowercase: true, symbol: true, number: true, length: 8 },
  "IAM.11": { uppercase: true },
  "IAM.12": { lowercase: true },
  "IAM.13": { symbol: true },
  "IAM.14": { number: true },
  "IAM.15": { length: 14 },
  "IAM.16": { reuse: 24 },
  "IAM.17": { days: 90 },
};

/** The strictest of all, for a finding of no control that is known: a person has asked for it. */
const STRICT = Object.assign({}, ...Object.values(BY_CONTROL)) as Wanted;

/** The names that the parameters of IAM.7 have (the same page). */
const PARAMETERS = {
  RequireUppercaseCharacters: "uppercase",
  RequireLowercaseCharacters: "lowercase",
  RequireSymbols: "symbol",
  RequireNumbers: "number",
  MinimumPasswordLength: "length",
  PasswordReusePrevention: "reuse",
  MaxPasswordAge: "days",
} as const;

/** The password policy that a finding is about, with what its control asked for when it was found: the organization may have set its parameters. */
export function targetsOf(finding: Finding): readonly PasswordTarget[] {
  const { SecurityControlId: id = "", SecurityControlParameters: parameters = [] } = finding.Compliance ?? {};
  const wanted: Wanted = { ...NOTHING, ...(BY_CONTROL[id] ?? STRICT), ...setOf(parameters) };
  return accountRegionOf(finding).map(({ accountId }) => ({ accountId, wanted }));
}

type Parameters = NonNullable<NonNullable<Finding["Compliance"]>["SecurityControlParameters"]>;

function setOf(parameters: Parameters): Partial<Wanted> {
  const set: Record<string, boolean | number> = {};
  for (const { Name, Value } of parameters) {
    const [value = ""] = Value;
    const key = PARAMETERS[Name as keyof typeof PARAMETERS];
    if (key === undefined) continue;
    if (key === "length" || key === "reuse" || key === "days") {
      if (/^\d{1,4}$/.test(value)) set[key] = Number(value);
    } else if (/^(true|false)$/i.test(value)) {
      set[key] = value.toLowerCase() === "true";
    }
  }
  return set;
}

/** Whether a policy has what is asked for; an account without one has nothing of it. Pure. */
export function isEnough(policy: PasswordPolicy | null, wanted: Wanted): boolean {
  if (policy === null) return false;
  const { RequireUppercaseCharacters: uppercase, RequireLowercaseCharacters: lowercase } = policy;
  const { RequireSymbols: symbol, RequireNumbers: number } = policy;
  const { MinimumPasswordLength: length = 0, PasswordReusePrevention: reuse = 0, MaxPasswordAge: days = 0 } = policy;
  const has = { uppercase, lowercase, symbol, number };
  const isMixed = Object.entries(has).every(([name, is]) => is === true || !wanted[name as keyof typeof has]);
  const isLong = wanted.length === null || length >= wanted.length;
  const isNew = wanted.reuse === null || reuse >= wanted.reuse;
  // Without an age passwords never expire.
  return isMixed && isLong && isNew && (wanted.days === null || (days > 0 && days <= wanted.days));
}
