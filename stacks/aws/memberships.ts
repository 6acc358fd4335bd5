import { DisassociateMembersCommand as DisassociateFromGuardDuty, GuardDutyClient } from "@aws-sdk/client-guardduty";
import { DisassociateMembersCommand as DisassociateFromHub, SecurityHubClient } from "@aws-sdk/client-securityhub";
import type { MembershipToEnd } from "../../programs/baseline/memberships.ts";
import { callAws } from "./call-error.ts";
import type { SessionCredentials } from "./session.ts";

export interface MembershipsEnd {
  /** The member that leaves. */
  readonly accountId: string;
  /** The administrator's account and a session in it: only the administrator may disassociate a member. */
  readonly security: { readonly accountId: string; readonly credentials: SessionCredentials };
  readonly memberships: readonly MembershipToEnd[];
  readonly endpoint?: string;
}

/**
 * Disassociates an account from the administrator's Security Hub and GuardDuty. A membership that has ended already is passed over
 * by AWS. Throws `AwsCallError`.
 */
export async function endMemberships(request: MembershipsEnd): Promise<void> {
  await Promise.all(
    request.memberships.map(async (membership) => {
      if (membership.securityHub) await leaveSecurityHub(request, membership.region);
      if (membership.guardDutyDetectorId !== undefined) {
        await leaveGuardDuty(request, membership.region, membership.guardDutyDetectorId);
      }
    }),
  );
}

function clientSettings({ security, endpoint }: MembershipsEnd, region: string) {
  const { expiration: _, ...credentials } = security.credentials;
  return { region, credentials, maxAttempts: 6, ...(endpoint === undefined ? {} : { endpoint }) };
}

function place({ accountId, security }: MembershipsEnd, region: string, service: string) {
  return {
    activity: `ending the membership of account ${accountId}`,
    accountId: security.accountId,
    region,
    call: `${service}:DisassociateMembers`,
  };
}

async function leaveSecurityHub(request: MembershipsEnd, region: string): Promise<void> {
  const client = new SecurityHubClient(clientSettings(request, region));
  try {
    await callAws(
      place(request, region, "securityhub"),
      () => client.send(new DisassociateFromHub({ AccountIds: [request.accountId] })),
      // Not a member any more, or never was.
      ["ResourceNotFoundException"],
    );
  } finally {
    client.destroy();
  }
}

async function leaveGuardDuty(request: MembershipsEnd, region: string, DetectorId: string): Promise<void> {
  const client = new GuardDutyClient(clientSettings(request, region));
  try {
    // Accounts that are no associated members come back as unprocessed: nothing to end.
    await callAws(place(request, region, "guardduty"), () =>
      client.send(new DisassociateFromGuardDuty({ DetectorId, AccountIds: [request.accountId] })),
    );
  } finally {
    client.destroy();
  }
}
