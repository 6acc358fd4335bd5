import type {
  DataSourceConfigurations,
  DataSourceConfigurationsResult,
  DetectorFeatureConfiguration,
  DetectorFeatureConfigurationResult,
  DetectorFeatureResult,
  FeatureAdditionalConfiguration,
  FeatureStatus,
} from "@aws-sdk/client-guardduty";
import { invalidInput, rejected } from "./rejections.ts";

interface Setting {
  readonly status: FeatureStatus;
  readonly updatedAt: Date;
}

interface Feature extends Setting {
  readonly additional: ReadonlyMap<FeatureAdditionalConfiguration, Setting>;
}

/** The optional protection plans of one detector. */
export type Features = Map<DetectorFeatureResult, Feature>;

interface Plan {
  readonly name: DetectorFeatureResult;
  /** State in a detector whose creator did not mention the plan; undefined where such a detector does not list it. */
  readonly initial?: FeatureStatus;
  readonly additional?: readonly FeatureAdditionalConfiguration[];
}

/**
 * The plans, in the order in which GetDetector lists them. GuardDuty's CreateDetector documentation: what is not
 * mentioned is enabled, except runtime monitoring. The two AI plans are offered in few regions, so they appear once set.
 */
const plans: readonly Plan[] = [
  { name: "S3_DATA_EVENTS", initial: "ENABLED" },
  { name: "EKS_AUDIT_LOGS", initial: "ENABLED" },
  { name: "EBS_MALWARE_PROTECTION", initial: "ENABLED" },
  { name: "RDS_LOGIN_EVENTS", initial: "ENABLED" },
  { name: "EKS_RUNTIME_MONITORING", initial: "DISABLED", additional: ["EKS_ADDON_MANAGEMENT"] },
  { name: "LAMBDA_NETWORK_LOGS", initial: "ENABLED" },
  {
    name: "RUNTIME_MONITORING",
    initial: "DISABLED",
    additional: ["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"],
  },
  { name: "AI_PROTECTION" },
  { name: "AI_ANALYST" },
];

/** Names of the plans that a new detector lists. */
export const listedPlans = plans.flatMap((plan) => (plan.initial === undefined ? [] : [plan.name]));

/** Additional configurations that a plan has. */
export function additionalOf(name: string): readonly FeatureAdditionalConfiguration[] {
  return plans.find((plan) => plan.name === name)?.additional ?? [];
}

/** The data sources that every enabled detector reads and that no one can switch. */
const foundational = ["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"] as const;

/** Plans of a new detector. `initial` replaces the documented defaults, as when an organization decides. */
export function newFeatures(at: Date, initial?: (name: DetectorFeatureResult) => FeatureStatus): Features {
  const features: Features = new Map();
  for (const plan of plans) {
    const status = plan.initial === undefined ? undefined : (initial?.(plan.name) ?? plan.initial);
    if (status === undefined) continue;
    const additional = (plan.additional ?? []).map((name): [FeatureAdditionalConfiguration, Setting] => [
      name,
      { status: "DISABLED", updatedAt: at },
    ]);
    features.set(plan.name, { status, updatedAt: at, additional: new Map(additional) });
  }
  return features;
}

/** The deprecated `DataSources` argument said as plans. */
export function fromDataSources(sources: DataSourceConfigurations | undefined): DetectorFeatureConfiguration[] {
  const wanted: DetectorFeatureConfiguration[] = [];
  const add = (Name: NonNullable<DetectorFeatureConfiguration["Name"]>, enable: boolean | undefined) => {
    if (enable !== undefined) wanted.push({ Name, Status: enable ? "ENABLED" : "DISABLED" });
  };
  add("S3_DATA_EVENTS", sources?.S3Logs?.Enable);
  add("EKS_AUDIT_LOGS", sources?.Kubernetes?.AuditLogs?.Enable);
  add("EBS_MALWARE_PROTECTION", sources?.MalwareProtection?.ScanEc2InstanceWithFindings?.EbsVolumes);
  return wanted;
}

/**
 * Refuses what GuardDuty refuses: both kinds of runtime monitoring in one request, and an additional configuration
 * of a plan that has none by that name.
 */
export function checkPlans(
  wanted: readonly {
    Name?: string | undefined;
    AdditionalConfiguration?: { Name?: string | undefined }[] | undefined;
  }[],
): void {
  const names = new Set(wanted.map((feature) => feature.Name));
  if (names.has("EKS_RUNTIME_MONITORING") && names.has("RUNTIME_MONITORING")) {
    throw rejected(
      "The request is rejected because EKS_RUNTIME_MONITORING and RUNTIME_MONITORING cannot be specified together.",
    );
  }
  for (const feature of wanted) {
    const known: readonly string[] = feature.Name === undefined ? [] : additionalOf(feature.Name);
    for (const additional of feature.AdditionalConfiguration ?? []) {
      if (additional.Name === undefined || !known.includes(additional.Name)) throw invalidInput();
    }
  }
}

/** Sets the plans that a request names and leaves the others. Throws `BadRequestException` as `checkPlans` does. */
export function configure(features: Features, wanted: readonly DetectorFeatureConfiguration[], at: Date): void {
  checkPlans(wanted);
  for (const { Name, Status, AdditionalConfiguration } of wanted) {
    if (Name === undefined || Status === undefined) throw invalidInput();
    const additional = new Map(features.get(Name)?.additional);
    for (const name of additionalOf(Name)) {
      if (!additional.has(name)) additional.set(name, { status: "DISABLED", updatedAt: at });
    }
    for (const setting of AdditionalConfiguration ?? []) {
      if (setting.Name === undefined || setting.Status === undefined) throw invalidInput();
      additional.set(setting.Name, { status: setting.Status, updatedAt: at });
    }
    features.set(Name, { status: Status, updatedAt: at, additional });
  }
}

/** `Features` of GetDetector. A suspended detector reads no foundational source either. */
export function describeFeatures(
  features: Features,
  enabled: boolean,
  createdAt: Date,
): DetectorFeatureConfigurationResult[] {
  return [
    ...foundational.map((Name) => ({
      Name,
      Status: enabled ? ("ENABLED" as const) : ("DISABLED" as const),
      UpdatedAt: createdAt,
    })),
    ...[...features].map(([Name, feature]) => ({
      Name,
      Status: feature.status,
      UpdatedAt: feature.updatedAt,
      ...(feature.additional.size === 0
        ? {}
        : {
            AdditionalConfiguration: [...feature.additional].map(([name, setting]) => ({
              Name: name,
              Status: setting.status,
              UpdatedAt: setting.updatedAt,
            })),
          }),
    })),
  ];
}

/** The deprecated `DataSources` of GetDetector, which Terraform's provider still reads. */
export function describeDataSources(features: Features, enabled: boolean): DataSourceConfigurationsResult {
  const source = { Status: enabled ? ("ENABLED" as const) : ("DISABLED" as const) };
  const plan = (name: DetectorFeatureResult) => ({ Status: features.get(name)?.status ?? ("DISABLED" as const) });
  return {
    CloudTrail: source,
    DNSLogs: source,
    FlowLogs: source,
    S3Logs: plan("S3_DATA_EVENTS"),
    Kubernetes: { AuditLogs: plan("EKS_AUDIT_LOGS") },
    MalwareProtection: { ScanEc2InstanceWithFindings: { EbsVolumes: plan("EBS_MALWARE_PROTECTION") } },
  };
}
