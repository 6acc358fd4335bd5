import { ALERTS } from "./alerts.ts";
import { DETECTION } from "./detection.ts";
import { EVIDENCE } from "./evidence.ts";
import { ORGANIZATION } from "./organization.ts";
import { RECORDERS } from "./recorders.ts";
import { RESPONSE } from "./response.ts";
import type { TurnedOffInAdmin } from "./row.ts";
import { SECURITY_HUB } from "./security-hub.ts";

/** All in this order. */
export const TURNED_OFF_IN_ADMIN: readonly TurnedOffInAdmin[] = [
  ...SECURITY_HUB,
  ...DETECTION,
  ...RECORDERS,
  ...EVIDENCE,
  ...ALERTS,
  ...RESPONSE,
  ...ORGANIZATION,
];

/** Why nobody turns these off in that test. */
export const NOT_TURNED_OFF: Readonly<Record<string, string>> = {
  "aws:securityhub/organizationAdminAccount:OrganizationAdminAccount":
    "AWS ends all memberships of a region with it, which are the members' stacks' to restore",
  "aws:guardduty/organizationAdminAccount:OrganizationAdminAccount": "the same",
  "aws:inspector2/delegatedAdminAccount:DelegatedAdminAccount": "the same",
  "aws:securityhub/automationRule:AutomationRule":
    "they come with environments that the organization's accounts have; test/e2e/extensions.test.ts deletes one",
  "aws:securityhub/configurationPolicy:ConfigurationPolicy": "of central mode, which is not on beside the local one",
  "aws:securityhub/configurationPolicyAssociation:ConfigurationPolicyAssociation": "the same",
  "aws-native:securityhub:PolicyAssociation": "the same",
  "aws:sns/topicSubscription:TopicSubscription":
    "AWS lets nobody end one that a person has yet to confirm; test/e2e/extensions.test.ts ends one of a queue",
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": "AWS keeps it as long as a recorder has it",
};
