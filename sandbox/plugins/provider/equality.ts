import type { Property, Value } from "./property.ts";
import { isUnknown } from "./unknown.ts";

/** Whether a value is as good as absent: Terraform's SDK does not tell `""`, `0`, `false` and an empty list from nothing. */
export function isBlank(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === false || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.values(value).every(isBlank);
}

/** Whether two values of one property mean the same to AWS. */
export function isSame(property: Property, a: Value | undefined, b: Value | undefined): boolean {
  if (isUnknown(a) || isUnknown(b)) return false;
  if (isBlank(a) || isBlank(b)) return isBlank(a) && isBlank(b);
  return canonical(property, a) === canonical(property, b);
}

/** A text that is the same for values that mean the same. */
export function canonical(property: Property, value: Value | undefined): string {
  if (isBlank(value)) return "";
  switch (property.kind) {
    case "archive":
      return String(entry(value, "hash"));
    case "json":
      return typeof value === "string" ? sorted(parsed(value)) : sorted(value);
    case "policy":
      return sorted(policyMeaning(typeof value === "string" ? parsed(value) : value));
    case "list":
      return JSON.stringify(items(value).map((item) => canonical(itemOf(property), item)));
    case "set":
      return JSON.stringify(
        items(value)
          .map((item) => canonical(itemOf(property), item))
          .sort(),
      );
    case "block":
      return sorted(
        Object.fromEntries(
          Object.entries(property.fields ?? {}).map(([name, field]) => [name, canonical(field, entry(value, name))]),
        ),
      );
    default:
      return sorted(value);
  }
}

/** What the elements of a list or set are. */
export function itemOf(property: Property): Property {
  return property.item ?? { kind: "string" };
}

/** The elements of a value that should be a list. */
export function items(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

/** A member of a value that should be an object. */
export function entry(value: Value | undefined, name: string): Value | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  return (value as Readonly<Record<string, Value | undefined>>)[name];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === "object" && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/**
 * AWS returns policies rewritten: a list of one as the value alone, an account as its root's ARN, lists in another order.
 * The same leniency as `awspolicyequivalence`, which the Terraform provider compares with.
 */
function policyMeaning(value: unknown): unknown {
  if (Array.isArray(value)) {
    const members = value.map(policyMeaning).sort((a, b) => (sorted(a) < sorted(b) ? -1 : 1));
    return members.length === 1 ? members[0] : members;
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, policyMeaning(member)]));
  }
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  const root = typeof value === "string" ? /^arn:aws[\w-]*:iam::(\d{12}):root$/.exec(value) : null;
  return root ? root[1] : value;
}
