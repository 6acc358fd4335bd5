import {
  DisassociateMembersCommand as DisassociateFromGuardDuty,
  GetMembersCommand,
  GuardDutyClient,
} from "@aws-sdk/client-guardduty";
import { DisassociateMembersCommand as DisassociateFromHub, SecurityHubClient } from "@aws-sdk/client-securityhub";
import type { MembershipToEnd } from "../../programs/baseline/memberships.ts";
import { awsCodeOf, callAws } from "./call-error.ts";
import type { SessionCredentials } from "./session.ts";

/** What the relationship of an associated member is called, watched or not (GuardDuty API, Member). */
const ASSOCIATED = ["Enabled", "Disabled"];

export interface MembershipsEnd {
  /** The member that leaves. */
  readonly accountId: string;
  /** The administrator's account and a session in it: only the administrator may disassociate a member. */
  readonly security: { readonly accountId: string; readonly credentials: SessionCredentials };
  readonly memberships: readonly MembershipToEnd[];
  readonly endpoint?: string;
}

/** A membership that AWS does not let end, in AWS's words. */
export interface KeptMembership {
  readonly region: string;
  readonly service: "guardduty.amazonaws.com";
  readonly reason: string;
}

/**
 * Disassociates an account from the administrator's Security Hub and GuardDuty. A membership that has ended already is passed over
 * by AWS. Security Hub is left in no region while GuardDuty keeps the account in one. Throws `AwsCallError`.
 *
 * @returns what is kept: GuardDuty lets no account of the organization go while its auto-enable is `ALL` (GuardDuty API,
 * DisassociateMembers)
 */
export async function endMemberships(request: MembershipsEnd): Promise<readonly KeptMembership[]> {
  const { memberships } = request;
  const detectors = memberships.flatMap(({ region, guardDutyDetectorId: id }) =>
    id === undefined ? [] : { region, id },
  );
  const kept = (await Promise.all(detectors.map(({ region, id }) => leaveGuardDuty(request, region, id)))).flat();
  if (kept.length > 0) return kept;
  const hubs = memberships.filter(({ securityHub }) => securityHub);
  await Promise.all(hubs.map(({ region }) => leaveSecurityHub(request, region)));
  return [];
}

function clientSettings({ security, endpoint }: MembershipsEnd, region: string) {
  const { expiration: _, ...credentials } = security.credentials;
  return { region, credentials, maxAttempts: 6, ...(endpoint === undefined ? {} : { endpoint }) };
}

function place({ accountId, security }: MembershipsEnd, region: string, call: string) {
  return {
    activity: `ending the membership of account ${accountId}`,
    accountId: security.accountId,
    region,
    call,
  };
}

async function leaveSecurityHub(request: MembershipsEnd, region: string): Promise<void> {
  const client = new SecurityHubClient(clientSettings(request, region));
  try {
    await callAws(
      place(request, region, "securityhub:DisassociateMembers"),
      () => client.send(new DisassociateFromHub({ AccountIds: [request.accountId] })),
      // Not a member any more, or never was.
      ["ResourceNotFoundException"],
    );
  } finally {
    client.destroy();
  }
}

async function leaveGuardDuty(request: MembershipsEnd, region: string, DetectorId: string): Promise<KeptMembership[]> {
  const client = new GuardDutyClient(clientSettings(request, region));
  const AccountIds = [request.accountId];
  try {
    const refusal = await callAws(place(request, region, "guardduty:DisassociateMembers"), async () => {
      try {
        const answer = await client.send(new DisassociateFromGuardDuty({ DetectorId, AccountIds }));
        return answer.UnprocessedAccounts?.[0]?.Result;
      } catch (error) {
        // GuardDuty refuses either way, and an account that is no associated member in the same ways.
        if (awsCodeOf(error) === "BadRequestException") return (error as Error).message;
        throw error;
      }
    });
    if (refusal === undefined) return [];
    const { Members } = await callAws(place(request, region, "guardduty:GetMembers"), () =>
      client.send(new GetMembersCommand({ DetectorId, AccountIds })),
    );
    const associated = Members?.some(
      ({ AccountId, RelationshipStatus = "" }) =>
        AccountId === request.accountId && ASSOCIATED.includes(RelationshipStatus),
    );
    return associated === true ? [{ region, service: "guardduty.amazonaws.com", reason: refusal }] : [];
  } finally {
    client.destroy();
  }
}
