/** Services whose service-linked role the baseline needs, with the name of that role. */
export const SERVICE_LINKED_ROLES = {
  "config.amazonaws.com": "AWSServiceRoleForConfig",
  "guardduty.amazonaws.com": "AWSServiceRoleForAmazonGuardDuty",
  "securityhub.amazonaws.com": "AWSServiceRoleForSecurityHub",
} as const;
export type LinkedService = keyof typeof SERVICE_LINKED_ROLES;
