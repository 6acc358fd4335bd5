import type { FindingAggregator } from "@pulumi/aws/securityhub/findingAggregator.js";
import { Insight, type InsightArgs } from "@pulumi/aws/securityhub/insight.js";
import type { AdminInputs } from "../inputs.ts";
import { names } from "../names.ts";
import { ENVIRONMENT_FIELD } from "./environment-rules.ts";
import type { AdminStack } from "./stack.ts";

const equals = (value: string) => ({ comparison: "EQUALS", value });

/** What somebody has to see to: nothing that is resolved, suppressed or archived. */
const backlog = {
  recordStates: [equals("ACTIVE")],
  workflowStatuses: [equals("NEW"), equals("NOTIFIED")],
};

/** Controls that find something reachable by anybody; a filter takes twenty values. */
const PUBLIC_CONTROLS = [
  ...["DMS.1", "EC2.1", "EC2.9", "EC2.15", "EC2.25", "ECS.2", "EKS.1", "ES.2", "Lambda.1"],
  ...["Opensearch.2", "RDS.1", "RDS.2", "Redshift.1", "S3.2", "S3.3", "S3.8", "S3.19", "SageMaker.1", "SSM.4"],
];

type View = readonly [key: string, args: Required<Pick<InsightArgs, "name" | "groupByAttribute" | "filters">>];

/** Views of the backlog of all regions, in the home region, where findings come together. */
export function insights({ inputs, security, declare }: AdminStack, aggregator: FindingAggregator): void {
  if (!inputs.features.securityHub.insights.enabled) return;
  const region = inputs.homeRegion;
  for (const [key, wanted] of [...views(), ...environmentViews(inputs)]) {
    declare(
      Insight,
      { name: names.insight(key, region), region, wanted },
      { provider: security, dependsOn: [aggregator] },
    );
  }
}

function views(): View[] {
  const publicControls = { complianceSecurityControlIds: PUBLIC_CONTROLS.map(equals) };
  return [
    ["accounts", { name: "Bulwark backlog by account", groupByAttribute: "AwsAccountId", filters: backlog }],
    ["resources", { name: "Bulwark backlog by resource", groupByAttribute: "ResourceId", filters: backlog }],
    [
      "controls",
      { name: "Bulwark backlog by control", groupByAttribute: "ComplianceSecurityControlId", filters: backlog },
    ],
    [
      "public-resources",
      {
        name: "Bulwark public resources",
        groupByAttribute: "ResourceId",
        filters: { ...backlog, ...publicControls, complianceStatuses: [equals("FAILED")] },
      },
    ],
  ];
}

/** The field that they filter by is set by the automation rules. */
function environmentViews({ environments, features }: AdminInputs): View[] {
  const { enabled, environments: known } = features.securityHub.automationRules;
  return Object.keys(known)
    .filter((environment) => enabled && (environments[environment]?.length ?? 0) > 0)
    .sort()
    .map((environment) => [
      `environment-${environment}`,
      {
        name: `Bulwark backlog of ${environment} by account`,
        groupByAttribute: "AwsAccountId",
        filters: {
          ...backlog,
          userDefinedValues: [{ comparison: "EQUALS", key: ENVIRONMENT_FIELD, value: environment }],
        },
      },
    ]);
}
