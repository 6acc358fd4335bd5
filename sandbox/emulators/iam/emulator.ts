import type { ListOrganizationsFeaturesResponse } from "@aws-sdk/client-iam";
import { AwsError, type Call, type EmulatorFactory, type OrganizationView } from "../../gateway/emulator.ts";
import { rootFeatures } from "./root-features.ts";

const SERVICE = "iam.amazonaws.com";

/** Central management of member accounts' root users. Everything else of IAM is MiniStack's. */
export const iam: EmulatorFactory = ({ organization }) => {
  const enabled = rootFeatures(organization);
  const answer = (): ListOrganizationsFeaturesResponse => ({
    OrganizationId: organization.organizationId,
    EnabledFeatures: [...enabled].sort(),
  });
  const change = (work: () => void) => (call: Call<unknown>) => {
    checkCaller(organization, call);
    work();
    return answer();
  };
  return {
    signingName: "iam",
    model: "iam",
    operations: {
      EnableOrganizationsRootCredentialsManagement: change(() => enabled.add("RootCredentialsManagement")),
      DisableOrganizationsRootCredentialsManagement: change(() => enabled.delete("RootCredentialsManagement")),
      EnableOrganizationsRootSessions: change(() => enabled.add("RootSessions")),
      DisableOrganizationsRootSessions: change(() => enabled.delete("RootSessions")),
      ListOrganizationsFeatures: change(() => {}),
    },
  };
};

/** Throws for callers outside of the organization, callers that don't administer IAM in it, and where IAM is not trusted. */
function checkCaller(organization: OrganizationView, { accountId }: Call<unknown>): void {
  if (!organization.isMember(accountId)) {
    throw new AwsError("OrganizationNotFoundException", "The account is not part of an organization.");
  }
  const administers = organization.delegatedAdministrators(SERVICE).includes(accountId);
  if (accountId !== organization.managementAccountId && !administers) {
    throw new AwsError(
      "AccountNotManagementOrDelegatedAdministratorException",
      "The account is neither the management account nor a delegated administrator for IAM.",
    );
  }
  if (!organization.hasTrustedAccess(SERVICE)) {
    throw new AwsError(
      "ServiceAccessNotEnabledException",
      "Trusted access is not enabled for IAM in AWS Organizations.",
    );
  }
}
