import { EXTENSION_TYPES } from "../../programs/extensions/extensions.ts";
import { AdminInputs, BaselineInputs } from "../../programs/inputs.ts";
import { OrganizationSettings } from "../../programs/settings.ts";

export const MANAGEMENT = "111111111111";
export const SECURITY = "222222222222";
export const LOG_ARCHIVE = "333333333333";
export const MEMBER = "100000000001";
/** In no organization. */
export const OUTSIDE = "555555555555";
/** A default VPC; the samples have one of this id in every region. */
export const VPC = "vpc-0a1b2c3d";
/** Of nobody, in every account. */
export const CONTACT = { name: "Security", title: "On call", email: "security@example.org", phone: "+1 555 0100" };

export const TRIAL_UNIT = "ou-bulw-dev000001";
export const OTHER_UNIT = "ou-bulw-prod00001";

/** Features of the admin stack that are off unless they are asked for, switched on. */
export const ADMIN_OPTIONS = {
  guardrails: {
    enabled: true,
    trialUnit: TRIAL_UNIT,
    units: [OTHER_UNIT],
    ec2: { enabled: true, declares: ["serialConsole"] },
  },
  trail: { enabled: true, dataEvents: ["s3"], objectLock: { days: 365 } },
  delegation: { systemsManager: { enabled: true } },
  rootAccess: { enabled: true, removeCredentials: true },
};

/** Settings of features in which everything that is optional is there. */
export const DETECTION_OPTIONS = {
  guardDuty: {
    suppressions: [
      {
        name: "scanner",
        description: "Our own scanner",
        criteria: [
          { field: "type", equals: ["Recon:EC2/PortProbeUnprotectedPort"] },
          { field: "severity", lessThan: 4 },
        ],
      },
    ],
    trustedEntitySets: [{ name: "partners", location: "s3://lists/partners.txt" }],
    threatEntitySets: [
      {
        name: "feed",
        location: "https://lists.s3.us-east-1.amazonaws.com/feed.csv",
        format: "OTX_CSV",
        bucketOwner: "100000000001",
      },
    ],
  },
  accessAnalyzer: {
    unusedAccess: { enabled: true, age: 60 },
    archiveRules: [
      { name: "partner", criteria: [{ key: "principal.AWS", equals: ["444455556666"] }] },
      { name: "breakglass", analyzer: "unused", criteria: [{ key: "resource", contains: ["BreakGlass"] }] },
    ],
  },
};

/** One entry of each type that a team can put on its account. */
export const EXTENSION_EXAMPLES = Object.values(EXTENSION_TYPES).map(({ example }) => example);

/** Features with everything in them that the defaults leave out. */
/** Every forwarder, with its secrets in the home region. */
export const forwarders = ({ partition, homeRegion }: { readonly partition: string; readonly homeRegion: string }) => {
  const secret = (name: string) => `arn:${partition}:secretsmanager:${homeRegion}:${SECURITY}:secret:${name}-AbCdEf`;
  return {
    slack: {
      routing: { defaultChannel: "C0123456789" },
      people: [{ user: "U0123456789", name: "Ada", role: "approver" }],
      token: secret("slack-token"),
      signingSecret: secret("slack-signing"),
    },
    splunk: { address: "https://splunk.example.org:8088", token: secret("splunk-token") },
    serviceDesk: {
      address: "https://desk.example.org",
      credentials: secret("desk"),
      desk: {
        incident: { reference: "ExternalId", version: "ExternalVersion" },
        template: { Service: "Cloud" },
        severities: Object.fromEntries(
          ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"].map((name, at) => [
            name,
            { impact: String(at + 1), urgency: String(at + 1) },
          ]),
        ),
        groups: {},
        group: "Cloud security",
        closure: { ClosureCode: "Solved" },
        change: null,
      },
    },
  };
};

export const EVERY_OPTION = {
  ...ADMIN_OPTIONS,
  ...DETECTION_OPTIONS,
  response: forwarders({ partition: "aws", homeRegion: "us-east-1" }),
  account: { securityContact: CONTACT },
  alerts: { subscriptions: { operations: ["operations@example.org"] } },
  securityHub: {
    disabledControls: [{ controlId: "IAM.6", standards: ["fsbp-1.0.0"], reason: "Test" }],
    outsideMembers: [{ accountId: OUTSIDE, email: "it@acquired.example.com" }],
    productSubscriptions: {
      security: [{ product: "prowler/prowler" }],
      members: [{ product: "prowler/prowler" }],
    },
  },
  inspector: {
    cisScans: [{ name: "weekly", schedule: { every: "week", days: ["SUN"], at: "03:30" }, tags: { CisScan: ["yes"] } }],
  },
  systemsManager: {
    patching: {
      baselines: [
        {
          name: "linux",
          operatingSystem: "AMAZON_LINUX_2023",
          rules: [
            { filters: { CLASSIFICATION: ["Security"], SEVERITY: ["Critical", "Important"] }, complianceLevel: "HIGH" },
          ],
          patchGroups: ["web"],
        },
      ],
      windows: [{ name: "weekly", schedule: "cron(0 3 ? * SUN *)" }],
    },
  },
  config: {
    rules: [{ name: "volumes-in-use", identifier: "EC2_VOLUME_INUSE_CHECK" }],
    policies: [
      {
        name: "queue-keys",
        policy: "rule keyed when resourceType == 'AWS::SQS::Queue' { configuration.KmsMasterKeyId exists }",
        resourceTypes: ["AWS::SQS::Queue"],
      },
    ],
  },
} as const;

/** One control that is customized. */
export const CONTROL_PARAMETERS = [
  {
    controlId: "ACM.1",
    parameters: { daysToExpiration: { integer: 60 } },
    // No version of CIS has it.
    standards: ["fsbp-1.0.0"],
    reason: "Two monthly change windows",
  },
];

/** Settings of the sample organization in two regions. */
export function settings(overrides: Record<string, unknown> = {}): OrganizationSettings {
  return OrganizationSettings.parse({
    homeRegion: "us-east-1",
    regions: ["us-east-1", "us-west-2"],
    accounts: { management: MANAGEMENT, security: SECURITY, logArchive: LOG_ARCHIVE },
    controlParameters: CONTROL_PARAMETERS,
    ...overrides,
  });
}

function shared(from: OrganizationSettings) {
  const { partition, homeRegion, regions, accounts, roles, standards, features } = from;
  return { partition, homeRegion, regions, accounts, roles, standards, features, organizationId: "o-bulwark0demo" };
}

/** Inputs of the admin stack, from settings. */
export function adminInputs(overrides: Record<string, unknown> = {}, from = settings()): AdminInputs {
  return AdminInputs.parse({
    kind: "admin",
    ...shared(from),
    controlParameters: from.controlParameters,
    environments: { prod: [MEMBER], dev: ["100000000013"] },
    ...overrides,
  });
}

/** Inputs of the baseline of one member account, from settings. */
export function baselineInputs(overrides: Record<string, unknown> = {}, from = settings()): BaselineInputs {
  return BaselineInputs.parse({
    kind: "baseline",
    ...shared(from),
    accountId: MEMBER,
    accountName: "clearing-prod",
    email: "clearing-prod@example.org",
    passwordPolicy: from.passwordPolicy,
    controlParameters: from.controlParameters,
    vpcs: Object.fromEntries(from.regions.map((region) => [region, [{ vpcId: VPC, isDefault: true }]])),
    admin: {
      detectorIds: Object.fromEntries(from.regions.map((region) => [region, `security-detector-${region}`])),
      analyzerArns: Object.fromEntries(
        from.regions.map((region) => [
          region,
          `arn:aws:access-analyzer:${region}:${SECURITY}:analyzer/bulwark-organization`,
        ]),
      ),
      configBucket: `bulwark-config-${LOG_ARCHIVE}-${from.homeRegion}`,
      configKeyArn: `arn:${from.partition}:kms:${from.homeRegion}:${LOG_ARCHIVE}:key/config`,
    },
    ...overrides,
  });
}
