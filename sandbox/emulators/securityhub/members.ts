import type {
  CreateMembersRequest,
  CreateMembersResponse,
  DeleteMembersRequest,
  DeleteMembersResponse,
  DisassociateMembersRequest,
  GetMembersRequest,
  GetMembersResponse,
  ListMembersRequest,
  ListMembersResponse,
  Member,
  Result,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { associateOrganizationAccount, end, hasRegion } from "./association.ts";
import { invalidAccess, notFound } from "./errors.ts";
import { hubAt, requireHub } from "./lifecycle.ts";
import type { MemberStatus, Membership } from "./memberships.ts";
import { pageOf } from "./pages.ts";
import type { State } from "./state.ts";

/** Bonds that must end before the account can be added again. */
const current: ReadonlySet<MemberStatus> = new Set(["Created", "Invited", "Enabled"]);

/** An administrator's view of its members. */
export function memberOperations(state: State): Record<string, Operation> {
  /** Why an account cannot become a member of the caller; undefined when it has been made one. */
  const create = async (call: Call<unknown>, accountId: string, email?: string): Promise<string | undefined> => {
    const { accountId: administratorId, region } = call;
    if (!/^\d{12}$/.test(accountId)) return `Account ${accountId} is not a valid account id`;
    if (accountId === administratorId) return "An administrator account cannot be its own member";
    const inForce = state.memberships.inForce(region, accountId);
    if (inForce !== undefined && inForce.administratorId !== administratorId) {
      return `Account ${accountId} is already a member of another Security Hub administrator account`;
    }
    const existing = state.memberships.get(region, administratorId, accountId);
    if (existing !== undefined && current.has(existing.status)) {
      return "The request is rejected because the given account ID is already a member or associated member of the current account.";
    }
    const organization = state.aws.organization;
    const account = organization.account(accountId);
    const byOrganization = state.organizationAdmins.in(region)?.accountId === administratorId;
    if (byOrganization && account !== undefined && organization.isMember(accountId)) {
      if (!hasRegion(account, region)) return `Region ${region} is not enabled in account ${accountId}`;
      if (accountId === organization.managementAccountId && hubAt(state, { accountId, region }) === undefined) {
        return `Account ${accountId} is the management account: it must enable Security Hub itself first`;
      }
      await associateOrganizationAccount(state, region, administratorId, account, { defaultStandards: true });
      return undefined;
    }
    state.memberships.put({
      region,
      administratorId,
      memberId: accountId,
      organization: false,
      ...(email === undefined ? {} : { email }),
      status: "Created",
      updatedAt: new Date(state.aws.now()),
    });
    return undefined;
  };

  return {
    async CreateMembers(call: Call<CreateMembersRequest>): Promise<CreateMembersResponse> {
      requireAdministrable(state, call);
      const unprocessed: Result[] = [];
      for (const { AccountId: id = "", Email: email } of call.input.AccountDetails ?? []) {
        const reason = await create(call, id, email);
        if (reason !== undefined) unprocessed.push({ AccountId: id, ProcessingResult: reason });
      }
      return { UnprocessedAccounts: unprocessed };
    },

    ListMembers(call: Call<ListMembersRequest>): ListMembersResponse {
      requireHub(state, call);
      const onlyAssociated = call.input.OnlyAssociated ?? true;
      const members = state.memberships
        .ofAdministrator(call.region, call.accountId)
        .filter((each) => !onlyAssociated || each.status === "Enabled");
      const { items, rest } = pageOf(members, call.input, 50);
      return { Members: items.map(describe), ...rest };
    },

    GetMembers(call: Call<GetMembersRequest>): GetMembersResponse {
      requireHub(state, call);
      const members: Member[] = [];
      const unprocessed: Result[] = [];
      for (const id of call.input.AccountIds ?? []) {
        const bond = state.memberships.get(call.region, call.accountId, id);
        if (bond !== undefined) members.push(describe(bond));
        else unprocessed.push({ AccountId: id, ProcessingResult: `Account ${id} is not associated with this account` });
      }
      return { Members: members, UnprocessedAccounts: unprocessed };
    },

    DisassociateMembers(call: Call<DisassociateMembersRequest>) {
      requireHub(state, call);
      const bonds = (call.input.AccountIds ?? []).map((id) => requireMember(state, call, id));
      for (const bond of bonds) if (bond.status !== "Created") end(state, bond, "Removed");
      return {};
    },

    // An account of the organization can be disassociated but not deleted: documentation of `DeleteMembers`, and the
    // user guide's "Allowed actions by administrator and member accounts".
    DeleteMembers(call: Call<DeleteMembersRequest>): DeleteMembersResponse {
      requireHub(state, call);
      const unprocessed: Result[] = [];
      for (const id of call.input.AccountIds ?? []) {
        const bond = state.memberships.get(call.region, call.accountId, id);
        const reason = whyNotDeletable(id, bond);
        if (reason !== undefined) unprocessed.push({ AccountId: id, ProcessingResult: reason });
        else if (bond !== undefined) state.memberships.remove(bond);
      }
      return { UnprocessedAccounts: unprocessed };
    },
  };
}

/** Throws unless the caller has Security Hub and no administrator of its own. */
function requireAdministrable(state: State, call: Call<unknown>): void {
  requireHub(state, call);
  if (state.memberships.inForce(call.region, call.accountId) !== undefined) {
    throw invalidAccess(`Account ${call.accountId} is a member account and cannot have members`);
  }
}

function requireMember(state: State, call: Call<unknown>, memberId: string): Membership {
  const bond = state.memberships.get(call.region, call.accountId, memberId);
  if (bond === undefined) throw notFound(`Account ${memberId} is not associated with account ${call.accountId}`);
  return bond;
}

function whyNotDeletable(id: string, bond: Membership | undefined): string | undefined {
  if (bond === undefined) return `Account ${id} is not associated with this account`;
  if (bond.organization) return `Account ${id} belongs to the organization and cannot be deleted`;
  if (bond.status === "Enabled") return `Account ${id} must be disassociated before it can be deleted`;
  return undefined;
}

function describe(bond: Membership): Member {
  return {
    AccountId: bond.memberId,
    ...(bond.email === undefined ? {} : { Email: bond.email }),
    MasterId: bond.administratorId,
    AdministratorId: bond.administratorId,
    MemberStatus: bond.status,
    ...(bond.invitedAt === undefined ? {} : { InvitedAt: bond.invitedAt }),
    UpdatedAt: bond.updatedAt,
  };
}
