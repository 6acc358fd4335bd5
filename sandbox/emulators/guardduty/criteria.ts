import type { Condition, Finding, FindingCriteria } from "@aws-sdk/client-guardduty";

/** The same value with the member names of GuardDuty's JSON, which start in lower case. */
export function wire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wire);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key.charAt(0).toLowerCase() + key.slice(1), wire(member)]),
  );
}

/** What a finding has at a path such as `service.archived` or `severity`; every element, where the path meets a list. */
export function valuesAt(finding: unknown, path: string): unknown[] {
  let found: unknown[] = [finding];
  for (const name of path.split(".")) {
    found = found.flat().map((value) => (value as Record<string, unknown> | undefined)?.[name]);
  }
  return found.flat().filter((value) => value !== undefined);
}

/** Times are written as text and compared as milliseconds since the epoch. */
function numeric(value: unknown): number {
  return typeof value === "number" ? value : Date.parse(String(value));
}

function satisfies(condition: Condition, values: readonly unknown[]): boolean {
  const texts = values.map(String);
  const compare = (limit: number | undefined, holds: (value: number, limit: number) => boolean) =>
    limit === undefined || values.some((value) => holds(numeric(value), Number(limit)));
  const equals = condition.Equals ?? condition.Eq;
  const differs = condition.NotEquals ?? condition.Neq;
  return (
    (equals === undefined || texts.some((text) => equals.includes(text))) &&
    (differs === undefined || !texts.some((text) => differs.includes(text))) &&
    compare(condition.GreaterThan ?? condition.Gt, (value, limit) => value > limit) &&
    compare(condition.GreaterThanOrEqual ?? condition.Gte, (value, limit) => value >= limit) &&
    compare(condition.LessThan ?? condition.Lt, (value, limit) => value < limit) &&
    compare(condition.LessThanOrEqual ?? condition.Lte, (value, limit) => value <= limit)
  );
}

/** Whether a finding meets every one of the criteria. */
export function matches(criteria: FindingCriteria | undefined, finding: Finding): boolean {
  return Object.entries(criteria?.Criterion ?? {}).every(([path, condition]) =>
    satisfies(condition, valuesAt(wire(finding), path)),
  );
}
