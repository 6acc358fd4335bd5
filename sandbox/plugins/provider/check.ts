import { createHash } from "node:crypto";
import { isArchive } from "./messages.ts";
import type { Fields, Naming, Property, Value, Values } from "./property.ts";
import { isUnknown } from "./unknown.ts";

export interface Failure {
  /** Empty where the resource as a whole is meant. */
  readonly property: string;
  readonly reason: string;
}

export interface Checked {
  readonly inputs: Values;
  readonly failures: readonly Failure[];
}

export interface CheckRequest {
  readonly type: string;
  /** Logical name, of which a physical one is made. */
  readonly name: string;
  readonly fields: Fields;
  /** Inputs of the last deployment; empty for a new resource. */
  readonly olds: Values;
  readonly news: Values;
  /** Makes generated names the same in preview and update. */
  readonly seed: Uint8Array;
  /** Values that every resource of this provider gets when the program gives none. */
  readonly fallbacks: Values;
}

/** Fills in names and defaults and says what is wrong with the inputs: unknown names, missing and wrongly typed values. */
export function check(request: CheckRequest): Checked {
  const failures: Failure[] = [];
  const inputs = checkedFields(request.fields, request.news, "", failures, `a property of ${request.type}`);
  for (const [name, property] of Object.entries(request.fields)) {
    if (inputs[name] !== undefined || property.output) continue;
    const value = request.fallbacks[name] ?? generatedName(request, name, property.naming, inputs);
    if (value !== undefined) inputs[name] = value;
    else if (property.required) failures.push({ property: name, reason: `Missing required argument: ${name}` });
  }
  return { inputs, failures };
}

function checkedFields(
  fields: Fields,
  given: Values,
  prefix: string,
  failures: Failure[],
  noun: string,
): Record<string, Value> {
  const checked: Record<string, Value> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || name.startsWith("__")) continue;
    const property = fields[name];
    if (property === undefined || property.output) {
      failures.push({ property: "", reason: `"${prefix}${name}" is not ${noun}` });
    } else {
      checked[name] = checkedValue(property, value, `${prefix}${name}`, failures);
    }
  }
  for (const [name, property] of Object.entries(fields)) {
    if (checked[name] !== undefined) continue;
    if (property.default !== undefined) checked[name] = property.default;
    else if (property.required && prefix !== "") {
      failures.push({ property: "", reason: `Missing required argument: ${prefix}${name}` });
    }
  }
  return checked;
}

function checkedValue(property: Property, value: Value, path: string, failures: Failure[]): Value {
  if (isUnknown(value)) return value;
  switch (property.kind) {
    case "json":
    case "policy":
      return typeof value === "object" && value !== null
        ? JSON.stringify(value)
        : typed("string", value, path, failures);
    case "archive":
      if (!isArchive(value)) failures.push({ property: "", reason: `expected an archive for "${path}"` });
      return value;
    case "list":
    case "set": {
      if (!Array.isArray(value)) return typed("list", value, path, failures);
      const item = property.item ?? { kind: "string" };
      return value.map((member: Value, index) => checkedValue(item, member, `${path}[${index}]`, failures));
    }
    case "block":
    case "map": {
      if (typeof value !== "object" || value === null || Array.isArray(value))
        return typed("object", value, path, failures);
      if (property.kind === "block") {
        return checkedFields(property.fields ?? {}, value as Values, `${path}.`, failures, "a known property");
      }
      return Object.fromEntries(
        Object.entries(value as Values).map(([name, member]) => [
          name,
          checkedValue(property.item ?? { kind: "string" }, member ?? null, `${path}.${name}`, failures),
        ]),
      );
    }
    default:
      return typed(property.kind, value, path, failures);
  }
}

function typed(wanted: string, value: Value, path: string, failures: Failure[]): Value {
  if (isUnknown(value) || typeof value === wanted) return value;
  // Pulumi's provider converts between scalars, because Terraform does.
  if (wanted === "string" && (typeof value === "number" || typeof value === "boolean")) return String(value);
  if (wanted === "number" && typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (wanted === "boolean" && (value === "true" || value === "false")) return value === "true";
  const found = Array.isArray(value) ? "list" : value === null ? "null" : typeof value;
  failures.push({ property: "", reason: `expected ${wanted} for "${path}", got ${found}` });
  return value;
}

/** Logical name, `-` and seven digits, as Pulumi's AWS provider names; an existing resource keeps its name. */
function generatedName(request: CheckRequest, property: string, naming: Naming | undefined, inputs: Values) {
  if (!naming || inputs[`${property}Prefix`] !== undefined) return undefined;
  const old = request.olds[property];
  if (old !== undefined && old !== null) return old;
  const digits = createHash("sha256").update(request.seed).update(property).digest("hex").slice(0, 7);
  const suffix = naming.suffix && inputs[naming.suffix.when] === true ? naming.suffix.add : "";
  const stem = naming.lowercase ? request.name.toLowerCase() : request.name;
  const prefixed = naming.prefix && !stem.startsWith(naming.prefix) ? naming.prefix + stem : stem;
  return `${prefixed.slice(0, naming.length - 8 - suffix.length)}-${digits}${suffix}`;
}

/** Whether a name was generated by `check` rather than given by the program. */
export function isGeneratedName(logicalName: string, value: Value | undefined): boolean {
  return (
    typeof value === "string" &&
    /-[0-9a-f]{7}(\.fifo)?$/.test(value) &&
    value.toLowerCase().includes(logicalName.toLowerCase().slice(0, 40))
  );
}
