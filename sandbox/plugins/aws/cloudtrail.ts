import type { ResourceTypes } from "../provider/resource.ts";
import { organizationDelegatedAdminAccount } from "./cloudtrail/organization-delegated-admin-account.ts";
import { trail } from "./cloudtrail/trail.ts";

export const cloudTrail: ResourceTypes = {
  "aws:cloudtrail/organizationDelegatedAdminAccount:OrganizationDelegatedAdminAccount":
    organizationDelegatedAdminAccount,
  "aws:cloudtrail/trail:Trail": trail,
};
