import { principalsOf } from "../iam-principal.ts";
import type { UserKey } from "../iam-user.ts";
import type { Decision, Facts, Finding } from "../remediation.ts";
import { refusalToTouch } from "../text-pattern.ts";

/** A user of an account. */
export type Target = { readonly accountId: string; readonly userName: string };

/** The text of its inline policy of the quarantine, `null` where it has none, and its access keys by their ids. */
export type State = { readonly policy: string | null; readonly keys: readonly UserKey[] };

/** The user's ARN with its path. */
export type Circumstances = { readonly userArn: string };

/**
 * Denies all to the user, whether signed in to the console, by a key, or by a session that it was given before: those of GetSessionToken and
 * GetFederationToken can do no more than the user (IAM User Guide, "Permissions for GetSessionToken" and "for GetFederationToken"). Its
 * password stays as it is, because nobody could give it back. Sessions of roles that the user has assumed go on: they are the role's.
 */
export const QUARANTINE = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Sid: "Quarantine", Effect: "Deny", Action: "*", Resource: "*" }],
});

/** The users that a finding names, or whose keys or sessions it names, each once. Pure. */
export function targetsOf(finding: Finding): readonly Target[] {
  const names = new Set(principalsOf(finding).flatMap(({ kind, name }) => (kind === "user" ? [name] : [])));
  return [...names].map((userName) => ({ accountId: finding.AwsAccountId, userName }));
}

/** The policy in place and no key active, but for users that nothing touches. Pure. */
export function decide(
  { policy, keys }: State,
  _target: Target,
  facts: Facts,
  { userArn }: Circumstances,
): Decision<State> {
  if (policy === QUARANTINE && keys.every(({ status }) => status !== "Active")) return { kind: "nothing" };
  const off = keys.map((key): UserKey => (key.status === "Active" ? { ...key, status: "Inactive" } : key));
  return refusalToTouch(userArn, facts) ?? { kind: "change", to: { policy: QUARANTINE, keys: off } };
}
