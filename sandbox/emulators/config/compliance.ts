import type {
  DescribeComplianceByConfigRuleRequest,
  DescribeComplianceByConfigRuleResponse,
  DescribeConformancePackComplianceRequest,
  DescribeConformancePackComplianceResponse,
  GetComplianceDetailsByConfigRuleRequest,
  GetComplianceDetailsByConfigRuleResponse,
} from "@aws-sdk/client-config-service";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { namedPack } from "./conformance-packs.ts";
import { namedRule, selectedRules } from "./rules.ts";
import { type Config, invalid, listed } from "./state.ts";

/** What is told of rules that nothing has evaluated: that there is not enough data. */
const NOT_EVALUATED = "INSUFFICIENT_DATA";

function checkTypes(types: readonly string[] = [], refused: string): void {
  if (types.includes(refused)) throw invalid(`The compliance type ${refused} is not a valid filter of this call.`);
}

/** Compliance of rules and conformance packs. No rule is ever evaluated here. */
export function complianceOperations(config: Config): Record<string, Operation> {
  const placeOf = ({ accountId, region }: Call<unknown>) => config.places.of(accountId, region);

  return {
    GetComplianceDetailsByConfigRule: (
      call: Call<GetComplianceDetailsByConfigRuleRequest>,
    ): GetComplianceDetailsByConfigRuleResponse => {
      namedRule(placeOf(call), call.input.ConfigRuleName);
      // Both calls support three of the four types each (EvaluationResult and Compliance in the API reference).
      checkTypes(call.input.ComplianceTypes, "INSUFFICIENT_DATA");
      listed([], call.input, 100);
      return { EvaluationResults: [] };
    },

    DescribeComplianceByConfigRule: (
      call: Call<DescribeComplianceByConfigRuleRequest>,
    ): DescribeComplianceByConfigRuleResponse => {
      const { ConfigRuleNames, ComplianceTypes: types = [], NextToken } = call.input;
      checkTypes(types, "NOT_APPLICABLE");
      const rules = selectedRules(placeOf(call), ConfigRuleNames);
      const wanted = types.length === 0 || types.includes(NOT_EVALUATED) ? rules : [];
      const { items, next } = listed(wanted, { NextToken }, 25);
      return {
        ComplianceByConfigRules: items.map(({ name }) => ({
          ConfigRuleName: name,
          Compliance: { ComplianceType: NOT_EVALUATED },
        })),
        ...next,
      };
    },

    DescribeConformancePackCompliance: (
      call: Call<DescribeConformancePackComplianceRequest>,
    ): DescribeConformancePackComplianceResponse => {
      const pack = namedPack(placeOf(call), call.input.ConformancePackName);
      const { ConfigRuleNames: names = [], ComplianceType } = call.input.Filters ?? {};
      const foreign = names.find((name) => !pack.ruleNames.includes(name));
      if (foreign !== undefined) {
        throw new AwsError(
          "NoSuchConfigRuleInConformancePackException",
          `The config rule '${foreign}' does not exist in the conformance pack '${pack.name}'.`,
        );
      }
      const wanted = ComplianceType === undefined || ComplianceType === NOT_EVALUATED ? pack.ruleNames : [];
      const { items, next } = listed(
        wanted.filter((name) => names.length === 0 || names.includes(name)),
        call.input,
        1000,
      );
      return {
        ConformancePackName: pack.name,
        ConformancePackRuleComplianceList: items.map((ConfigRuleName) => ({
          ConfigRuleName,
          ComplianceType: NOT_EVALUATED,
          Controls: [],
        })),
        ...next,
      };
    },
  };
}
