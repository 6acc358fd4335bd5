import type { ResourceTypes } from "../provider/resource.ts";
import { delegatedAdminAccount } from "./inspector2/delegated-admin-account.ts";
import { enabler } from "./inspector2/enabler.ts";
import { memberAssociation } from "./inspector2/member-association.ts";
import { organizationConfiguration } from "./inspector2/organization-configuration.ts";

export const inspector2: ResourceTypes = {
  "aws:inspector2/delegatedAdminAccount:DelegatedAdminAccount": delegatedAdminAccount,
  "aws:inspector2/enabler:Enabler": enabler,
  "aws:inspector2/memberAssociation:MemberAssociation": memberAssociation,
  "aws:inspector2/organizationConfiguration:OrganizationConfiguration": organizationConfiguration,
};
