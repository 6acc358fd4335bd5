import type {
  AssociateMemberRequest,
  AssociateMemberResponse,
  DisassociateMemberRequest,
  DisassociateMemberResponse,
  GetMemberRequest,
  GetMemberResponse,
  ListMembersRequest,
  ListMembersResponse,
  Member,
} from "@aws-sdk/client-inspector2";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { listPage } from "./pages.ts";
import { denied, invalid, noAccess, notFound } from "./rejections.ts";
import { accountStatus } from "./scanning.ts";
import {
  type Administration,
  type Inspector,
  isAssociated,
  type Membership,
  now,
  ownAdministration,
  TRANSITION,
} from "./state.ts";

function describe(administration: Administration, { accountId, status, updatedAt }: Membership): Member {
  return {
    accountId,
    relationshipStatus: status,
    delegatedAdminAccountId: administration.accountId,
    updatedAt,
  };
}

/** Members of the delegated administrator. Association enables nothing by itself. */
export function memberOperations(inspector: Inspector): Record<string, Operation> {
  const { aws, places } = inspector;
  const { organization } = aws;

  function own(call: Call<unknown>, activity: string): Administration {
    const administration = ownAdministration(inspector, call);
    if (administration === undefined) throw noAccess(activity);
    return administration;
  }

  function checkJoinable(administration: Administration, accountId: string): void {
    const because = "The request is rejected because the";
    if (accountId === administration.accountId) {
      throw invalid(`${because} current account cannot associate itself as a member.`);
    }
    if (!organization.isMember(accountId)) {
      throw invalid(`${because} given member account ID is not a member of the organization.`);
    }
    if (organization.account(accountId)?.state !== "ACTIVE") {
      throw invalid(`${because} given member account ID is not an active account.`);
    }
    if (isAssociated(administration.members.get(accountId))) {
      throw invalid(
        `${because} current account cannot associate the given member account ID since the latter is already associated to it.`,
      );
    }
  }

  return {
    AssociateMember: (call: Call<AssociateMemberRequest>): AssociateMemberResponse => {
      const administration = own(call, "associate member account");
      const accountId = call.input.accountId ?? "";
      if (accountStatus(places.of(call.accountId, call.region)) === "DISABLED") {
        throw denied("Invoking account is not enabled");
      }
      checkJoinable(administration, accountId);
      const membership: Membership = { accountId, status: "CREATED", updatedAt: now(inspector) };
      administration.members.set(accountId, membership);
      // "An HTTP 200 response indicates the association was successfully started" (API reference).
      aws.later(TRANSITION, () => {
        if (membership.status !== "CREATED") return;
        membership.status = "ENABLED";
        membership.updatedAt = now(inspector);
      });
      return { accountId };
    },

    DisassociateMember: (call: Call<DisassociateMemberRequest>): DisassociateMemberResponse => {
      const { members } = own(call, "disassociate member account");
      const accountId = call.input.accountId ?? "";
      const membership = members.get(accountId);
      if (membership === undefined || !isAssociated(membership)) {
        // Terraform's provider takes the end of this as success.
        throw invalid(
          "The request is rejected because the current account cannot disassociate the given member account ID since the latter is not yet associated to it.",
        );
      }
      membership.status = "REMOVED";
      membership.updatedAt = now(inspector);
      return { accountId };
    },

    GetMember: (call: Call<GetMemberRequest>): GetMemberResponse => {
      const administration = own(call, "get member account");
      const accountId = call.input.accountId ?? "";
      if (!organization.isMember(accountId)) {
        throw notFound(`The account ${accountId} is not a member of the organization`);
      }
      const membership = administration.members.get(accountId);
      if (membership === undefined) throw noAccess("get member account");
      return { member: describe(administration, membership) };
    },

    ListMembers: (call: Call<ListMembersRequest>): ListMembersResponse => {
      const administration = own(call, "list member accounts");
      const all = [...administration.members.values()];
      const associated = call.input.onlyAssociated ?? true;
      const { items, nextToken } = listPage(associated ? all.filter(isAssociated) : all, call.input, 50);
      return { members: items.map((membership) => describe(administration, membership)), nextToken };
    },
  };
}
