import { principalsOf } from "../iam-principal.ts";
import type { UserKey } from "../iam-user.ts";
import type { Decision, Facts, Finding } from "../remediation.ts";
import { refusalToTouch } from "../text-pattern.ts";

/** What a control asks of a credential, with the days that are its default (Security Hub User Guide, "Security Hub CSPM controls for IAM"). */
const RULES = {
  "IAM.3": { by: "age", days: 90 },
  "IAM.8": { by: "use", days: 90 },
  "IAM.22": { by: "use", days: 45 },
} as const;

/** A user, and the control that its credentials fail. */
export type Target = { readonly accountId: string; readonly userName: string; readonly control: keyof typeof RULES };

/** The user's access keys by their ids. */
export type State = readonly UserKey[];

/** Times are in ISO 8601; `null` is what never was, or what IAM does not tell. */
export type Circumstances = {
  readonly userArn: string;
  readonly keys: readonly { readonly id: string; readonly created: string | null; readonly used: string | null }[];
  /** Null where the user has none. */
  readonly password: { readonly created: string | null; readonly used: string | null } | null;
  /** Allowed everything, without a password, and no other user is that has a usable credential. */
  readonly lastAdministrator: boolean;
};

const DAY_MS = 86_400_000;

/** The users that a finding of one of the controls names, each once; none where it is of another control. Pure. */
export function targetsOf(finding: Finding): readonly Target[] {
  const control = finding.Compliance?.SecurityControlId;
  if (!isRuled(control)) return [];
  const found = principalsOf(finding).filter(({ kind, accessKeyId }) => kind === "user" && accessKeyId === null);
  const names = new Set(found.map(({ name }) => name));
  return [...names].map((userName) => ({ accountId: finding.AwsAccountId, userName, control }));
}

function isRuled(control: string | undefined): control is keyof typeof RULES {
  return control !== undefined && Object.hasOwn(RULES, control);
}

/**
 * Active keys that are too old, or have not been used for too long, become inactive; one that was never used counts from the day it was made. A
 * password stays, because nobody could give it back: where one is what fails, a person is told. The last credential of the last
 * administrator stays too. Pure.
 */
export function decide(
  keys: State,
  { control, userName }: Target,
  facts: Facts,
  circumstances: Circumstances,
): Decision<State> {
  const rule = RULES[control];
  const days = (time: string) => (facts.now.getTime() - Date.parse(time)) / DAY_MS;
  const failsBy = ({ created, used }: { readonly created: string | null; readonly used: string | null }): boolean => {
    if (rule.by === "age") return created !== null && days(created) > rule.days;
    const times = [created, used].filter((time) => time !== null);
    return times.length > 0 && times.every((time) => days(time) >= rule.days);
  };
  const failing = new Set(circumstances.keys.filter(failsBy).map(({ id }) => id));
  const to = keys.map(
    (key): UserKey => (key.status === "Active" && failing.has(key.id) ? { ...key, status: "Inactive" } : key),
  );
  const { password, userArn, lastAdministrator } = circumstances;
  if (to.every(({ status }, at) => status === keys[at]?.status)) {
    const stale = rule.by === "use" && password !== null && failsBy(password);
    if (!stale) return { kind: "nothing" };
    const since = password.used === null ? "was never used" : `was last used on ${password.used.slice(0, 10)}`;
    const what = `the password of user ${userName} ${since}`;
    return (
      refusalToTouch(userArn, facts) ?? {
        kind: "refuse",
        why: `${what}; delete its login profile by hand, because it could not be given back`,
      }
    );
  }
  if (lastAdministrator && to.every(({ status }) => status !== "Active")) {
    return {
      kind: "refuse",
      why: `user ${userName} is the account's last administrator and would have no credential left; make another one first`,
    };
  }
  return refusalToTouch(userArn, facts) ?? { kind: "change", to };
}
