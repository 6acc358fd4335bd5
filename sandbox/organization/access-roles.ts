import { IAMClient } from "@aws-sdk/client-iam";
import { ACCOUNT_ACCESS_ROLE, createAccountAccessRole } from "../emulators/organizations/account-access-role.ts";
import type { OrganizationSeed } from "../emulators/organizations/organization.ts";
import { rootAccess } from "./root-access.ts";

/**
 * Creates OrganizationAccountAccessRole in every active member: on AWS it is there from each account's creation. The
 * keys of suspended accounts are refused, so nothing can be made there, and nobody could assume it either.
 */
export async function createAccessRoles(url: string, organization: OrganizationSeed): Promise<void> {
  const members = organization.accounts.filter(
    ({ id, parentId, state = "ACTIVE" }) =>
      parentId !== undefined && state === "ACTIVE" && id !== organization.managementAccountId,
  );
  await Promise.all(
    members.map(async ({ id }) => {
      const iam = new IAMClient(rootAccess(url, id, "us-east-1"));
      try {
        await createAccountAccessRole(iam, { ...organization, name: ACCOUNT_ACCESS_ROLE });
      } finally {
        iam.destroy();
      }
    }),
  );
}
