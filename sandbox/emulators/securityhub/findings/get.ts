import type {
  AwsSecurityFinding,
  GetFindingsRequest,
  GetFindingsResponse,
  SortCriterion,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../../gateway/emulator.ts";
import { invalidInput } from "../errors.ts";
import { requireHub } from "../lifecycle.ts";
import { pageOf } from "../pages.ts";
import type { State } from "../state.ts";
import { filterFields, valuesAt } from "./filter-fields.ts";
import { compileFilters } from "./filters.ts";
import { visibleFindings } from "./visibility.ts";

/** Findings that the caller sees. */
export function getOperations(state: State): Record<string, Operation> {
  return {
    GetFindings(call: Call<GetFindingsRequest>): GetFindingsResponse {
      requireHub(state, call);
      const wanted = compileFilters(call.input.Filters ?? {}, state.aws.now());
      const found: AwsSecurityFinding[] = [];
      for (const { stored } of visibleFindings(state, call)) if (wanted(stored.finding)) found.push(stored.finding);
      found.sort(order(call.input.SortCriteria ?? []));
      const { items, rest } = pageOf(found, call.input, 100);
      return { Findings: items, ...rest };
    },
  };
}

function order(criteria: readonly SortCriterion[]): (a: AwsSecurityFinding, b: AwsSecurityFinding) => number {
  const keys = criteria.map(({ Field: name = "", SortOrder: direction }) => {
    const field = filterFields[name];
    if (field === undefined || field.kind === "keyword") throw invalidInput(`Findings cannot be sorted by ${name}`);
    return { path: field.path, sign: direction === "desc" ? -1 : 1 };
  });
  return (a, b) => {
    for (const { path, sign } of keys) {
      const compared = compare(valuesAt(a, path)[0], valuesAt(b, path)[0]);
      if (compared !== 0) return sign * compared;
    }
    return 0;
  };
}

/** Numbers by value, all else by text; a finding without the attribute comes first. */
function compare(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}
