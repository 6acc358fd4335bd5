import { type ContentObject, isObject, textsIn, unknownMembers } from "./content-object.ts";

/** Parameter types (Systems Manager user guide, "Data elements and parameters"). */
const COMMAND_TYPES = ["String", "StringList", "Integer", "Boolean", "MapList", "StringMap"];

/** Automation also takes the AWS-specific types, alone or as `List<...>`. */
const AUTOMATION_TYPE = /^(List<)?AWS::[A-Za-z0-9]+::[A-Za-z0-9:]+(<[A-Za-z0-9]+>)?>?$/;

const MEMBERS = [
  "type",
  "description",
  "default",
  "allowedValues",
  "allowedPattern",
  "displayType",
  "interpolationType",
  "maxChars",
  "minChars",
  "maxItems",
  "minItems",
];

/** What is wrong with the declared parameters. */
export function parameterProblems(parameters: unknown, automation: boolean): string[] {
  if (parameters === undefined) return [];
  if (!isObject(parameters)) return ["parameters must be an object"];
  return Object.entries(parameters).flatMap(([name, declared]) => oneProblems(name, declared, automation));
}

function oneProblems(name: string, declared: unknown, automation: boolean): string[] {
  const where = `Parameter "${name}"`;
  if (!isObject(declared)) return [`${where} must be an object`];
  const problems = unknownMembers(declared, MEMBERS, where);
  const { type, default: value, allowedValues, allowedPattern } = declared;
  const known = COMMAND_TYPES.includes(String(type)) || (automation && AUTOMATION_TYPE.test(String(type)));
  if (!known) problems.push(`${where} has an unsupported type "${type}"`);
  else if (value !== undefined && !isOfType(String(type), value)) {
    problems.push(`${where} has a default that is no ${type}`);
  }
  if (allowedValues !== undefined && !Array.isArray(allowedValues))
    problems.push(`${where}: allowedValues must be a list`);
  if (Array.isArray(allowedValues) && type === "String" && value !== undefined && !allowedValues.includes(value)) {
    problems.push(`${where} has a default that is not one of its allowedValues`);
  }
  if (allowedPattern !== undefined && compiled(allowedPattern) === undefined) {
    problems.push(`${where}: allowedPattern is no regular expression`);
  }
  return problems;
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case "Boolean":
      return typeof value === "boolean" || value === "true" || value === "false";
    case "Integer":
      return Number.isInteger(Number(value));
    case "StringMap":
      return isObject(value);
    case "StringList":
    case "MapList":
      return Array.isArray(value);
    default:
      // A list of an AWS-specific type may default to a list.
      return typeof value === "string" || (type.startsWith("List<") && Array.isArray(value));
  }
}

function compiled(pattern: unknown): RegExp | undefined {
  try {
    return new RegExp(String(pattern));
  } catch {
    return undefined;
  }
}

/** Names between `{{` and `}}`: of parameters, steps' outputs (`step.Output`), variables (`global:DATE`). */
export function referencesIn(value: unknown): string[] {
  return textsIn(value).flatMap((text) =>
    [...text.matchAll(/\{\{\s*([A-Za-z_][\w.:\-/$[\]]*)\s*\}\}/g)].map(([, name = ""]) => name),
  );
}

/** A problem for each reference to a parameter that is not declared. `known` are other names that need no declaration. */
export function undeclaredReferences(value: unknown, parameters: unknown, known: readonly string[] = []): string[] {
  const declared = new Set([...(isObject(parameters) ? Object.keys(parameters) : []), ...known]);
  const names = referencesIn(value).filter((name) => /^\w+$/.test(name) && !declared.has(name));
  return [...new Set(names)].map((name) => `Parameter "${name}" is not declared.`);
}

/**
 * What of the values given for a document's parameters it refuses: unknown names, missing ones without a default, values
 * that are not allowed. Values are lists of text, as associations and commands give them.
 */
export function valueProblems(
  { parameters }: ContentObject,
  values: Readonly<Record<string, readonly string[]>>,
  filledByTarget?: string,
): string[] {
  const declared = isObject(parameters) ? parameters : {};
  const strange = Object.keys(values).filter((name) => !(name in declared));
  const problems = strange.map((name) => `Parameter "${name}" is not defined in the document.`);
  for (const [name, rules] of Object.entries(declared)) {
    if (!isObject(rules)) continue;
    const given = values[name];
    if (given === undefined) {
      const missing = rules.default === undefined && name !== filledByTarget && name !== "AutomationAssumeRole";
      if (missing) problems.push(`Parameter "${name}" requires a value.`);
      continue;
    }
    // Automation reads a value in braces when it runs.
    const plain = given.filter((value) => !/\{\{.*\}\}/.test(value));
    const { allowedValues, allowedPattern, minItems, maxItems } = rules;
    if (Array.isArray(allowedValues) && !plain.every((value) => allowedValues.map(String).includes(value))) {
      problems.push(`Parameter "${name}" must be one of ${allowedValues.join(", ")}.`);
    }
    const pattern = allowedPattern === undefined ? undefined : compiled(allowedPattern);
    if (pattern !== undefined && !plain.every((value) => pattern.test(value))) {
      problems.push(`Parameter "${name}" must match ${allowedPattern}.`);
    }
    if (given.length < Number(minItems ?? 0) || given.length > Number(maxItems ?? Number.POSITIVE_INFINITY)) {
      problems.push(`Parameter "${name}" has ${given.length} values, which its minItems and maxItems do not allow.`);
    }
  }
  return problems;
}
