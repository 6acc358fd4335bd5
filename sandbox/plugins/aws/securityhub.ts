import type { ResourceTypes } from "../provider/resource.ts";
import { account } from "./securityhub/account.ts";
import { findingAggregator } from "./securityhub/finding-aggregator.ts";
import { member } from "./securityhub/member.ts";
import { organizationAdminAccount } from "./securityhub/organization-admin-account.ts";
import { organizationConfiguration } from "./securityhub/organization-configuration.ts";
import { standardsSubscription } from "./securityhub/standards-subscription.ts";

export const securityHub: ResourceTypes = {
  "aws:securityhub/account:Account": account,
  "aws:securityhub/findingAggregator:FindingAggregator": findingAggregator,
  "aws:securityhub/member:Member": member,
  "aws:securityhub/organizationAdminAccount:OrganizationAdminAccount": organizationAdminAccount,
  "aws:securityhub/organizationConfiguration:OrganizationConfiguration": organizationConfiguration,
  "aws:securityhub/standardsSubscription:StandardsSubscription": standardsSubscription,
};
