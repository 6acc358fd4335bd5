import { randomUUID } from "node:crypto";
import type {
  CreateInsightRequest,
  CreateInsightResponse,
  DeleteInsightRequest,
  DeleteInsightResponse,
  GetInsightResultsRequest,
  GetInsightResultsResponse,
  GetInsightsRequest,
  GetInsightsResponse,
  Insight,
  InsightResultValue,
  UpdateInsightRequest,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { insightArn } from "./arns.ts";
import { invalidInput, limitExceeded, notFound } from "./errors.ts";
import { filterFields, valuesAt } from "./findings/filter-fields.ts";
import { compileFilters } from "./findings/filters.ts";
import { visibleFindings } from "./findings/visibility.ts";
import { type At, requireHub } from "./lifecycle.ts";
import { pageOf } from "./pages.ts";
import { type Hub, placeOf, type State } from "./state.ts";

/** Security Hub quota "Custom insights", per account and region. */
const mostInsights = 100;

/** `GetInsightResults` answers this many groups, the largest. */
const mostResults = 100;

/** Groupings of findings. Only an account's own: those that AWS manages are in the console alone. */
export function insightOperations(state: State): Record<string, Operation> {
  const check = (insight: Insight): Insight => {
    const field = filterFields[insight.GroupByAttribute ?? ""];
    if (field === undefined || field.kind === "keyword" || field.kind === "map") {
      throw invalidInput(`Invalid GroupByAttribute: ${insight.GroupByAttribute}`);
    }
    compileFilters(insight.Filters ?? {}, state.aws.now());
    return insight;
  };

  return {
    CreateInsight(call: Call<CreateInsightRequest>): CreateInsightResponse {
      const hub = requireHub(state, call);
      const { Name, Filters, GroupByAttribute } = call.input;
      const arn = insightArn(placeOf(state, call), randomUUID());
      const insight = check({ InsightArn: arn, Name, Filters, GroupByAttribute });
      if (hub.insights.size >= mostInsights) throw limitExceeded(`An account can have ${mostInsights} custom insights`);
      hub.insights.set(arn, insight);
      return { InsightArn: arn };
    },

    GetInsights(call: Call<GetInsightsRequest>): GetInsightsResponse {
      const hub = requireHub(state, call);
      const arns = call.input.InsightArns?.length ? call.input.InsightArns : [...hub.insights.keys()];
      const { items, rest } = pageOf(
        arns.map((arn) => requireInsight(hub, arn)),
        call.input,
        100,
      );
      return { Insights: items, ...rest };
    },

    GetInsightResults(call: Call<GetInsightResultsRequest>): GetInsightResultsResponse {
      const insight = requireInsight(requireHub(state, call), call.input.InsightArn);
      return {
        InsightResults: {
          InsightArn: insight.InsightArn,
          GroupByAttribute: insight.GroupByAttribute,
          ResultValues: results(state, call, insight),
        },
      };
    },

    UpdateInsight(call: Call<UpdateInsightRequest>) {
      const hub = requireHub(state, call);
      const { InsightArn: arn = "", ...changes } = call.input;
      const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
      hub.insights.set(arn, check({ ...requireInsight(hub, arn), ...given }));
      return {};
    },

    DeleteInsight(call: Call<DeleteInsightRequest>): DeleteInsightResponse {
      const hub = requireHub(state, call);
      const { InsightArn: arn } = requireInsight(hub, call.input.InsightArn);
      hub.insights.delete(arn ?? "");
      return { InsightArn: arn };
    },
  };
}

function requireInsight(hub: Hub, arn: string | undefined): Insight {
  const insight = hub.insights.get(arn ?? "");
  if (insight === undefined) throw notFound(`Insight ${arn} was not found`);
  return insight;
}

/** How many of the matching findings that the caller sees have each value of the attribute; the most frequent first. */
function results(state: State, viewer: At, insight: Insight): InsightResultValue[] {
  const wanted = compileFilters(insight.Filters ?? {}, state.aws.now());
  const path = filterFields[insight.GroupByAttribute ?? ""]?.path ?? "";
  const counts = new Map<string, number>();
  for (const { stored } of visibleFindings(state, viewer)) {
    if (!wanted(stored.finding)) continue;
    for (const value of new Set(valuesAt(stored.finding, path).map(String))) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return [...counts]
    .map(([value, count]) => ({ GroupByAttributeValue: value, Count: count }))
    .sort((a, b) => b.Count - a.Count || (a.GroupByAttributeValue < b.GroupByAttributeValue ? -1 : 1))
    .slice(0, mostResults);
}
