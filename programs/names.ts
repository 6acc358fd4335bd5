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
  memberPlan: (plan: string, region: string) => `detector-member-plan-${plan}-${region}`,
  plan: (plan: string, region: string) => `detector-plan-${plan}-${region}`,

  recorder: (region: string) => `recorder-${region}`,
  recorderStatus: (region: string) => `recorder-status-${region}`,
  deliveryChannel: (region: string) => `delivery-channel-${region}`,
  auditPack: (region: string) => `audit-pack-${region}`,
  configRule: (rule: string, region: string) => `config-rule-${rule}-${region}`,
  inspectorMember: (region: string) => `inspector-member-${region}`,
  inspectorMemberScans: (region: string) => `inspector-member-scans-${region}`,
  ebsEncryption: (region: string) => `ebs-encryption-${region}`,
  snapshotSharing: (region: string) => `snapshot-sharing-${region}`,
  imageSharing: (region: string) => `image-sharing-${region}`,
  instanceMetadata: (region: string) => `instance-metadata-${region}`,
  defaultSecurityGroup: (vpcId: string, region: string) => `default-security-group-${vpcId}-${region}`,
  flowLog: (vpcId: string, region: string) => `flow-log-${vpcId}-${region}`,
  securityContact: "security-contact",
  publicAccessBlock: "public-access-block",
  passwordPolicy: "password-policy",
  hostManagementRole: "host-management-role",
  hostManagementPolicy: "host-management-policy",
  hostManagement: (region: string) => `host-management-${region}`,
  inventory: (region: string) => `inventory-${region}`,
  patchScan: (region: string) => `patch-scan-${region}`,
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
  inspectorManagementScans: (region: string) => `inspector-management-scans-${region}`,
  inspectorSecurityScans: (region: string) => `inspector-security-scans-${region}`,
  inspectorAdministrator: (region: string) => `inspector-administrator-${region}`,
  inspectorOrganization: (region: string) => `inspector-organization-${region}`,
  cisScan: (scan: string, region: string) => `cis-scan-${scan}-${region}`,
  configAggregator: (region: string) => `config-aggregator-${region}`,
  configAggregatorRole: "config-aggregator-role",
  configAggregatorPolicy: "config-aggregator-policy",

  extensionRule: (name: string, region: string) => `extension-rule-${name}-${region}`,
  extensionPack: (name: string, region: string) => `extension-pack-${name}-${region}`,
  extensionAssociation: (name: string, region: string) => `extension-association-${name}-${region}`,
  extensionArchiveRule: (name: string, region: string) => `extension-archive-rule-${name}-${region}`,
  extensionRoute: (part: string, name: string, region: string) => `extension-route-${part}-${name}-${region}`,
  extensionKey: (region: string) => `extension-key-${region}`,
  extensionSuppression: (name: string, region: string) => `extension-suppression-${name}-${region}`,
  remediationModes: (region: string) => `remediation-modes-${region}`,
  rootAccess: "root-access",
  organizationTrail: (region: string) => `organization-trail-${region}`,
  guardrail: (label: string) => `guardrail-${label}`,
  guardrailAttachment: (label: string, targetId: string) => `guardrail-${label}-${targetId}`,
  organizationPlan: (plan: string, region: string) => `detector-organization-plan-${plan}-${region}`,
  findingsExport: (region: string) => `findings-export-${region}`,
  suppression: (name: string, region: string) => `suppression-${name}-${region}`,
  trustedEntitySet: (name: string, region: string) => `trusted-entities-${name}-${region}`,
  threatEntitySet: (name: string, region: string) => `threat-entities-${name}-${region}`,
  organizationAnalyzer: (region: string) => `organization-analyzer-${region}`,
  unusedAccessAnalyzer: (region: string) => `unused-access-analyzer-${region}`,
  archiveRule: (analyzer: string, name: string, region: string) => `archive-rule-${analyzer}-${name}-${region}`,
} as const;

/** Names that AWS sees. The bucket names are global, so the account and the region are part of them. */
export const awsNames = {
  recorder: "bulwark",
  deliveryChannel: "bulwark",
  hostManagementRole: "BulwarkHostManagement",
  inventory: "bulwark-inventory",
  patchScan: "bulwark-patch-scan",
  organizationAnalyzer: "bulwark-organization",
  extension: (name: string) => `bulwark-extension-${name}`,
  /** On an analyzer of the organization, which has the rules of all accounts. */
  extensionArchiveRule: (accountId: string, name: string) => `bulwark-extension-${accountId}-${name}`,
  /** In the security account, where what responds to findings reads it. */
  remediationModes: (accountId: string) => `/bulwark/remediation-modes/${accountId}`,
  configAggregator: "bulwark-organization",
  configAggregatorRole: "BulwarkConfigAggregator",
  auditPack: "bulwark-audit",
  configRule: (name: string) => `bulwark-${name}`,
  trailBucket: (logArchive: string, region: string) => `bulwark-trail-${logArchive}-${region}`,
  organizationTrail: "bulwark-organization",
  guardrail: (label: string) => `bulwark-${label}`,
  unusedAccessAnalyzer: "bulwark-unused-access",
  configurationPolicy: (policy: string) => `bulwark-${policy}`,
  configBucket: (logArchive: string, region: string) => `bulwark-config-${logArchive}-${region}`,
  evidenceBucket: (logArchive: string, region: string) => `bulwark-evidence-${logArchive}-${region}`,
  findingsBucket: (logArchive: string, region: string) => `bulwark-guardduty-${logArchive}-${region}`,
  suppression: (name: string) => `bulwark-${name}`,
  archiveRule: (name: string) => `bulwark-${name}`,
  entitySet: (name: string) => `bulwark-${name}`,
  /** A queue for which there is a rule of the same name; its dead letters go to `<name>-dead-letters`. */
  accountEvents: "bulwark-account-events",
  accountEventDeadLetters: "bulwark-account-events-dead-letters",
  /** A topic for which there is a rule of the same name. */
  findingTopic: (severity: string) => `bulwark-findings-${severity}`,
  operationsTopic: "bulwark-operations",
  /** A queue for which there is a rule of the same name. */
  alertQueue: (way: string) => `bulwark-${way}`,
  alertDeadLetters: (way: string) => `bulwark-${way}-dead-letters`,
  alertDashboard: "bulwark-alerts",
  alertDeliveryRole: "BulwarkAlertDelivery",
  heartbeatRole: "BulwarkAlertHeartbeat",
  heartbeat: "bulwark-heartbeat",
} as const;

/** On everything that Bulwark makes and AWS can tag. */
export const TAGS = { ManagedBy: "Bulwark" } as const;
