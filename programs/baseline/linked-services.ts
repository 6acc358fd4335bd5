import { arn, type Partition } from "../partition.ts";

/** Services whose service-linked role the baseline needs, with the name of that role. */
export const SERVICE_LINKED_ROLES = {
  "config.amazonaws.com": "AWSServiceRoleForConfig",
  "guardduty.amazonaws.com": "AWSServiceRoleForAmazonGuardDuty",
  "securityhub.amazonaws.com": "AWSServiceRoleForSecurityHub",
} as const;
export type LinkedService = keyof typeof SERVICE_LINKED_ROLES;

/** The ARN that a service-linked role has or will have in an account. */
export function serviceLinkedRoleArn(partition: Partition, accountId: string, service: LinkedService): string {
  return arn(partition, "iam", "", accountId, `role/aws-service-role/${service}/${SERVICE_LINKED_ROLES[service]}`);
}
