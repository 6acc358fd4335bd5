import type {
  AcceptAdministratorInvitationRequest,
  AcceptInvitationRequest,
  Administrator,
  DeclineInvitationsRequest,
  DeleteInvitationsRequest,
  GetAdministratorAccountRequest,
  GetAdministratorAccountResponse,
  GetInvitationsCountResponse,
  GetMasterAccountRequest,
  GetMasterAccountResponse,
  InviteMembersRequest,
  ListInvitationsRequest,
  ListInvitationsResponse,
} from "@aws-sdk/client-guardduty";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { each } from "./members.ts";
import { listPage } from "./pages.ts";
import { rejected } from "./rejections.ts";
import { administratorOf, type GuardDuty, isAssociated, listings, type Membership, now, ownPlace } from "./state.ts";

const noInvitation =
  "The request is rejected because the current account does not have an invitation from the requested master account.";

/** Membership by invitation, and the member's side of every membership. */
export function invitationOperations(guardDuty: GuardDuty): Record<string, Operation> {
  const invitations = (accountId: string, region: string) =>
    listings(guardDuty, accountId, region).filter(({ membership }) => membership.status === "Invited");

  function change(membership: Membership, status: Membership["status"]): void {
    membership.status = status;
    membership.updatedAt = now(guardDuty);
  }

  function accept(
    call: Call<{ DetectorId: string | undefined; InvitationId: string | undefined }>,
    administratorId?: string,
  ) {
    const { members } = ownPlace(guardDuty, call);
    const { accountId, region, input } = call;
    if (administratorOf(guardDuty, accountId, region) !== undefined) {
      throw rejected("The request is rejected because the current account is already a member of a master account.");
    }
    if ([...members.values()].some((member) => isAssociated(member) || member.status === "Invited")) {
      throw rejected(
        "The request is rejected because the current account cannot accept invitations while it has invited or associated members.",
      );
    }
    const invitation = invitations(accountId, region).find((each) => each.administratorId === administratorId);
    if (invitation === undefined || invitation.membership.invitation?.id !== input.InvitationId)
      throw rejected(noInvitation);
    change(invitation.membership, "Enabled");
    return {};
  }

  /** For an account that is no member AWS answers without content; the model requires the (empty) structure. */
  function administrator(call: Call<GetAdministratorAccountRequest>): Administrator {
    ownPlace(guardDuty, call);
    const found = administratorOf(guardDuty, call.accountId, call.region);
    if (found === undefined) return {};
    const { invitation, status, updatedAt } = found.membership;
    return {
      AccountId: found.administratorId,
      RelationshipStatus: status,
      InvitedAt: (invitation?.at ?? updatedAt).toISOString(),
      ...(invitation === undefined ? {} : { InvitationId: invitation.id }),
    };
  }

  function resign(call: Call<GetAdministratorAccountRequest>): object {
    ownPlace(guardDuty, call);
    const found = administratorOf(guardDuty, call.accountId, call.region);
    if (found === undefined) {
      throw rejected("The request is rejected because the current account is not associated to a master account.");
    }
    if (found.membership.type === "organization") {
      throw rejected("The request is rejected because member cannot disassociate from Organization administrator");
    }
    change(found.membership, "Resigned");
    return {};
  }

  /** Declining and deleting differ for the one who invited only in that a declined invitation can still be listed. */
  function turnDown(call: Call<DeclineInvitationsRequest>) {
    return each(call.input.AccountIds, (administratorId) => {
      const invitation = invitations(call.accountId, call.region).find(
        (each) => each.administratorId === administratorId,
      );
      if (invitation === undefined) return noInvitation;
      change(invitation.membership, "Resigned");
      return undefined;
    });
  }

  return {
    InviteMembers: (call: Call<InviteMembersRequest>) => {
      const { members } = ownPlace(guardDuty, call);
      return each(call.input.AccountIds, (accountId) => {
        const member = members.get(accountId);
        if (accountId === call.accountId) {
          return "The request is rejected because the current account cannot invite itself.";
        }
        if (member === undefined) return "The request is rejected because member account's email address is missing.";
        if (isAssociated(member) || member.status === "Invited") {
          return "The request is rejected because the current account has already invited or is already the GuardDuty master of the given member account ID.";
        }
        if (member.type === "organization") {
          return "The request is rejected because the given account ID was added through AWS Organizations.";
        }
        // AWS verifies the address in the background for a while; who waits for it waits for one of these two states.
        const verified =
          guardDuty.aws.organization.account(accountId)?.email.toLowerCase() === member.email.toLowerCase();
        member.invitation = { id: guardDuty.aws.hex(32), at: now(guardDuty) };
        change(member, verified ? "Invited" : "EmailVerificationFailed");
        return undefined;
      });
    },

    ListInvitations: ({ input, accountId, region }: Call<ListInvitationsRequest>): ListInvitationsResponse => {
      const { items, ...next } = listPage(invitations(accountId, region), input);
      return {
        Invitations: items.map(({ administratorId, membership }) => ({
          AccountId: administratorId,
          RelationshipStatus: membership.status,
          ...(membership.invitation === undefined
            ? {}
            : { InvitationId: membership.invitation.id, InvitedAt: membership.invitation.at.toISOString() }),
        })),
        ...next,
      };
    },

    GetInvitationsCount: (call: Call<object>): GetInvitationsCountResponse => ({
      InvitationsCount: invitations(call.accountId, call.region).length,
    }),

    AcceptAdministratorInvitation: (call: Call<AcceptAdministratorInvitationRequest>) =>
      accept(call, call.input.AdministratorId),
    AcceptInvitation: (call: Call<AcceptInvitationRequest>) => accept(call, call.input.MasterId),
    DeclineInvitations: (call: Call<DeclineInvitationsRequest>) => turnDown(call),
    DeleteInvitations: (call: Call<DeleteInvitationsRequest>) => turnDown(call),

    GetAdministratorAccount: (call: Call<GetAdministratorAccountRequest>): GetAdministratorAccountResponse => ({
      Administrator: administrator(call),
    }),
    GetMasterAccount: (call: Call<GetMasterAccountRequest>): GetMasterAccountResponse => ({
      Master: administrator(call),
    }),

    DisassociateFromAdministratorAccount: resign,
    DisassociateFromMasterAccount: resign,
  };
}
