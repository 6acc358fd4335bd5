import type { ResourceTypes } from "../provider/resource.ts";
import { account } from "./securityhub/account.ts";
import { actionTarget } from "./securityhub/action-target.ts";
import { automationRule } from "./securityhub/automation-rule.ts";
import { configurationPolicy } from "./securityhub/configuration-policy.ts";
import { configurationPolicyAssociation } from "./securityhub/configuration-policy-association.ts";
import { findingAggregator } from "./securityhub/finding-aggregator.ts";
import { insight } from "./securityhub/insight.ts";
import { inviteAccepter } from "./securityhub/invite-accepter.ts";
import { member } from "./securityhub/member.ts";
import { organizationAdminAccount } from "./securityhub/organization-admin-account.ts";
import { organizationConfiguration } from "./securityhub/organization-configuration.ts";
import { productSubscription } from "./securityhub/product-subscription.ts";
import { standardsControlAssociation } from "./securityhub/standards-control-association.ts";
import { standardsSubscription } from "./securityhub/standards-subscription.ts";

export const securityHub: ResourceTypes = {
  "aws:securityhub/account:Account": account,
  "aws:securityhub/actionTarget:ActionTarget": actionTarget,
  "aws:securityhub/automationRule:AutomationRule": automationRule,
  "aws:securityhub/configurationPolicy:ConfigurationPolicy": configurationPolicy,
  "aws:securityhub/configurationPolicyAssociation:ConfigurationPolicyAssociation": configurationPolicyAssociation,
  "aws:securityhub/findingAggregator:FindingAggregator": findingAggregator,
  "aws:securityhub/insight:Insight": insight,
  "aws:securityhub/inviteAccepter:InviteAccepter": inviteAccepter,
  "aws:securityhub/member:Member": member,
  "aws:securityhub/organizationAdminAccount:OrganizationAdminAccount": organizationAdminAccount,
  "aws:securityhub/organizationConfiguration:OrganizationConfiguration": organizationConfiguration,
  "aws:securityhub/productSubscription:ProductSubscription": productSubscription,
  "aws:securityhub/standardsControlAssociation:StandardsControlAssociation": standardsControlAssociation,
  "aws:securityhub/standardsSubscription:StandardsSubscription": standardsSubscription,
};
