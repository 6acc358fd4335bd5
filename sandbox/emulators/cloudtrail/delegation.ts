import type {
  DeregisterOrganizationDelegatedAdminRequest,
  RegisterOrganizationDelegatedAdminRequest,
} from "@aws-sdk/client-cloudtrail";
import { type Aws, AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { checkTrusted, SERVICE } from "./organization.ts";

/** Delegated administrators that CloudTrail allows. Source: CloudTrail user guide, "Organization delegated administrator". */
const MAX_ADMINISTRATORS = 3;

/** CloudTrail's own calls to delegate, which register with Organizations, too. */
export function delegationOperations({ organization }: Aws): Record<string, Operation> {
  const checkCaller = (call: Call<unknown>) => {
    if (!organization.isMember(call.accountId)) {
      throw new AwsError("OrganizationsNotInUseException", "The account is not a member of an organization.");
    }
    if (call.accountId !== organization.managementAccountId) {
      throw new AwsError(
        "NotOrganizationManagementAccountException",
        "The account making the request is not the organization's management account.",
      );
    }
    checkTrusted(organization);
  };
  const requireMember = (accountId = "") => {
    if (!organization.isMember(accountId)) {
      throw new AwsError("AccountNotFoundException", "The account is not found or is not part of the organization.");
    }
    return accountId;
  };

  return {
    RegisterOrganizationDelegatedAdmin(call: Call<RegisterOrganizationDelegatedAdminRequest>) {
      checkCaller(call);
      const accountId = requireMember(call.input.MemberAccountId);
      if (accountId === organization.managementAccountId) {
        throw new AwsError(
          "CannotDelegateManagementAccountException",
          "The management account can't be a delegated administrator.",
        );
      }
      const administrators = organization.delegatedAdministrators(SERVICE);
      if (administrators.includes(accountId)) {
        throw new AwsError(
          "AccountRegisteredException",
          "The account is already registered as delegated administrator.",
        );
      }
      if (administrators.length >= MAX_ADMINISTRATORS) {
        throw new AwsError(
          "DelegatedAdminAccountLimitExceededException",
          "The maximum number of CloudTrail delegated administrators is reached.",
        );
      }
      organization.registerDelegatedAdministrator(accountId, SERVICE);
      return {};
    },

    DeregisterOrganizationDelegatedAdmin(call: Call<DeregisterOrganizationDelegatedAdminRequest>) {
      checkCaller(call);
      const accountId = requireMember(call.input.DelegatedAdminAccountId);
      if (!organization.delegatedAdministrators(SERVICE).includes(accountId)) {
        throw new AwsError(
          "AccountNotRegisteredException",
          "The account is not registered as delegated administrator.",
        );
      }
      organization.deregisterDelegatedAdministrator(accountId, SERVICE);
      return {};
    },
  };
}
