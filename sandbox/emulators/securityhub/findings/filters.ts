import { BlockList } from "node:net";
import type {
  AwsSecurityFinding,
  AwsSecurityFindingFilters,
  DateFilter,
  IpFilter,
  MapFilter,
  NumberFilter,
  StringFilter,
} from "@aws-sdk/client-securityhub";
import { invalidInput, notServed } from "../errors.ts";
import { type FilterKind, filterFields, valuesAt } from "./filter-fields.ts";

type Test = (finding: AwsSecurityFinding) => boolean;

/** AWS takes up to this many values of one filter. */
const mostValues = 20;

/**
 * Compiles filters into one test. Different attributes are joined by AND; of one attribute, positive comparisons are
 * joined by OR and negative ones by AND (documentation of `StringFilter`).
 *
 * @param now milliseconds since the epoch, for relative dates
 * @param more how many values a filter can have, by name, where it is not twenty
 * @throws `InvalidInputException` for values that AWS refuses, `NotImplemented` for a filter that has no table entry
 */
export function compileFilters(
  filters: AwsSecurityFindingFilters,
  now: number,
  more: Readonly<Record<string, number>> = {},
): Test {
  const tests = Object.entries(filters).flatMap(([name, values]): Test[] => {
    if (values === undefined || values.length === 0) return [];
    const field = filterFields[name];
    if (field === undefined) throw notServed(`the finding filter ${name}`);
    const most = more[name] ?? mostValues;
    if (values.length > most) throw invalidInput(`Filter ${name} can have ${most} values`);
    const matches = comparison(field.kind, name, values, now);
    return [(finding) => matches(field.kind === "keyword" ? [JSON.stringify(finding)] : valuesAt(finding, field.path))];
  });
  return (finding) => tests.every((test) => test(finding));
}

/** A test of all the values that a finding has at the filter's path. */
type Match = (values: unknown[]) => boolean;

function comparison(kind: FilterKind, name: string, filters: readonly unknown[], now: number): Match {
  switch (kind) {
    case "string":
      return stringMatch(name, filters as StringFilter[]);
    case "map":
      return mapMatch(name, filters as MapFilter[]);
    case "date":
      return anyOf(filters.map((each) => dateTest(name, each as DateFilter, now)));
    case "number":
      return anyOf(filters.map((each) => numberTest(each as NumberFilter)));
    case "ip":
      return anyOf(filters.map((each) => ipTest(name, each as IpFilter)));
    case "keyword":
      return anyOf(filters.map((each) => (value) => String(value).includes((each as { Value?: string }).Value ?? "")));
    case "boolean":
      return anyOf(filters.map((each) => (value) => value === (each as { Value?: boolean }).Value));
  }
}

function anyOf(tests: readonly ((value: unknown) => boolean)[]): Match {
  return (values) => values.some((value) => tests.some((test) => test(value)));
}

const negative = new Set(["NOT_EQUALS", "PREFIX_NOT_EQUALS", "NOT_CONTAINS"]);

function stringMatch(name: string, filters: readonly StringFilter[]): Match {
  checkMix(
    name,
    filters.map((filter) => filter.Comparison ?? "EQUALS"),
  );
  const split = (wanted: boolean) =>
    filters
      .filter((filter) => negative.has(filter.Comparison ?? "EQUALS") === wanted)
      .map((filter) => stringTest(filter.Comparison ?? "EQUALS", filter.Value ?? ""));
  const [anyPositive, allNegative] = [split(false), split(true)];
  return (values) =>
    (anyPositive.length === 0 || values.some((value) => anyPositive.some((test) => test(String(value))))) &&
    values.every((value) => allNegative.every((test) => test(String(value))));
}

function mapMatch(name: string, filters: readonly MapFilter[]): Match {
  checkMix(
    name,
    filters.map((filter) => filter.Comparison ?? "EQUALS"),
  );
  const test = (filter: MapFilter, values: unknown[]) => {
    const found = values.map((value) => (value as Record<string, string>)[filter.Key ?? ""]);
    const holds = stringTest(filter.Comparison ?? "EQUALS", filter.Value ?? "");
    if (negative.has(filter.Comparison ?? "")) return found.every((value) => value === undefined || holds(value));
    return found.some((value) => value !== undefined && holds(value));
  };
  const positives = filters.filter((filter) => !negative.has(filter.Comparison ?? "EQUALS"));
  const negatives = filters.filter((filter) => negative.has(filter.Comparison ?? "EQUALS"));
  return (values) =>
    (positives.length === 0 || positives.some((filter) => test(filter, values))) &&
    negatives.every((filter) => test(filter, values));
}

function stringTest(comparison: string, wanted: string): (value: string) => boolean {
  switch (comparison) {
    case "EQUALS":
      return (value) => value === wanted;
    case "NOT_EQUALS":
      return (value) => value !== wanted;
    case "PREFIX":
      return (value) => value.startsWith(wanted);
    case "PREFIX_NOT_EQUALS":
      return (value) => !value.startsWith(wanted);
    default:
      // CONTAINS and NOT_CONTAINS are for automation rules, CONTAINS_WORD for the V2 operations.
      throw invalidInput(`Comparison ${comparison} is not supported by GetFindings`);
  }
}

function checkMix(name: string, comparisons: readonly string[]): void {
  const has = (comparison: string) => comparisons.includes(comparison);
  if (has("EQUALS") && (has("NOT_EQUALS") || has("PREFIX_NOT_EQUALS"))) {
    throw invalidInput(`Filter ${name} cannot have both EQUALS and NOT_EQUALS or PREFIX_NOT_EQUALS`);
  }
}

const dayMs = 24 * 3600 * 1000;

function dateTest(name: string, filter: DateFilter, now: number): (value: unknown) => boolean {
  if (filter.DateRange !== undefined) {
    const edge = now - (filter.DateRange.Value ?? 0) * dayMs;
    const older = filter.DateRange.Comparison === "OLDER_THAN";
    return (value) => (older ? Date.parse(String(value)) < edge : Date.parse(String(value)) >= edge);
  }
  const start = instantOf(name, filter.Start, Number.NEGATIVE_INFINITY);
  const end = instantOf(name, filter.End, Number.POSITIVE_INFINITY);
  return (value) => Date.parse(String(value)) >= start && Date.parse(String(value)) <= end;
}

function instantOf(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) throw invalidInput(`Filter ${name}: ${text} is not a date and time`);
  return instant;
}

function numberTest(filter: NumberFilter): (value: unknown) => boolean {
  return (value) =>
    typeof value === "number" &&
    (filter.Eq === undefined || value === filter.Eq) &&
    (filter.Gte === undefined || value >= filter.Gte) &&
    (filter.Lte === undefined || value <= filter.Lte) &&
    (filter.Gt === undefined || value > filter.Gt) &&
    (filter.Lt === undefined || value < filter.Lt);
}

function ipTest(name: string, filter: IpFilter): (value: unknown) => boolean {
  const [address = "", bits] = (filter.Cidr ?? "").split("/");
  const family = address.includes(":") ? "ipv6" : "ipv4";
  const block = new BlockList();
  try {
    block.addSubnet(address, bits === undefined ? (family === "ipv6" ? 128 : 32) : Number(bits), family);
  } catch {
    throw invalidInput(`Filter ${name}: ${filter.Cidr} is not a CIDR block`);
  }
  return (value) => block.check(String(value), String(value).includes(":") ? "ipv6" : "ipv4");
}
