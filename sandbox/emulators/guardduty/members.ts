import type {
  AccountDetail,
  CreateMembersRequest,
  CreateMembersResponse,
  DeleteMembersRequest,
  DeleteMembersResponse,
  DisassociateMembersRequest,
  DisassociateMembersResponse,
  GetMembersRequest,
  GetMembersResponse,
  ListMembersRequest,
  ListMembersResponse,
  Member,
  StartMonitoringMembersRequest,
  StopMonitoringMembersRequest,
  UnprocessedAccount,
} from "@aws-sdk/client-guardduty";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { enroll, obstacle } from "./enrollment.ts";
import { listPage } from "./pages.ts";
import { rejected } from "./rejections.ts";
import { administratorOf, type GuardDuty, isAssociated, type Membership, now, ownPlace, type Place } from "./state.ts";

export const notAssociated =
  "The request is rejected because the given account ID is not an associated member of account the current account.";

/** Runs `act` for each account; what it returns is why that account was not processed. */
export async function each(
  accountIds: readonly string[] | undefined,
  act: (accountId: string) => string | undefined | Promise<string | undefined>,
): Promise<{ UnprocessedAccounts: UnprocessedAccount[] }> {
  const UnprocessedAccounts: UnprocessedAccount[] = [];
  for (const AccountId of accountIds ?? []) {
    const Result = await act(AccountId);
    if (Result !== undefined) UnprocessedAccounts.push({ AccountId, Result });
  }
  return { UnprocessedAccounts };
}

/** With auto-enable ALL an administrator can neither release nor suspend members that are in the organization. */
function checkNotForAll(place: Place): void {
  if (place.organization?.autoEnable === "ALL") {
    throw rejected(
      "The request is rejected because the auto-enable preference of the organization is ALL: members cannot be disassociated, deleted or suspended.",
    );
  }
}

/** Member accounts, as their administrator sees and changes them. */
export function memberOperations(guardDuty: GuardDuty): Record<string, Operation> {
  const { organization } = guardDuty.aws;

  // ListMembers' documentation says that an organization's members come without their email, yet the model requires
  // it in every answer, and the gateway holds to the model: here it is the address that CreateMembers was given.
  const describe = (administratorId: string, region: string, member: Membership): Member => {
    const detector = isAssociated(member) ? guardDuty.places.of(member.accountId, region).detector : undefined;
    return {
      AccountId: member.accountId,
      MasterId: administratorId,
      AdministratorId: administratorId,
      Email: member.email,
      RelationshipStatus: member.status,
      UpdatedAt: member.updatedAt.toISOString(),
      ...(detector === undefined ? {} : { DetectorId: detector.id }),
      ...(member.invitation === undefined ? {} : { InvitedAt: member.invitation.at.toISOString() }),
    };
  };

  async function create(call: Call<CreateMembersRequest>, place: Place, detail: AccountDetail) {
    const { region } = call;
    const { AccountId: accountId = "", Email: email = "" } = detail;
    if (accountId === call.accountId)
      return "The request is rejected because an account cannot become a member of itself.";
    if (administratorOf(guardDuty, call.accountId, region) !== undefined) {
      return "The request is rejected because the current account cannot create members since it is already an associated member of another master account.";
    }
    const listed = place.members.get(accountId);
    const gone = listed?.status === "Removed" || listed?.status === "Resigned";
    const account = organization.account(accountId);
    const ofOrganization =
      place.organization !== undefined && account !== undefined && organization.isMember(accountId);
    if (listed !== undefined && !(gone && ofOrganization)) {
      return "The request is rejected because the given account ID is already a member or associated member of the current account.";
    }
    if (ofOrganization) {
      const reason = obstacle(guardDuty, region, account);
      if (reason === undefined) await enroll(guardDuty, region, accountId, email);
      return reason;
    }
    place.members.set(accountId, {
      accountId,
      email,
      type: "invitation",
      status: "Created",
      updatedAt: now(guardDuty),
    });
    return undefined;
  }

  function monitor(call: Call<StartMonitoringMembersRequest>, place: Place, enabled: boolean) {
    return each(call.input.AccountIds, (accountId) => {
      const member = place.members.get(accountId);
      const { detector } = guardDuty.places.of(accountId, call.region);
      if (member === undefined || !isAssociated(member) || detector === undefined) return notAssociated;
      detector.enabled = enabled;
      detector.updatedAt = now(guardDuty);
      member.status = enabled ? "Enabled" : "Disabled";
      member.updatedAt = now(guardDuty);
      return undefined;
    });
  }

  return {
    CreateMembers: async (call: Call<CreateMembersRequest>): Promise<CreateMembersResponse> => {
      const place = ownPlace(guardDuty, call);
      const details = new Map((call.input.AccountDetails ?? []).map((detail) => [detail.AccountId ?? "", detail]));
      return each([...details.keys()], (accountId) => create(call, place, details.get(accountId) as AccountDetail));
    },

    GetMembers: async (call: Call<GetMembersRequest>): Promise<GetMembersResponse> => {
      const { members } = ownPlace(guardDuty, call);
      const Members: Member[] = [];
      const unprocessed = await each(call.input.AccountIds, (accountId) => {
        const member = members.get(accountId);
        if (member === undefined) {
          return "The request is rejected because the given account ID is not a member of the current account.";
        }
        Members.push(describe(call.accountId, call.region, member));
        return undefined;
      });
      return { Members, ...unprocessed };
    },

    ListMembers: (call: Call<ListMembersRequest>): ListMembersResponse => {
      const all = call.input.OnlyAssociated?.toLowerCase() === "false";
      const listed = [...ownPlace(guardDuty, call).members.values()].filter((member) => all || isAssociated(member));
      const { items, ...next } = listPage(listed, call.input);
      return { Members: items.map((member) => describe(call.accountId, call.region, member)), ...next };
    },

    DisassociateMembers: (call: Call<DisassociateMembersRequest>): Promise<DisassociateMembersResponse> => {
      const place = ownPlace(guardDuty, call);
      checkNotForAll(place);
      return each(call.input.AccountIds, (accountId) => {
        const member = place.members.get(accountId);
        if (member === undefined || !isAssociated(member)) return notAssociated;
        member.status = "Removed";
        member.updatedAt = now(guardDuty);
        return undefined;
      });
    },

    DeleteMembers: (call: Call<DeleteMembersRequest>): Promise<DeleteMembersResponse> => {
      const place = ownPlace(guardDuty, call);
      checkNotForAll(place);
      return each(call.input.AccountIds, (accountId) => {
        const member = place.members.get(accountId);
        if (member === undefined) {
          return "The request is rejected because the given account ID is not a member of the current account.";
        }
        if (isAssociated(member)) {
          return "The request is rejected because the current account cannot delete the given member account ID since it is still associated to it.";
        }
        place.members.delete(accountId);
        return undefined;
      });
    },

    StartMonitoringMembers: (call: Call<StartMonitoringMembersRequest>) =>
      monitor(call, ownPlace(guardDuty, call), true),

    StopMonitoringMembers: (call: Call<StopMonitoringMembersRequest>) => {
      const place = ownPlace(guardDuty, call);
      checkNotForAll(place);
      return monitor(call, place, false);
    },
  };
}
