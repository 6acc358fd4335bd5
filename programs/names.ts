import type { StandardName } from "./standards.ts";

/**
 * Names of resources in the stacks. Adoption decisions and programs find each other by them; what is regional ends in its region.
 * A name that changes is a resource that is replaced.
 */
export const names = {
  provider: (accountId: string) => `aws-${accountId}`,
  nativeProvider: (accountId: string, region: string) => `aws-native-${accountId}-${region}`,

  hub: (region: string) => `hub-${region}`,
  standard: (standard: StandardName, region: string) => `standard-${standard}-${region}`,
  hubMember: (region: string) => `hub-member-${region}`,
  detector: (region: string) => `detector-${region}`,
  detectorMember: (region: string) => `detector-member-${region}`,

  recorder: (region: string) => `recorder-${region}`,
  recorderStatus: (region: string) => `recorder-status-${region}`,
  deliveryChannel: (region: string) => `delivery-channel-${region}`,
  ebsEncryption: (region: string) => `ebs-encryption-${region}`,
  publicAccessBlock: "public-access-block",
  passwordPolicy: "password-policy",
  serviceLinkedRole: (service: string) => `service-linked-role-${service.split(".")[0]}`,

  trustedAccess: (service: string) => `trusted-access-${service.split(".")[0]}`,
  delegatedAdministrator: (service: string) => `delegated-administrator-${service.split(".")[0]}`,
  hubAdministrator: (region: string) => `hub-administrator-${region}`,
  hubOrganization: (region: string) => `hub-organization-${region}`,
  findingAggregator: (region: string) => `finding-aggregator-${region}`,
  automationRule: (key: string, region: string) => `automation-rule-${key}-${region}`,
  insight: (key: string, region: string) => `insight-${key}-${region}`,
  controlAssociation: (controlId: string, standard: StandardName, region: string) =>
    `control-association-${controlId}-${standard}-${region}`,
  productSubscription: (product: string, region: string) =>
    `product-subscription-${product.replace("/", "-")}-${region}`,
  configurationPolicy: (policy: string, region: string) => `configuration-policy-${policy}-${region}`,
  policyAssociation: (targetId: string, region: string) => `policy-association-${targetId}-${region}`,
  securityControl: (controlId: string, region: string) => `security-control-${controlId}-${region}`,
  detectorAdministrator: (region: string) => `detector-administrator-${region}`,
  detectorOrganization: (region: string) => `detector-organization-${region}`,
  organizationAnalyzer: (region: string) => `organization-analyzer-${region}`,
} as const;

/** Names that AWS sees. The bucket names are global, so the account and the region are part of them. */
export const awsNames = {
  recorder: "bulwark",
  deliveryChannel: "bulwark",
  organizationAnalyzer: "bulwark-organization",
  configurationPolicy: (policy: string) => `bulwark-${policy}`,
  configBucket: (logArchive: string, region: string) => `bulwark-config-${logArchive}-${region}`,
  evidenceBucket: (logArchive: string, region: string) => `bulwark-evidence-${logArchive}-${region}`,
  /** A queue for which there is a rule of the same name; its dead letters go to `<name>-dead-letters`. */
  accountEvents: "bulwark-account-events",
  accountEventDeadLetters: "bulwark-account-events-dead-letters",
} as const;

/** On everything that Bulwark makes and AWS can tag. */
export const TAGS = { ManagedBy: "Bulwark" } as const;
