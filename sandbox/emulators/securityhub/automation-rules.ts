import { randomUUID } from "node:crypto";
import type {
  AutomationRulesAction,
  AutomationRulesFindingFilters,
  BatchDeleteAutomationRulesRequest,
  BatchDeleteAutomationRulesResponse,
  BatchGetAutomationRulesRequest,
  BatchGetAutomationRulesResponse,
  BatchUpdateAutomationRulesRequest,
  BatchUpdateAutomationRulesResponse,
  CreateAutomationRuleRequest,
  CreateAutomationRuleResponse,
  ListAutomationRulesRequest,
  ListAutomationRulesResponse,
  UnprocessedAutomationRule,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { automationRuleArn } from "./arns.ts";
import { accessDenied, invalidInput, limitExceeded } from "./errors.ts";
import { criteriaTest } from "./findings/automation.ts";
import { changesOf } from "./findings/changes.ts";
import { requireHub } from "./lifecycle.ts";
import { pageOf } from "./pages.ts";
import { type AutomationRule, type Hub, placeOf, type State } from "./state.ts";

/** User guide, "Understanding automation rules": of one administrator in one region. */
const mostRules = 100;

/** Rules by which an administrator has findings changed when they arrive. */
export function automationRuleOperations(state: State): Record<string, Operation> {
  /** The hub of an account that may have rules: a member has its administrator's. */
  const rulesOf = (call: Call<unknown>): Hub => {
    const hub = requireHub(state, call);
    const bond = state.memberships.inForce(call.region, call.accountId);
    if (bond === undefined) return hub;
    throw accessDenied(
      `Account ${call.accountId} is a member of ${bond.administratorId}: only a Security Hub administrator account can use automation rules`,
    );
  };

  const check = (criteria: AutomationRulesFindingFilters, actions: readonly AutomationRulesAction[]): void => {
    const values = Object.values(criteria).filter((each) => each !== undefined && each.length > 0);
    if (values.length === 0) throw invalidInput("Criteria must have at least one filter");
    criteriaTest(criteria, state.aws.now());
    for (const { FindingFieldsUpdate: update = {} } of actions) {
      if (Object.keys(changesOf(update, new Date(0))).length === 0) {
        throw invalidInput("FindingFieldsUpdate must update at least one field");
      }
    }
  };

  return {
    CreateAutomationRule(call: Call<CreateAutomationRuleRequest>): CreateAutomationRuleResponse {
      const hub = rulesOf(call);
      const { Criteria: criteria = {}, Actions: actions = [], Tags: tags = {} } = call.input;
      check(criteria, actions);
      if (hub.automationRules.size >= mostRules) {
        throw limitExceeded(`Account ${call.accountId} can have ${mostRules} automation rules in ${call.region}`);
      }
      const arn = automationRuleArn(placeOf(state, call), randomUUID());
      const now = new Date(state.aws.now());
      hub.automationRules.set(arn, {
        RuleArn: arn,
        RuleStatus: call.input.RuleStatus ?? "ENABLED",
        RuleOrder: call.input.RuleOrder ?? 1,
        RuleName: call.input.RuleName ?? "",
        Description: call.input.Description ?? "",
        IsTerminal: call.input.IsTerminal ?? false,
        Criteria: criteria,
        Actions: actions,
        CreatedAt: now,
        UpdatedAt: now,
        CreatedBy: call.principal.arn,
        tags: new Map(Object.entries(tags)),
      });
      return { RuleArn: arn };
    },

    BatchGetAutomationRules(call: Call<BatchGetAutomationRulesRequest>): BatchGetAutomationRulesResponse {
      const hub = rulesOf(call);
      const { found, unprocessed } = sought(hub, call.input.AutomationRulesArns);
      return { Rules: found.map(describe), UnprocessedAutomationRules: unprocessed };
    },

    ListAutomationRules(call: Call<ListAutomationRulesRequest>): ListAutomationRulesResponse {
      const rules = [...rulesOf(call).automationRules.values()];
      const { items, rest } = pageOf(rules, call.input, 100);
      const metadata = items.map((rule) => {
        const { Criteria: _criteria, Actions: _actions, ...shown } = describe(rule);
        return shown;
      });
      return { AutomationRulesMetadata: metadata, ...rest };
    },

    BatchUpdateAutomationRules(call: Call<BatchUpdateAutomationRulesRequest>): BatchUpdateAutomationRulesResponse {
      const hub = rulesOf(call);
      const items = call.input.UpdateAutomationRulesRequestItems ?? [];
      const { found, unprocessed } = sought(
        hub,
        items.map(({ RuleArn }) => RuleArn ?? ""),
      );
      for (const { RuleArn: arn = "", ...changes } of items) {
        const rule = hub.automationRules.get(arn);
        if (rule === undefined) continue;
        const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
        const changed: AutomationRule = { ...rule, ...given, UpdatedAt: new Date(state.aws.now()) };
        check(changed.Criteria, changed.Actions);
        hub.automationRules.set(arn, changed);
      }
      return {
        ProcessedAutomationRules: found.map(({ RuleArn }) => RuleArn),
        UnprocessedAutomationRules: unprocessed,
      };
    },

    BatchDeleteAutomationRules(call: Call<BatchDeleteAutomationRulesRequest>): BatchDeleteAutomationRulesResponse {
      const hub = rulesOf(call);
      const { found, unprocessed } = sought(hub, call.input.AutomationRulesArns);
      for (const { RuleArn: arn } of found) hub.automationRules.delete(arn);
      return {
        ProcessedAutomationRules: found.map(({ RuleArn }) => RuleArn),
        UnprocessedAutomationRules: unprocessed,
      };
    },
  };
}

function sought(hub: Hub, arns: readonly string[] = []) {
  const found: AutomationRule[] = [];
  const unprocessed: UnprocessedAutomationRule[] = [];
  for (const arn of new Set(arns)) {
    const rule = hub.automationRules.get(arn);
    if (rule !== undefined) found.push(rule);
    else unprocessed.push({ RuleArn: arn, ErrorCode: 404, ErrorMessage: `Automation rule ${arn} was not found` });
  }
  return { found, unprocessed };
}

function describe({ tags: _tags, ...rule }: AutomationRule): Omit<AutomationRule, "tags"> {
  return rule;
}
