import { principalsOf } from "../iam-principal.ts";
import type { KeyStatus } from "../iam-user.ts";
import type { Decision, Facts, Finding } from "../remediation.ts";
import { refusalToTouch } from "../text-pattern.ts";

/** A user's access key. */
export type Target = { readonly accountId: string; readonly userName: string; readonly accessKeyId: string };

/** Whose the key is. */
export type Circumstances = { readonly userArn: string };

/** Keys of users begin so, those of sessions with ASIA (IAM User Guide, "IAM identifiers", unique ID prefixes). */
const OF_A_USER = /^AKIA/;

/** The users' keys that a finding names; keys of sessions, of roles and of the root user are none. Pure. */
export function targetsOf(finding: Finding): readonly Target[] {
  const found = principalsOf(finding).flatMap(({ kind, name: userName, accessKeyId }): [string, Target][] =>
    kind === "user" && accessKeyId !== null && OF_A_USER.test(accessKeyId)
      ? [[accessKeyId, { accountId: finding.AwsAccountId, userName, accessKeyId }]]
      : [],
  );
  return [...new Map(found).values()];
}

/** An active key becomes inactive, but for the keys of users that nothing touches. Pure. */
export function decide(
  status: KeyStatus,
  _target: Target,
  facts: Facts,
  { userArn }: Circumstances,
): Decision<KeyStatus> {
  if (status !== "Active") return { kind: "nothing" };
  return refusalToTouch(userArn, facts) ?? { kind: "change", to: "Inactive" };
}
