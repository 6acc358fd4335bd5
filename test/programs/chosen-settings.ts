import fc from "fast-check";
import type { Partition } from "../../programs/partition.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import { MANIFESTS } from "../../remediation/manifests.ts";
import {
  CONTACT,
  DETECTION_OPTIONS,
  EVERY_OPTION,
  forwarders,
  MEMBER,
  OTHER_UNIT,
  settings,
  TRIAL_UNIT,
} from "./samples.ts";

/** A section of the features, by its name in the settings. */
export type Section = keyof OrganizationSettings["features"];

/** Where an organization is. */
export interface Place {
  readonly partition: Partition;
  readonly regions: readonly string[];
  readonly homeRegion: string;
}

/** Regions of each partition, an opt-in region among them. */
export const REGIONS: Readonly<Record<Partition, readonly string[]>> = {
  aws: ["us-east-1", "us-west-2", "eu-central-1", "ap-southeast-3"],
  "aws-us-gov": ["us-gov-west-1", "us-gov-east-1"],
  "aws-cn": ["cn-north-1", "cn-northwest-1"],
};

/** Some regions of a partition in any order, one of them the home region. */
export const place: fc.Arbitrary<Place> = fc.constantFrom<Partition>("aws", "aws-us-gov", "aws-cn").chain((partition) =>
  fc
    .shuffledSubarray([...REGIONS[partition]], { minLength: 1, maxLength: Math.min(3, REGIONS[partition].length) })
    .chain((regions) =>
      fc.record({
        partition: fc.constant(partition),
        regions: fc.constant(regions),
        homeRegion: fc.constantFrom(...regions),
      }),
    ),
);

const flag = fc.boolean();
const part = <Fields extends object>(fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> }) =>
  fc.record({ enabled: flag, ...fields });
/** All of a list, or nothing of it. */
const perhaps = <Item>(items: readonly Item[]) => fc.constantFrom<readonly Item[]>([], items);

/** Any choice that the settings allow in a section, as somebody would write it down. A section that is not here has its defaults. */
const sections: Readonly<Partial<Record<Section, (at: Place) => fc.Arbitrary<object>>>> = {
  alerts: () =>
    part({
      logRetentionDays: fc.constantFrom(30, 365),
      heartbeat: part({ everyMinutes: fc.integer({ min: 5, max: 60 }) }),
      subscriptions: fc.record({ operations: perhaps(["operations@example.org"]), low: perhaps(["low@example.org"]) }),
    }),
  account: ({ partition }) =>
    part({
      snapshotSharing: fc.constantFrom("block-all-sharing", "block-new-sharing", "off"),
      imageSharing: fc.constantFrom("block-new-sharing", "off"),
      instanceMetadata: part({ hopLimit: fc.integer({ min: 1, max: 64 }) }),
      securityContact: fc.constantFrom(...(partition === "aws-us-gov" ? [undefined] : [undefined, CONTACT])),
      defaultSecurityGroups: part({ vpcs: fc.constantFrom("all", "default") }),
      flowLogs: part({ traffic: fc.constantFrom("REJECT", "ALL"), aggregationSeconds: fc.constantFrom(60, 600) }),
    }),
  systemsManager: () =>
    part({
      hostManagement: part({}),
      inventory: part({ everyHours: fc.integer({ min: 1, max: 24 }) }),
      patchScan: part({ everyHours: fc.integer({ min: 1, max: 24 }) }),
      virusScan: part({ guardDuty: part({}) }),
      sensitiveInformationScan: part({}),
      patchNow: part({}),
      hostPolicy: part({}),
    }),
  guardrails: () =>
    part({
      trialUnit: fc.constant(TRIAL_UNIT),
      units: perhaps([OTHER_UNIT]),
      security: fc.constant({ enabled: true }),
      regions: part({ globalActions: perhaps(["route53:*"]) }),
      externalAccess: part({ partnerAccounts: perhaps(["444455556666"]) }),
      ec2: part({ declares: fc.constant(["serialConsole"]) }),
    }),
  remediations: () => part({ off: fc.subarray(MANIFESTS.map(({ name }) => name)) }),
  response: (at) =>
    part({
      policy: fc.record({
        modes: fc.dictionary(
          fc.constantFrom(...MANIFESTS.map(({ name }) => name)),
          fc.constantFrom("off", "observe", "alert", "ask", "automatic"),
          { noNullPrototype: true },
        ),
        units: perhaps([{ organizationalUnit: OTHER_UNIT, modes: { "s3-tls-only": "ask" } }]),
        attempts: fc.integer({ min: 1, max: 10 }),
      }),
      slack: fc.constantFrom(undefined, forwarders(at).slack),
      splunk: fc.constantFrom(undefined, forwarders(at).splunk),
      serviceDesk: fc.constantFrom(undefined, forwarders(at).serviceDesk),
    }),
  delegation: () => fc.record({ systemsManager: part({}) }),
  rootAccess: ({ partition }) =>
    fc
      .record({ enabled: partition === "aws" ? flag : fc.constant(false), sessions: flag, remove: flag })
      .map(({ remove, ...rest }) => ({ ...rest, removeCredentials: rest.enabled && remove })),
  trail: () =>
    part({
      dataEvents: fc.subarray(["s3", "lambda", "dynamodb"]),
      objectLock: fc.constantFrom(undefined, { days: 30 }, { mode: "COMPLIANCE", days: 365 }),
      delegatedAdministrator: flag,
    }),
  config: () =>
    part({
      auditPack: part({ requiredTags: perhaps(["Owner"]), backupRetentionDays: fc.integer({ min: 1, max: 100 }) }),
      rules: perhaps(EVERY_OPTION.config.rules),
      policies: perhaps(EVERY_OPTION.config.policies),
    }),
  inspector: () =>
    part({
      resourceTypes: fc.subarray(["EC2", "ECR", "LAMBDA"], { minLength: 1 }),
      autoEnable: fc.subarray(["EC2", "ECR"]),
      cisScans: perhaps(EVERY_OPTION.inspector.cisScans),
    }),
  accessAnalyzer: () =>
    part({
      unusedAccess: part({ age: fc.integer({ min: 1, max: 365 }) }),
      archiveRules: perhaps(DETECTION_OPTIONS.accessAnalyzer.archiveRules),
    }).map(({ archiveRules, ...rest }) => ({
      ...rest,
      // Those of unused access need its analyzer.
      archiveRules: archiveRules?.filter((rule) => rest.unusedAccess?.enabled || !("analyzer" in rule)),
    })),
  guardDuty: () =>
    part({
      plans: fc.record({
        s3: flag,
        eks: flag,
        malware: flag,
        runtime: part({ agents: fc.record({ eks: flag, ec2: flag }) }),
      }),
      autoEnable: fc.constantFrom("NONE", "NEW", "ALL"),
      exportFindings: flag,
      suppressions: perhaps(DETECTION_OPTIONS.guardDuty.suppressions),
      trustedEntitySets: perhaps(DETECTION_OPTIONS.guardDuty.trustedEntitySets),
      threatEntitySets: perhaps([{ name: "feed", location: "s3://lists/feed.txt", bucketOwner: MEMBER }]),
    }),
  securityHub: () =>
    fc.record({
      disabledControls: perhaps(EVERY_OPTION.securityHub.disabledControls),
      productSubscriptions: fc.record({
        security: perhaps(EVERY_OPTION.securityHub.productSubscriptions.security),
        members: perhaps(EVERY_OPTION.securityHub.productSubscriptions.members),
      }),
      insights: part({}),
      automationRules: part({}),
    }),
};

/** The names of the sections that vary. */
export const SECTIONS = Object.keys(sections) as readonly Section[];

/** Any choice in all sections. */
export function features(at: Place): fc.Arbitrary<Record<Section, object>> {
  const varied = Object.entries(sections).map(([section, choices]) => [section, choices(at)] as const);
  return fc.record(Object.fromEntries(varied)) as fc.Arbitrary<Record<Section, object>>;
}

/** The settings of an organization, parsed as the service would. */
export function organization(at: Place, chosen: object, more: object = {}): OrganizationSettings {
  // Written down and read again: what is undefined is not there.
  return settings(JSON.parse(JSON.stringify({ ...at, features: chosen, ...more })) as Record<string, unknown>);
}
