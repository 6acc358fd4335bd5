import type {
  DisableDelegatedAdminAccountRequest,
  DisableDelegatedAdminAccountResponse,
  EnableDelegatedAdminAccountRequest,
  EnableDelegatedAdminAccountResponse,
  GetDelegatedAdminAccountResponse,
  ListDelegatedAdminAccountsRequest,
  ListDelegatedAdminAccountsResponse,
} from "@aws-sdk/client-inspector2";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { listPage } from "./pages.ts";
import { conflict, invalid, noAccess, notFound } from "./rejections.ts";
import { ensureRoles } from "./scanning.ts";
import { type Inspector, nothingEnabled, now, ownAdministration, servicePrincipal } from "./state.ts";

/** Delegated administration. Per region, but one account for the whole organization (user guide, "Designating a delegated administrator"). */
export function delegationOperations(inspector: Inspector): Record<string, Operation> {
  const { aws, administrations } = inspector;
  const { organization } = aws;

  function checkManagement(call: Call<unknown>, activity: string): void {
    if (call.accountId !== organization.managementAccountId) throw noAccess(activity);
  }

  function checkCandidate(accountId: string, region: string): void {
    if (!organization.isMember(accountId)) {
      throw invalid(`The account ${accountId} is not a member of the organization`);
    }
    const current = [
      ...organization.delegatedAdministrators(servicePrincipal),
      ...[...administrations.values()].map((each) => each.accountId),
    ];
    const other = current.find((id) => id !== accountId);
    if (other !== undefined) {
      throw conflict(`Another account ${other} is the delegated admin for the organization`, other);
    }
    if (administrations.has(region)) {
      // Terraform's provider takes "already enabled" as success.
      throw conflict(`Delegated admin ${accountId} is already enabled for the organization`, accountId);
    }
  }

  return {
    EnableDelegatedAdminAccount: async (
      call: Call<EnableDelegatedAdminAccountRequest>,
    ): Promise<EnableDelegatedAdminAccountResponse> => {
      checkManagement(call, "enable the delegated admin account");
      const { region } = call;
      const accountId = call.input.delegatedAdminAccountId ?? "";
      checkCandidate(accountId, region);
      // Inspector itself stays off in both accounts, but its roles are made.
      await ensureRoles(inspector, call.accountId, ["EC2"]);
      await ensureRoles(inspector, accountId, []);
      checkCandidate(accountId, region);
      organization.registerDelegatedAdministrator(accountId, servicePrincipal);
      const [autoEnable, newSince] = [nothingEnabled(), now(inspector)];
      administrations.set(region, { accountId, autoEnable, newSince, members: new Map() });
      return { delegatedAdminAccountId: accountId };
    },

    DisableDelegatedAdminAccount: (
      call: Call<DisableDelegatedAdminAccountRequest>,
    ): DisableDelegatedAdminAccountResponse => {
      checkManagement(call, "disable the delegated admin account");
      const accountId = call.input.delegatedAdminAccountId ?? "";
      if (administrations.get(call.region)?.accountId !== accountId) {
        throw notFound(`The account ${accountId} is not the delegated admin for the organization`);
      }
      administrations.delete(call.region);
      if (administrations.size === 0) organization.deregisterDelegatedAdministrator(accountId, servicePrincipal);
      return { delegatedAdminAccountId: accountId };
    },

    GetDelegatedAdminAccount: (call: Call<object>): GetDelegatedAdminAccountResponse => {
      if (!organization.isMember(call.accountId)) throw noAccess("get the delegated admin account");
      const administration = administrations.get(call.region);
      if (administration === undefined) throw notFound("The organization has no delegated admin account");
      return { delegatedAdmin: { accountId: administration.accountId, relationshipStatus: "ENABLED" } };
    },

    ListDelegatedAdminAccounts: (call: Call<ListDelegatedAdminAccountsRequest>): ListDelegatedAdminAccountsResponse => {
      const administers = ownAdministration(inspector, call) !== undefined;
      // Terraform's provider takes these words as the answer.
      if (administers && call.accountId !== organization.managementAccountId) {
        throw invalid(`Invoking account ${call.accountId} is the delegated admin`);
      }
      checkManagement(call, "list the delegated admin accounts");
      const administration = administrations.get(call.region);
      const all = administration === undefined ? [] : [administration];
      const { items, nextToken } = listPage(all, call.input, 5);
      return { delegatedAdminAccounts: items.map(({ accountId }) => ({ accountId, status: "ENABLED" })), nextToken };
    },
  };
}
