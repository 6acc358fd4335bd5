import type { Problem } from "../problem.ts";

/** How the security account's Security Hub sees an account that it invites, by region: `Invited`, `Enabled`, ...; missing where it knows none. */
export type Invitations = Readonly<Record<string, string>>;

/** States after which AWS needs another invitation (Security Hub API, Member). */
const ENDED = ["Removed", "Resigned", "Created", "Deleted"];

/** What stands against the baseline of an account outside of the organization: it can accept only where it was invited. */
export function invitationProblems(found: Invitations, accountId: string, regions: readonly string[]): Problem[] {
  return regions
    .filter((region) => found[region] === undefined)
    .map((region) => ({
      region,
      service: "securityhub.amazonaws.com",
      message: `account ${accountId} has no invitation to Security Hub in ${region}: the admin stack has not invited it yet`,
      remedy:
        'Deploy the admin stack with POST /admin/deployments, with {"refresh": true} where it has invited the account before, wait until it has succeeded, then run the operation again.',
    }));
}

/** The regions where an account was invited that is not associated, and has no invitation any more. */
export function endedInvitations(found: Invitations): readonly string[] {
  return Object.keys(found).filter((region) => ENDED.includes(found[region] ?? ""));
}
