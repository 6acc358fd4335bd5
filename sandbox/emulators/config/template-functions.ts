/** What a template's functions refer to. */
export interface Scope {
  /** Parameters and pseudo parameters, and resources by what `Ref` makes of them. */
  readonly names: Readonly<Record<string, string>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, unknown>>;
}

/** A function of a template cannot be worked out. */
export class TemplateError extends Error {}

/** Stands for a property that `AWS::NoValue` removes. */
const NO_VALUE = Symbol("AWS::NoValue");

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * Replaces the intrinsic functions of CloudFormation in a value by what they come to; what `AWS::NoValue` removes is left
 * out. Throws `TemplateError`. Source: CloudFormation user guide, "Intrinsic function reference".
 */
export function evaluate(value: unknown, scope: Scope): unknown {
  const result = resolve(value, scope);
  return result === NO_VALUE ? undefined : result;
}

function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => item !== NO_VALUE);
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && (/^Fn::/.test(only[0]) || only[0] === "Ref")) {
    const call = FUNCTIONS[only[0]];
    if (call === undefined) throw new TemplateError(`the function ${only[0]} is not supported`);
    return call(only[1], scope);
  }
  const resolved = entries.map(([name, member]) => [name, resolve(member, scope)] as const);
  return Object.fromEntries(resolved.filter(([, member]) => member !== NO_VALUE));
}

/** Whether a condition of the template, or one written in place, holds. */
export function holds(condition: unknown, scope: Scope): boolean {
  if (typeof condition === "string") {
    if (!(condition in scope.conditions)) throw new TemplateError(`Unresolved condition dependency ${condition}`);
    return holds(scope.conditions[condition], scope);
  }
  const [name, operands] = isObject(condition) ? (Object.entries(condition)[0] ?? []) : [];
  if (name === "Condition") return holds(operands, scope);
  const list = Array.isArray(operands) ? operands : [];
  switch (name) {
    case "Fn::Equals":
      return JSON.stringify(resolve(list[0], scope)) === JSON.stringify(resolve(list[1], scope));
    case "Fn::Not":
      return !holds(list[0], scope);
    case "Fn::And":
      return list.every((each) => holds(each, scope));
    case "Fn::Or":
      return list.some((each) => holds(each, scope));
    default:
      throw new TemplateError("Template format error: every Conditions member must be a condition function");
  }
}

function named(name: string, { names }: Scope): string {
  const value = names[name];
  if (value === undefined) throw new TemplateError(`Unresolved resource dependencies [${name}] in the template`);
  return value;
}

function sequence(name: string, operands: unknown, least: number): readonly unknown[] {
  if (Array.isArray(operands) && operands.length >= least) return operands;
  throw new TemplateError(`Template error: every ${name} object requires a list of ${least} parameters`);
}

const FUNCTIONS: Readonly<Record<string, (operands: unknown, scope: Scope) => unknown>> = {
  Ref: (name, scope) => (name === "AWS::NoValue" ? NO_VALUE : named(String(name), scope)),

  "Fn::If": (operands, scope) => {
    const [condition, yes, no] = sequence("Fn::If", operands, 3);
    return resolve(holds(condition, scope) ? yes : no, scope);
  },

  "Fn::Sub": (operands, scope) => {
    const [text, more] = Array.isArray(operands) ? operands : [operands, {}];
    const own = isObject(more) ? (resolve(more, scope) as Record<string, string>) : {};
    const inner = { ...scope, names: { ...scope.names, ...own } };
    return String(text).replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) =>
      literal === "!" ? `\${${name}}` : named(name.trim(), inner),
    );
  },

  "Fn::Join": (operands, scope) => {
    const [delimiter, parts] = sequence("Fn::Join", operands, 2);
    const list = resolve(parts, scope);
    return (Array.isArray(list) ? list : [list]).join(String(delimiter));
  },

  "Fn::Split": (operands, scope) => {
    const [delimiter, text] = sequence("Fn::Split", operands, 2);
    return String(resolve(text, scope)).split(String(delimiter));
  },

  "Fn::Select": (operands, scope) => {
    const [index, list] = sequence("Fn::Select", operands, 2).map((each) => resolve(each, scope));
    const found = Array.isArray(list) ? list[Number(index)] : undefined;
    if (found === undefined) {
      throw new TemplateError(`Template error: Fn::Select cannot select nonexistent value at index ${index}`);
    }
    return found;
  },

  "Fn::FindInMap": (operands, scope) => {
    const [map, first, second] = sequence("Fn::FindInMap", operands, 3).map((each) => String(resolve(each, scope)));
    const outer = scope.mappings[map ?? ""];
    const inner = isObject(outer) ? outer[first ?? ""] : undefined;
    if (!isObject(inner) || inner[second ?? ""] === undefined) {
      throw new TemplateError(`Template error: Unable to get mapping for ${map}::${first}::${second}`);
    }
    return inner[second ?? ""];
  },
};
