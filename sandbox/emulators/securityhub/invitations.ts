import type {
  AcceptAdministratorInvitationRequest,
  AcceptInvitationRequest,
  DeclineInvitationsRequest,
  DeclineInvitationsResponse,
  DeleteInvitationsRequest,
  DeleteInvitationsResponse,
  GetInvitationsCountResponse,
  InviteMembersRequest,
  InviteMembersResponse,
  ListInvitationsRequest,
  ListInvitationsResponse,
  Result,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { takeOver } from "./association.ts";
import { invalidAccess, notFound } from "./errors.ts";
import { requireHub } from "./lifecycle.ts";
import type { Membership } from "./memberships.ts";
import { pageOf } from "./pages.ts";
import type { State } from "./state.ts";

/** Membership by invitation, for accounts that the organization does not manage. */
export function invitationOperations(state: State): Record<string, Operation> {
  const invitationsTo = (call: Call<unknown>): Membership[] =>
    state.memberships
      .ofMember(call.region, call.accountId)
      .filter((each) => !each.organization && each.invitationId !== undefined);

  /** Runs `work` on the invitation of each administrator; an administrator without one is returned as unprocessed. */
  const forEachInvitation = (
    call: Call<{ AccountIds?: string[] | undefined }>,
    work: (bond: Membership) => void,
  ): Result[] => {
    const unprocessed: Result[] = [];
    for (const id of call.input.AccountIds ?? []) {
      const bond = invitationsTo(call).find((each) => each.administratorId === id && each.status !== "Enabled");
      if (bond !== undefined) work(bond);
      else unprocessed.push({ AccountId: id, ProcessingResult: `There is no open invitation from account ${id}` });
    }
    return unprocessed;
  };

  const accept = (call: Call<{ InvitationId?: string | undefined }>, administratorId: string | undefined) => {
    requireHub(state, call);
    const { InvitationId: invitationId } = call.input;
    const bond = invitationsTo(call).find(
      (each) => each.administratorId === administratorId && each.invitationId === invitationId,
    );
    if (bond === undefined) throw notFound(`Invitation ${invitationId} from account ${administratorId} was not found`);
    const inForce = state.memberships.inForce(call.region, call.accountId);
    if (inForce !== undefined && inForce !== bond) {
      throw invalidAccess(`Account ${call.accountId} is a member of administrator ${inForce.administratorId} already`);
    }
    if (state.memberships.enabledMembers(call.region, call.accountId).length > 0) {
      throw invalidAccess(`Account ${call.accountId} is an administrator with members and cannot be a member`);
    }
    takeOver(state, bond);
    return {};
  };

  return {
    InviteMembers(call: Call<InviteMembersRequest>): InviteMembersResponse {
      requireHub(state, call);
      const unprocessed: Result[] = [];
      for (const id of call.input.AccountIds ?? []) {
        const bond = state.memberships.get(call.region, call.accountId, id);
        if (bond === undefined || bond.organization) {
          const why = bond === undefined ? "is not a created member" : "belongs to the organization: it is not invited";
          unprocessed.push({ AccountId: id, ProcessingResult: `Account ${id} ${why}` });
        } else if (bond.status !== "Enabled") {
          const now = new Date(state.aws.now());
          bond.status = "Invited";
          bond.invitationId = state.aws.hex(32);
          bond.invitedAt = now;
          bond.updatedAt = now;
        }
      }
      return { UnprocessedAccounts: unprocessed };
    },

    ListInvitations(call: Call<ListInvitationsRequest>): ListInvitationsResponse {
      requireHub(state, call);
      const { items, rest } = pageOf(invitationsTo(call), call.input, 50);
      return { Invitations: items.map(describeInvitation), ...rest };
    },

    GetInvitationsCount(call: Call<Record<string, never>>): GetInvitationsCountResponse {
      requireHub(state, call);
      return { InvitationsCount: invitationsTo(call).filter((each) => each.status !== "Enabled").length };
    },

    AcceptAdministratorInvitation: (call: Call<AcceptAdministratorInvitationRequest>) =>
      accept(call, call.input.AdministratorId),

    /** The older name, which some clients still call. */
    AcceptInvitation: (call: Call<AcceptInvitationRequest>) => accept(call, call.input.MasterId),

    DeclineInvitations(call: Call<DeclineInvitationsRequest>): DeclineInvitationsResponse {
      requireHub(state, call);
      const unprocessed = forEachInvitation(call, (bond) => {
        bond.status = "Resigned";
        delete bond.invitationId;
        bond.updatedAt = new Date(state.aws.now());
      });
      return { UnprocessedAccounts: unprocessed };
    },

    DeleteInvitations(call: Call<DeleteInvitationsRequest>): DeleteInvitationsResponse {
      requireHub(state, call);
      const unprocessed = forEachInvitation(call, (bond) => {
        delete bond.invitationId;
      });
      return { UnprocessedAccounts: unprocessed };
    },
  };
}

/** A bond as the invited side sees it. */
export function describeInvitation(bond: Membership): {
  AccountId: string;
  InvitationId?: string;
  InvitedAt?: Date;
  MemberStatus: string;
} {
  return {
    AccountId: bond.administratorId,
    ...(bond.invitationId === undefined ? {} : { InvitationId: bond.invitationId }),
    ...(bond.invitedAt === undefined ? {} : { InvitedAt: bond.invitedAt }),
    MemberStatus: bond.status,
  };
}
