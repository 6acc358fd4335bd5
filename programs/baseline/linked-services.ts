import type { Adoption } from "../adoption.ts";
import { isLeft } from "../declaration.ts";
import { names } from "../names.ts";
import { arn, type Partition } from "../partition.ts";

/** Services whose service-linked role the baseline needs, with the name of that role. */
export const SERVICE_LINKED_ROLES = {
  "config.amazonaws.com": "AWSServiceRoleForConfig",
  "config-conforms.amazonaws.com": "AWSServiceRoleForConfigConforms",
  "guardduty.amazonaws.com": "AWSServiceRoleForAmazonGuardDuty",
  "securityhub.amazonaws.com": "AWSServiceRoleForSecurityHub",
} as const;
export type LinkedService = keyof typeof SERVICE_LINKED_ROLES;

/**
 * All that a baseline brings into an account: with those that it declares the one that GuardDuty makes by itself where malware protection
 * is on, as it is in a new detector (GuardDuty User Guide, "Service-linked role permissions for Malware Protection for EC2"), and the two
 * that Inspector makes where its administrator switches a member's scans on (Inspector User Guide, "Using service-linked roles").
 */
export const ACCOUNT_SERVICE_LINKED_ROLES = {
  ...SERVICE_LINKED_ROLES,
  "malware-protection.guardduty.amazonaws.com": "AWSServiceRoleForAmazonGuardDutyMalwareProtection",
  "inspector2.amazonaws.com": "AWSServiceRoleForAmazonInspector2",
  "agentless.inspector2.amazonaws.com": "AWSServiceRoleForAmazonInspector2Agentless",
} as const;
export type AccountLinkedService = keyof typeof ACCOUNT_SERVICE_LINKED_ROLES;

/** A service-linked role by its service and its name. */
export interface ServiceLinkedRole {
  readonly service: string;
  readonly roleName: string;
}

/** The ARN that a service-linked role has or will have in an account. */
export function serviceLinkedRoleArn(partition: Partition, accountId: string, service: AccountLinkedService): string {
  const path = `role/aws-service-role/${service}/${ACCOUNT_SERVICE_LINKED_ROLES[service]}`;
  return arn(partition, "iam", "", accountId, path);
}

/**
 * The roles to remove after an account's stack was destroyed, where AWS lets them go: those that were not there before. The stack leaves
 * them, because IAM refuses to delete one that another region or another user of the service needs, and a resource whose
 * deletion is refused fails the destroy.
 */
export function serviceLinkedRolesToRemove(adoptions: readonly Adoption[]): readonly ServiceLinkedRole[] {
  return Object.entries(ACCOUNT_SERVICE_LINKED_ROLES)
    .filter(([service]) => !isLeft(adoptions, names.serviceLinkedRole(service)))
    .map(([service, roleName]) => ({ service, roleName }));
}
