import { type Call, type EmulatorFactory, regional } from "../../gateway/emulator.ts";
import type { Analyzers } from "./analyzer.ts";
import { analyzerOperations } from "./analyzer-operations.ts";
import { archiveRuleOperations } from "./archive-rules.ts";
import { findingOperations } from "./findings.ts";
import { tagOperations } from "./tags.ts";

/** IAM Access Analyzer: analyzers of an account or the organization, their archive rules, tags and (no) findings. */
export const accessAnalyzer: EmulatorFactory = (aws) => {
  const analyzers = regional<Analyzers>(() => new Map());
  return {
    signingName: "access-analyzer",
    model: "accessanalyzer",
    operations: {
      ...analyzerOperations(aws, analyzers),
      ...archiveRuleOperations(aws, analyzers),
      ...findingOperations(analyzers),
      ...tagOperations(analyzers),
    },
    authorization: (call) => ({
      actions: [`access-analyzer:${ACTIONS[call.operation] ?? call.operation}`],
      resources: [resourceOf(aws.organization.partition, call)],
    }),
  };
};

/** Source: API reference, ListFindingsV2 and GetFindingV2: both versions go by one action. */
const ACTIONS: Readonly<Record<string, string>> = { ListFindingsV2: "ListFindings", GetFindingV2: "GetFinding" };

/** Source: service authorization reference, resource types `Analyzer` and `ArchiveRule`. */
function resourceOf(partition: string, { accountId, region, operation, input }: Call<Record<string, unknown>>): string {
  const arn = input.analyzerArn ?? input.resourceArn;
  const name = input.analyzerName;
  if (typeof arn !== "string" && typeof name !== "string") return "*";
  const analyzer =
    typeof arn === "string" ? arn : `arn:${partition}:access-analyzer:${region}:${accountId}:analyzer/${name}`;
  // ListArchiveRules is granted on the analyzer, and it names no rule.
  return operation.includes("ArchiveRule") && typeof input.ruleName === "string"
    ? `${analyzer}/archive-rule/${input.ruleName}`
    : analyzer;
}
