import { principalsOf } from "../iam-principal.ts";
import type { Decision, Facts, Finding } from "../remediation.ts";
import { refusalToTouch } from "../text-pattern.ts";

/** A role of an account. */
export type Target = { readonly accountId: string; readonly roleName: string };

/** The role's ARN with its path. */
export type Circumstances = { readonly roleArn: string };

/**
 * Paths of roles that AWS alone changes: of services (IAM User Guide, "Create a service-linked role") and of permission sets (IAM Identity
 * Center User Guide, "Referencing permission sets in resource policies, Amazon EKS cluster config maps, and AWS KMS key policies").
 */
const KEPT_BY_AWS: Readonly<Record<string, string>> = {
  "aws-service-role/": "it is linked to a service; end its sessions in that service",
  "aws-reserved/": "it is of a permission set; take the assignment away in IAM Identity Center",
};

/** The roles that a finding names, or whose sessions it names, each once. Pure. */
export function targetsOf(finding: Finding): readonly Target[] {
  const names = new Set(principalsOf(finding).flatMap(({ kind, name }) => (kind === "role" ? [name] : [])));
  return [...names].map((roleName) => ({ accountId: finding.AwsAccountId, roleName }));
}

/**
 * Denies all to sessions of before a time, and to every other one too. The first statement is how sessions are revoked (IAM User Guide, "Revoke
 * IAM role temporary security credentials"): whoever takes the second out of it by hand, to let the role work again, leaves those revoked.
 */
export function quarantine(before: Date): string {
  const deny = { Effect: "Deny", Action: "*", Resource: "*" };
  const Condition = { DateLessThan: { "aws:TokenIssueTime": before.toISOString() } };
  const Statement = [
    { Sid: "OlderSessions", ...deny, Condition },
    { Sid: "Quarantine", ...deny },
  ];
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

/**
 * The inline policy of the quarantine, but for roles that nothing touches and those that only AWS can change. One that is in place stays,
 * whenever it was put: it denies everything. Pure.
 *
 * @param policy the text of the policy of that name that the role has, or null
 */
export function decide(
  policy: string | null,
  _target: Target,
  facts: Facts,
  { roleArn }: Circumstances,
): Decision<string | null> {
  if (policy !== null && isQuarantine(policy)) return { kind: "nothing" };
  const path = roleArn.slice(roleArn.indexOf(":role/") + ":role/".length);
  const kept = Object.entries(KEPT_BY_AWS).find(([beginning]) => path.startsWith(beginning));
  if (kept !== undefined) return { kind: "refuse", why: `${roleArn} can't be quarantined: ${kept[1]}` };
  return refusalToTouch(roleArn, facts) ?? { kind: "change", to: quarantine(facts.now) };
}

const TIME = /"aws:TokenIssueTime":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"/;

function isQuarantine(text: string): boolean {
  const time = new Date(TIME.exec(text)?.[1] ?? Number.NaN);
  return !Number.isNaN(time.getTime()) && quarantine(time) === text;
}
