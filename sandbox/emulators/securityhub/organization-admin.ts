import type {
  DisableOrganizationAdminAccountRequest,
  EnableOrganizationAdminAccountRequest,
  EnableOrganizationAdminAccountResponse,
  ListOrganizationAdminAccountsRequest,
  ListOrganizationAdminAccountsResponse,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { end } from "./association.ts";
import { accessDenied, conflict, invalidInput, notServed } from "./errors.ts";
import { enableHub, hubAt } from "./lifecycle.ts";
import { securityHubPrincipal } from "./organization-admins.ts";
import type { State } from "./state.ts";

/** Designation of the organization's Security Hub administrator, by the management account, region by region. */
export function organizationAdminOperations(state: State): Record<string, Operation> {
  const organization = state.aws.organization;

  const requireManagement = (call: Call<{ Feature?: string | undefined }>): void => {
    if (!organization.isMember(call.accountId)) throw accessDenied("Your account is not a member of an organization");
    if (call.accountId !== organization.managementAccountId) {
      throw accessDenied("Only the management account of the organization can call this operation");
    }
    if (call.input.Feature === "SecurityHubV2") throw notServed("the new Security Hub (Feature SecurityHubV2)");
  };

  return {
    // "Integrating Security Hub CSPM with AWS Organizations": designation makes Security Hub a trusted service,
    // registers the delegated administrator, and enables Security Hub for it in the current region.
    async EnableOrganizationAdminAccount(
      call: Call<EnableOrganizationAdminAccountRequest>,
    ): Promise<EnableOrganizationAdminAccountResponse> {
      requireManagement(call);
      const { AdminAccountId: accountId = "" } = call.input;
      const account = organization.account(accountId);
      if (account === undefined || !organization.isMember(accountId)) {
        throw invalidInput(`Account ${accountId} is not a member of the organization`);
      }
      if (account.state !== "ACTIVE") throw invalidInput(`Account ${accountId} is ${account.state}`);
      const current = state.organizationAdmins.in(call.region)?.accountId ?? registeredElsewhere(state, accountId);
      if (current !== undefined && current !== accountId) {
        throw conflict(`Account ${current} is the Security Hub administrator already: remove it in every region first`);
      }
      if (state.organizationAdmins.in(call.region) === undefined) {
        const inForce = state.memberships.inForce(call.region, accountId);
        if (inForce !== undefined) end(state, inForce, "Removed");
        organization.registerDelegatedAdministrator(accountId, securityHubPrincipal);
        state.organizationAdmins.set(call.region, accountId);
        const at = { accountId, region: call.region };
        if (hubAt(state, at) === undefined) await enableHub(state, at, { defaultStandards: true });
      }
      return { AdminAccountId: accountId, Feature: "SecurityHub" };
    },

    // The API ends the administration in this region only; its members stand alone and keep their hubs.
    DisableOrganizationAdminAccount(call: Call<DisableOrganizationAdminAccountRequest>) {
      requireManagement(call);
      const { AdminAccountId: accountId = "" } = call.input;
      if (state.organizationAdmins.in(call.region)?.accountId !== accountId) {
        throw invalidInput(`Account ${accountId} is not the Security Hub administrator in ${call.region}`);
      }
      for (const bond of state.memberships.ofAdministrator(call.region, accountId)) {
        if (bond.organization) end(state, bond, "Removed");
      }
      const elsewhere = state.organizationAdmins.remove(call.region);
      if (!elsewhere) organization.deregisterDelegatedAdministrator(accountId, securityHubPrincipal);
      return {};
    },

    ListOrganizationAdminAccounts(
      call: Call<ListOrganizationAdminAccountsRequest>,
    ): ListOrganizationAdminAccountsResponse {
      requireManagement(call);
      const admin = state.organizationAdmins.in(call.region);
      return {
        AdminAccounts: admin === undefined ? [] : [{ AccountId: admin.accountId, Status: "ENABLED" }],
        Feature: "SecurityHub",
      };
    },
  };
}

/**
 * The account that Organizations knows as delegated administrator. Once there is one, only it or the management
 * account can be chosen in further regions (user guide, "Designating a Security Hub administrator account").
 */
function registeredElsewhere(state: State, wanted: string): string | undefined {
  const registered = state.aws.organization.delegatedAdministrators(securityHubPrincipal)[0];
  return wanted === state.aws.organization.managementAccountId ? undefined : registered;
}
