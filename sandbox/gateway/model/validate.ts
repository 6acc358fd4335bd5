import { type Reference, type ServiceModel, type Shape, shapeOf } from "./shapes.ts";

export interface Violation {
  /** As AWS writes it: `filters.awsAccountId.1.member.comparison`; lists count from 1. */
  readonly path: string;
  readonly value: unknown;
  readonly constraint: string;
}

/**
 * What of the model's constraints (required, type, length, range, pattern, enum) a value breaks.
 * `strict` also reports members that the model does not have: used for what the sandbox itself answers.
 */
export function violations(
  model: ServiceModel,
  reference: Reference,
  value: unknown,
  options: { readonly strict?: boolean } = {},
): Violation[] {
  const found: Violation[] = [];
  check(model, reference, value, [], options.strict === true, found);
  return found;
}

/** The text in which AWS reports violations. */
export function describeViolations(found: readonly Violation[]): string {
  const each = found.map(({ path, value, constraint }) => {
    const shown = value === undefined || value === null ? " null" : typeof value === "object" ? "" : ` '${value}'`;
    return `Value${shown} at '${path}' failed to satisfy constraint: ${constraint}`;
  });
  return `${found.length} validation error${found.length === 1 ? "" : "s"} detected: ${each.join("; ")}`;
}

function check(
  model: ServiceModel,
  reference: Reference,
  value: unknown,
  path: readonly string[],
  strict: boolean,
  found: Violation[],
): void {
  const shape = shapeOf(model, reference);
  const report = (constraint: string) => found.push({ path: path.join("."), value, constraint });
  if (shape.document === true) return;
  if (!hasType(shape, value)) {
    report(`Member must be of type ${shape.type}`);
    return;
  }
  switch (shape.type) {
    case "structure":
      checkStructure(model, shape, value as Record<string, unknown>, path, strict, found);
      return;
    case "list": {
      const items = value as unknown[];
      checkSize(shape, items.length, "length", report);
      const member = shape.member;
      if (member === undefined) return;
      for (const [i, item] of items.entries())
        check(model, member, item, [...path, `${i + 1}`, "member"], strict, found);
      return;
    }
    case "map": {
      const entries = Object.entries(value as object);
      checkSize(shape, entries.length, "length", report);
      for (const [key, item] of entries) {
        if (shape.key !== undefined) check(model, shape.key, key, [...path, "key"], strict, found);
        if (shape.value !== undefined) check(model, shape.value, item, [...path, key, "value"], strict, found);
      }
      return;
    }
    case "string": {
      const text = value as string;
      checkSize(shape, text.length, "length", report);
      if (shape.pattern !== undefined && patternOf(shape.pattern)?.test(text) === false) {
        report(`Member must satisfy regular expression pattern: ${shape.pattern}`);
      }
      if (shape.enum !== undefined && !shape.enum.includes(text)) {
        report(`Member must satisfy enum value set: [${shape.enum.join(", ")}]`);
      }
      return;
    }
    case "blob":
      checkSize(shape, (value as Uint8Array).byteLength, "length", report);
      return;
    case "integer":
    case "long":
    case "float":
    case "double":
      checkSize(shape, value as number, "value", report);
      return;
  }
}

function checkStructure(
  model: ServiceModel,
  shape: Shape,
  value: Record<string, unknown>,
  path: readonly string[],
  strict: boolean,
  found: Violation[],
): void {
  for (const name of shape.required ?? []) {
    if (value[name] === undefined || value[name] === null) {
      found.push({
        path: [...path, lowerFirst(name)].join("."),
        value: undefined,
        constraint: "Member must not be null",
      });
    }
  }
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined || item === null) continue;
    const member = shape.members?.[name];
    if (member !== undefined) check(model, member, item, [...path, lowerFirst(name)], strict, found);
    else if (strict) {
      found.push({
        path: [...path, name].join("."),
        value: item,
        constraint: "Member must be declared by the service model",
      });
    }
  }
}

function hasType(shape: Shape, value: unknown): boolean {
  switch (shape.type) {
    case "structure":
    case "map":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "list":
      return Array.isArray(value);
    case "string":
    case "character":
      return typeof value === "string";
    case "integer":
    case "long":
      return Number.isInteger(value);
    case "float":
    case "double":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "timestamp":
      return value instanceof Date && !Number.isNaN(value.getTime());
    case "blob":
      return value instanceof Uint8Array;
  }
}

function checkSize(shape: Shape, size: number, what: "length" | "value", report: (constraint: string) => void): void {
  if (shape.min !== undefined && size < shape.min)
    report(`Member must have ${what} greater than or equal to ${shape.min}`);
  if (shape.max !== undefined && size > shape.max)
    report(`Member must have ${what} less than or equal to ${shape.max}`);
}

const patterns = new Map<string, RegExp | null>();

/** Escapes that JavaScript would read as plain letters, or not as Java does, outside of its unicode mode. */
const JAVA_ONLY = /\\[pPQEAZzGhHRX]/;

/**
 * AWS's patterns are Java's and hold for the whole text, with or without anchors of their own. The few that JavaScript
 * does not know are not checked. `.` takes line breaks too: Security Hub has them in texts of the pattern `.*\S.*`.
 */
function patternOf(source: string): RegExp | null {
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    pattern = compiled(source, "su") ?? (JAVA_ONLY.test(source) ? null : compiled(source, "s"));
    patterns.set(source, pattern);
  }
  return pattern;
}

function compiled(source: string, flags: string): RegExp | null {
  try {
    return new RegExp(`^(?:${source})$`, flags);
  } catch {
    return null;
  }
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
