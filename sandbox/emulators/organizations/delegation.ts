import type {
  DeregisterDelegatedAdministratorRequest,
  ListDelegatedAdministratorsRequest,
  ListDelegatedAdministratorsResponse,
  ListDelegatedServicesForAccountRequest,
  ListDelegatedServicesForAccountResponse,
  RegisterDelegatedAdministratorRequest,
} from "@aws-sdk/client-organizations";
import { type Account, AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { requireAccount, requireManagement, requireReader } from "./access.ts";
import { constraint, invalidInput } from "./errors.ts";
import { memberOf } from "./hierarchy.ts";
import type { Organization } from "./organization.ts";
import { listPage } from "./paging.ts";
import { SERVICE_PRINCIPALS } from "./service-principals.ts";
import { administratorShape } from "./shapes.ts";
import { requirePrincipal } from "./trusted-access.ts";

/** Delegated administrators of services. */
export function delegationOperations(organization: Organization): Record<string, Operation> {
  return {
    RegisterDelegatedAdministrator(call: Call<RegisterDelegatedAdministratorRequest>) {
      requireManagement(organization, call);
      const account = requireAccount(organization, call.input.AccountId);
      const principal = requirePrincipal(call.input.ServicePrincipal);
      refuseAsAdministrator(organization, account, principal);
      register(organization, account.id, principal);
      return {};
    },

    DeregisterDelegatedAdministrator(call: Call<DeregisterDelegatedAdministratorRequest>) {
      requireManagement(organization, call);
      const account = requireAccount(organization, call.input.AccountId);
      const principal = requirePrincipal(call.input.ServicePrincipal);
      if (!deregister(organization, account.id, principal)) throw notRegistered();
      return {};
    },

    ListDelegatedAdministrators(call: Call<ListDelegatedAdministratorsRequest>): ListDelegatedAdministratorsResponse {
      requireReader(organization, call);
      const { ServicePrincipal: principal } = call.input;
      const since = new Map<string, Date>();
      for (const [service, accounts] of organization.delegations) {
        if (principal !== undefined && principal !== service) continue;
        for (const [id, date] of accounts) since.set(id, earlier(since.get(id), date));
      }
      const administrators = [...since].flatMap(([id, DelegationEnabledDate]) => {
        const account = memberOf(organization, id);
        return account === undefined ? [] : [{ ...administratorShape(account), DelegationEnabledDate }];
      });
      const { items, ...rest } = listPage(administrators, call.input);
      return { DelegatedAdministrators: items, ...rest };
    },

    ListDelegatedServicesForAccount(
      call: Call<ListDelegatedServicesForAccountRequest>,
    ): ListDelegatedServicesForAccountResponse {
      requireReader(organization, call);
      const { id } = requireAccount(organization, call.input.AccountId);
      const services = [...organization.delegations].flatMap(([ServicePrincipal, accounts]) => {
        const DelegationEnabledDate = accounts.get(id);
        return DelegationEnabledDate === undefined ? [] : [{ ServicePrincipal, DelegationEnabledDate }];
      });
      if (services.length === 0) throw notRegistered();
      const { items, ...rest } = listPage(services, call.input);
      return { DelegatedServices: items, ...rest };
    },
  };
}

/** Makes an account a delegated administrator without the checks of the API call. */
export function register(organization: Organization, accountId: string, principal: string): void {
  const administrators = organization.delegations.get(principal) ?? new Map<string, Date>();
  if (!administrators.has(accountId)) administrators.set(accountId, organization.now());
  organization.delegations.set(principal, administrators);
}

/** Ends a delegation; false if there was none. */
export function deregister(organization: Organization, accountId: string, principal: string): boolean {
  return organization.delegations.get(principal)?.delete(accountId) ?? false;
}

function refuseAsAdministrator(organization: Organization, account: Account, principal: string): void {
  if (account.id === organization.managementAccountId) {
    throw constraint(
      "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
      "You cannot register master account/yourself as delegated administrator for your organization.",
    );
  }
  if (account.state !== "ACTIVE") {
    throw constraint(
      "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR",
      "You cannot register a suspended account as a delegated administrator.",
    );
  }
  const limit = SERVICE_PRINCIPALS[principal] ?? 0;
  if (limit === 0) {
    throw invalidInput("UNRECOGNIZED_SERVICE_PRINCIPAL", "The service does not support delegated administrators.");
  }
  if (!organization.trustedAccess.has(principal)) {
    throw constraint(
      "SERVICE_ACCESS_NOT_ENABLED",
      "You must enable service access before you register a delegated administrator. Call EnableAWSServiceAccess first.",
    );
  }
  const administrators = organization.delegations.get(principal) ?? new Map<string, Date>();
  if (administrators.has(account.id)) {
    throw new AwsError(
      "AccountAlreadyRegisteredException",
      "The provided account is already a delegated administrator for your organization.",
    );
  }
  if (administrators.size >= limit) {
    throw limit === 1
      ? constraint(
          "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE",
          "The service already has a delegated administrator. Deregister it first.",
        )
      : constraint(
          "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED",
          "You have exceeded the number of delegated administrators allowed for the service principal.",
        );
  }
}

function notRegistered(): AwsError {
  return new AwsError(
    "AccountNotRegisteredException",
    "The provided account is not a registered delegated administrator for your organization.",
  );
}

function earlier(a: Date | undefined, b: Date): Date {
  return a !== undefined && a < b ? a : b;
}
