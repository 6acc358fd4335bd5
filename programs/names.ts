import { CORE_ACCOUNTS, type CoreAccount } from "./core-accounts.ts";
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
  hubInvitation: (region: string) => `hub-invitation-${region}`,
  outsideMember: (accountId: string, region: string) => `hub-outside-member-${accountId}-${region}`,
  detector: (region: string) => `detector-${region}`,
  detectorMember: (region: string) => `detector-member-${region}`,
  memberPlan: (plan: string, region: string) => `detector-member-plan-${plan}-${region}`,
  plan: (plan: string, region: string) => `detector-plan-${plan}-${region}`,

  // In the admin stack these three have the account before the region; see `corePlace`.
  recorder: (place: string) => `recorder-${place}`,
  recorderStatus: (place: string) => `recorder-status-${place}`,
  deliveryChannel: (place: string) => `delivery-channel-${place}`,
  serviceLinkedRoleOf: (account: CoreAccount) => `service-linked-role-config-${CORE_ACCOUNTS[account]}`,
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
  hostDocument: (document: string, region: string) => `host-document-${document}-${region}`,
  hostScan: (document: string, region: string) => `host-scan-${document}-${region}`,
  hostPolicy: "host-policy",
  patchBaseline: (baseline: string, region: string) => `patch-baseline-${baseline}-${region}`,
  defaultPatchBaseline: (system: string, region: string) => `default-patch-baseline-${system}-${region}`,
  patchGroup: (baseline: string, group: string, region: string) => `patch-group-${baseline}-${group}-${region}`,
  patchWindow: (window: string, region: string) => `patch-window-${window}-${region}`,
  patchWindowHosts: (window: string, region: string) => `patch-window-hosts-${window}-${region}`,
  patchWindowTask: (window: string, region: string) => `patch-window-task-${window}-${region}`,
  patchingRole: "patching-role",
  patchingPolicy: "patching-policy",
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

  remediationRole: (remediation: string) => `remediation-role-${remediation}`,
  remediationPolicy: (remediation: string) => `remediation-policy-${remediation}`,
  /** @param document its name, which AWS sees */
  responseDocument: (document: string, region: string) => `response-document-${document}-${region}`,
  customAction: (remediation: string, region: string) => `custom-action-${remediation}-${region}`,

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
  hostScan: (document: string) => `bulwark-${document}`,
  hostPolicy: "BulwarkHostReports",
  patchBaseline: (baseline: string) => `bulwark-${baseline}`,
  patchWindow: (window: string) => `bulwark-${window}`,
  patchingRole: "BulwarkPatching",
  signatureBucket: (logArchive: string, region: string) => `bulwark-signatures-${logArchive}-${region}`,
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
  /** In members; the roles that they are for may have no other boundary. */
  remediationRole: (remediation: string) => `BulwarkRemediation-${remediation}`,
  remediationBoundary: "BulwarkRemediationBoundary",
  /** In the security account: the only principal that the roles of remediations trust. */
  responseRole: "BulwarkResponse",
  responseBoundary: "BulwarkResponseBoundary",
  /** The ledger, and the topic to which incidents are published. */
  incidents: "bulwark-incidents",
  /** Of the response; dead letters as of those of the alerts. */
  responseQueue: (name: string) => `bulwark-${name}`,
  /** Where people's requests about incidents wait for the responder, and where the service is asked for repairs. */
  requests: "bulwark-requests",
  repairs: "bulwark-repairs",
  /** A function for which there is a schedule of the same name, where it has one. */
  responseFunction: (name: string) => `bulwark-${name}`,
  functionLog: (name: string) => `/aws/lambda/bulwark-${name}`,
  forwarderRole: (name: string) => `BulwarkForwarder-${name}`,
  responseScheduleRole: "BulwarkResponseSchedule",
  /** Settings of the response, and its kill switch. */
  responseParameters: "/bulwark/response",
  /** What a role of Bulwark may do and has no room for in itself; `part` is a number, or `*` for all. */
  rolePolicy: (roleName: string, part: string) => `${roleName}-rights-${part}`,
  requestRule: (remediation: string) => `bulwark-request-${remediation}`,
  remediationRule: (remediation: string) => `bulwark-remediate-${remediation}`,
} as const;

/** On everything that Bulwark makes and AWS can tag. */
export const TAGS = { ManagedBy: "Bulwark" } as const;
