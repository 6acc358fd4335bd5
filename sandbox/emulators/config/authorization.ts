import type { OrganizationAggregationSource } from "@aws-sdk/client-config-service";
import type { Call, Emulator } from "../../gateway/emulator.ts";
import { authorizationArn } from "./authorizations.ts";
import type { Config } from "./state.ts";

type Decision = ReturnType<NonNullable<Emulator["authorization"]>>;

/** Actions on one rule, pack or aggregator, with the member that names it (service authorization reference, AWS Config). */
const ON_ONE = {
  DeleteConfigRule: ["rules", "ConfigRuleName"],
  GetComplianceDetailsByConfigRule: ["rules", "ConfigRuleName"],
  PutConformancePack: ["packs", "ConformancePackName"],
  DeleteConformancePack: ["packs", "ConformancePackName"],
  DescribeConformancePackCompliance: ["packs", "ConformancePackName"],
  PutConfigurationAggregator: ["aggregators", "ConfigurationAggregatorName"],
  DeleteConfigurationAggregator: ["aggregators", "ConfigurationAggregatorName"],
  DescribeConfigurationAggregatorSourcesStatus: ["aggregators", "ConfigurationAggregatorName"],
} as const;

const PATHS = { rules: "config-rule", packs: "conformance-pack", aggregators: "config-aggregator" } as const;

/** On what IAM decides about a call. What is not made yet has no id, so a policy must name any: `config-rule/*`. */
export function authorizationOf(config: Config, call: Call<Record<string, unknown>>): Decision {
  const { operation, input, accountId, region } = call;
  if (typeof input.ResourceArn === "string") return { resources: [input.ResourceArn] };
  const place = config.places.of(accountId, region);
  const any = (path: string) => `arn:${config.aws.organization.partition}:config:${region}:${accountId}:${path}/*`;

  if (operation === "PutConfigRule") {
    const { ConfigRuleName } = (input.ConfigRule ?? {}) as Record<string, unknown>;
    return { resources: [place.rules.get(String(ConfigRuleName))?.arn ?? any(PATHS.rules)] };
  }
  if (operation.endsWith("AggregationAuthorization")) {
    const authorized = { AuthorizedAccountId: undefined, AuthorizedAwsRegion: undefined, ...input };
    return { resources: [authorizationArn(config, call, authorized)] };
  }
  const { RoleArn } = (input.OrganizationAggregationSource ?? {}) as Partial<OrganizationAggregationSource>;
  if (operation === "PutConfigurationAggregator" && RoleArn !== undefined) return passing(operation, RoleArn);
  const { roleARN } = (input.ConfigurationRecorder ?? {}) as Record<string, unknown>;
  if (operation === "PutConfigurationRecorder" && typeof roleARN === "string") return passing(operation, roleARN);
  if (!(operation in ON_ONE)) return {};
  const [kind, member] = ON_ONE[operation as keyof typeof ON_ONE];
  return { resources: [place[kind].get(String(input[member]))?.arn ?? any(PATHS[kind])] };
}

/** Giving Config a role is passing it. Both actions are asked for the role: what takes it may have no ARN yet. */
function passing(operation: string, roleArn: string): Decision {
  return {
    actions: [`config:${operation}`, "iam:PassRole"],
    resources: [roleArn],
    context: { "iam:PassedToService": "config.amazonaws.com" },
  };
}
