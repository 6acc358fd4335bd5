import type {
  DisableAWSServiceAccessRequest,
  EnableAWSServiceAccessRequest,
  ListAWSServiceAccessForOrganizationRequest,
  ListAWSServiceAccessForOrganizationResponse,
} from "@aws-sdk/client-organizations";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { requireManagement, requireReader } from "./access.ts";
import { constraint, invalidInput } from "./errors.ts";
import type { Organization } from "./organization.ts";
import { listPage } from "./paging.ts";
import { SERVICE_PRINCIPALS } from "./service-principals.ts";

/** Trusted access: which services may act on the whole organization. */
export function trustedAccessOperations(organization: Organization): Record<string, Operation> {
  return {
    EnableAWSServiceAccess(call: Call<EnableAWSServiceAccessRequest>) {
      requireManagement(organization, call);
      enableTrustedAccess(organization, requirePrincipal(call.input.ServicePrincipal));
      return {};
    },

    DisableAWSServiceAccess(call: Call<DisableAWSServiceAccessRequest>) {
      requireManagement(organization, call);
      const principal = requirePrincipal(call.input.ServicePrincipal);
      if ((organization.delegations.get(principal)?.size ?? 0) > 0) {
        throw constraint(
          "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE",
          "Deregister all delegated administrators of the service before you disable its trusted access.",
        );
      }
      organization.trustedAccess.delete(principal);
      return {};
    },

    ListAWSServiceAccessForOrganization(
      call: Call<ListAWSServiceAccessForOrganizationRequest>,
    ): ListAWSServiceAccessForOrganizationResponse {
      requireReader(organization, call);
      const enabled = [...organization.trustedAccess].map(([ServicePrincipal, DateEnabled]) => ({
        ServicePrincipal,
        DateEnabled,
      }));
      const { items, ...rest } = listPage(enabled, call.input);
      return { EnabledServicePrincipals: items, ...rest };
    },
  };
}

/** Gives a service trusted access; once given, its date stays. */
export function enableTrustedAccess(organization: Organization, principal: string): void {
  if (!organization.trustedAccess.has(principal)) organization.trustedAccess.set(principal, organization.now());
}

/** The principal, if Organizations knows it. Throws `InvalidInputException`. */
export function requirePrincipal(principal = ""): string {
  if (!Object.hasOwn(SERVICE_PRINCIPALS, principal)) {
    throw invalidInput("UNRECOGNIZED_SERVICE_PRINCIPAL", "You specified an unrecognized service principal.");
  }
  return principal;
}
