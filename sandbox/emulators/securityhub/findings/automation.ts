import type { AutomationRulesFindingFilters } from "@aws-sdk/client-securityhub";
import { type At, hubAt } from "../lifecycle.ts";
import type { AutomationRule, State, StoredFinding } from "../state.ts";
import { change, changesOf } from "./changes.ts";
import { compileFilters } from "./filters.ts";

/** Criteria that take more values than other filters do (documentation of `AutomationRulesFindingFilters`). */
const moreValues = { AwsAccountId: 100, GeneratorId: 100, ResourceId: 100, Title: 100 } as const;

/** The test of a rule's criteria. Throws `InvalidInputException` for criteria that AWS refuses. */
export function criteriaTest(criteria: AutomationRulesFindingFilters, now: number): ReturnType<typeof compileFilters> {
  return compileFilters(criteria, now, moreValues);
}

/**
 * Applies the rules of the account's administrator to a finding that has just come, before anyone hears of it (user guide, "Understanding
 * automation rules": rules come before EventBridge). Rules act in the region in which they were made, those of a lower order first.
 */
export function applyAutomationRules(state: State, at: At, stored: StoredFinding): void {
  const administratorId = state.memberships.inForce(at.region, at.accountId)?.administratorId ?? at.accountId;
  const rules = hubAt(state, { accountId: administratorId, region: at.region })?.automationRules.values() ?? [];
  const now = state.aws.now();
  for (const rule of [...rules].filter(({ RuleStatus }) => RuleStatus === "ENABLED").sort(inOrder)) {
    if (!criteriaTest(rule.Criteria, now)(stored.finding)) continue;
    for (const { FindingFieldsUpdate: update } of rule.Actions) {
      if (update !== undefined) change(stored, changesOf(update, new Date(now)));
    }
    if (rule.IsTerminal) return;
  }
}

function inOrder(a: AutomationRule, b: AutomationRule): number {
  return a.RuleOrder - b.RuleOrder || a.UpdatedAt.getTime() - b.UpdatedAt.getTime();
}
