import type { GuardDutySettings } from "./guardduty-settings.ts";

/** GuardDuty's protection plans, as the settings name them, by the feature that AWS knows them as. */
export const PLANS = {
  s3: "S3_DATA_EVENTS",
  eks: "EKS_AUDIT_LOGS",
  rds: "RDS_LOGIN_EVENTS",
  lambda: "LAMBDA_NETWORK_LOGS",
  malware: "EBS_MALWARE_PROTECTION",
  runtime: "RUNTIME_MONITORING",
} as const;
export type PlanName = keyof typeof PLANS;
export type PlanFeature = (typeof PLANS)[PlanName];

/**
 * The agents that GuardDuty installs for runtime monitoring, in the order in which AWS returns them: the provider compares a list
 * (hashicorp/terraform-provider-aws#44822).
 */
export const AGENTS = {
  eks: "EKS_ADDON_MANAGEMENT",
  ecsFargate: "ECS_FARGATE_AGENT_MANAGEMENT",
  ec2: "EC2_AGENT_MANAGEMENT",
} as const;
export type AgentFeature = (typeof AGENTS)[keyof typeof AGENTS];

/** One plan as it is set, or as it was found. */
export interface PlanState {
  readonly name: PlanFeature;
  readonly status: "ENABLED" | "DISABLED";
  /** Of runtime monitoring only. All of them, so that none is left as somebody else had it. */
  readonly additionalConfigurations?: readonly {
    readonly name: AgentFeature;
    readonly status: "ENABLED" | "DISABLED";
  }[];
}

/** The plans that the settings ask for in a region, on or off; none where the section is switched off. */
export function wantedPlans(settings: GuardDutySettings, region: string): readonly (readonly [PlanName, PlanState])[] {
  if (!settings.enabled) return [];
  const missing = settings.notOffered[region] ?? [];
  return (Object.keys(PLANS) as PlanName[])
    .filter((plan) => !missing.includes(plan))
    .map((plan) => [plan, stateOf(settings.plans, plan)] as const);
}

function stateOf(plans: GuardDutySettings["plans"], plan: PlanName): PlanState {
  if (plan !== "runtime") return { name: PLANS[plan], status: status(plans[plan]) };
  const { enabled, agents } = plans.runtime;
  return {
    name: PLANS.runtime,
    status: status(enabled),
    additionalConfigurations: (Object.keys(AGENTS) as (keyof typeof AGENTS)[]).map((agent) => ({
      name: AGENTS[agent],
      // An agent of a plan that is off would go on being installed.
      status: status(enabled && agents[agent]),
    })),
  };
}

const status = (on: boolean) => (on ? "ENABLED" : "DISABLED");
