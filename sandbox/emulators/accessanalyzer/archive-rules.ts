import type {
  ApplyArchiveRuleRequest,
  ArchiveRuleSummary,
  CreateArchiveRuleRequest,
  Criterion,
  DeleteArchiveRuleRequest,
  GetArchiveRuleRequest,
  GetArchiveRuleResponse,
  ListArchiveRulesRequest,
  ListArchiveRulesResponse,
  UpdateArchiveRuleRequest,
} from "@aws-sdk/client-accessanalyzer";
import type { Aws, Call, Operation, Regional } from "../../gateway/emulator.ts";
import { page } from "../page.ts";
import { type Analyzer, type Analyzers, analyzerAt, analyzerNamed } from "./analyzer.ts";
import { conflict, invalid, notFound, quotaExceeded } from "./errors.ts";

/** Source: IAM user guide, "IAM Access Analyzer quotas" (the defaults). */
const MAX_RULES = 100;
const MAX_VALUES = 20;

/** Rules of an analyzer that archive findings as they come. */
export function archiveRuleOperations(aws: Aws, analyzers: Regional<Analyzers>): Record<string, Operation> {
  return {
    CreateArchiveRule(call: Call<CreateArchiveRuleRequest>) {
      const { analyzerName, ruleName = "", filter } = call.input;
      const analyzer = analyzerNamed(analyzers, call, analyzerName);
      if (analyzer.archiveRules.has(ruleName)) throw conflict("ArchiveRule", ruleName);
      putRule(analyzer, { ruleName, filter }, new Date(aws.now()));
      return {};
    },

    GetArchiveRule(call: Call<GetArchiveRuleRequest>): GetArchiveRuleResponse {
      return { archiveRule: ruleNamed(analyzerNamed(analyzers, call, call.input.analyzerName), call.input.ruleName) };
    },

    ListArchiveRules(call: Call<ListArchiveRulesRequest>): ListArchiveRulesResponse {
      const { analyzerName, nextToken: token, maxResults: limit } = call.input;
      const rules = [...analyzerNamed(analyzers, call, analyzerName).archiveRules.values()];
      const { items, ...rest } = page(rules, {
        token,
        limit,
        defaultLimit: 100,
        badToken: () => invalid("The nextToken is invalid."),
      });
      return { archiveRules: items, ...rest };
    },

    UpdateArchiveRule(call: Call<UpdateArchiveRuleRequest>) {
      const analyzer = analyzerNamed(analyzers, call, call.input.analyzerName);
      const { ruleName } = ruleNamed(analyzer, call.input.ruleName);
      putRule(analyzer, { ruleName, filter: call.input.filter }, new Date(aws.now()));
      return {};
    },

    DeleteArchiveRule(call: Call<DeleteArchiveRuleRequest>) {
      const analyzer = analyzerNamed(analyzers, call, call.input.analyzerName);
      analyzer.archiveRules.delete(ruleNamed(analyzer, call.input.ruleName).ruleName ?? "");
      return {};
    },

    ApplyArchiveRule(call: Call<ApplyArchiveRuleRequest>) {
      ruleNamed(analyzerAt(analyzers, call, call.input.analyzerArn), call.input.ruleName);
      return {};
    },
  };
}

/** Adds or replaces a rule. Throws `ServiceQuotaExceededException` and `ValidationException`. */
export function putRule(
  analyzer: Analyzer,
  rule: { readonly ruleName: string | undefined; readonly filter: Record<string, Criterion> | undefined },
  now: Date,
): void {
  const { ruleName = "", filter = {} } = rule;
  const before = analyzer.archiveRules.get(ruleName);
  if (before === undefined && analyzer.archiveRules.size >= MAX_RULES) {
    throw quotaExceeded("ArchiveRule", ruleName, `An analyzer can have ${MAX_RULES} archive rules.`);
  }
  for (const [key, { eq = [], neq = [], contains = [] }] of Object.entries(filter)) {
    if (Math.max(eq.length, neq.length, contains.length) > MAX_VALUES) {
      throw invalid(`The criterion ${key} can have ${MAX_VALUES} values.`);
    }
  }
  analyzer.archiveRules.set(ruleName, { ruleName, filter, createdAt: before?.createdAt ?? now, updatedAt: now });
}

function ruleNamed(analyzer: Analyzer, name = ""): ArchiveRuleSummary {
  const rule = analyzer.archiveRules.get(name);
  if (rule === undefined) throw notFound("ArchiveRule", name);
  return rule;
}
