import type { ConfigRule, ConformancePackInputParameter } from "@aws-sdk/client-config-service";
import { CORE_SCHEMA, load, Type } from "js-yaml";
import { AwsError } from "../../gateway/emulator.ts";
import { evaluate, holds, isObject, type Scope, TemplateError } from "./template-functions.ts";

/** Rules that a conformance pack may have (Config developer guide, "Service Limits"). */
const MOST_RULES_PER_PACK = 130;

/** What a conformance pack's template may make (Config developer guide, "Custom Conformance Pack"). */
const RESOURCE_TYPES = ["AWS::Config::ConfigRule", "AWS::Config::RemediationConfiguration"];

/** A parsed template whose form is right. */
export interface Template {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function broken(reason: string): AwsError {
  return new AwsError(
    "ConformancePackTemplateValidationException",
    `Invalid conformance pack template provided. Errors found: [${reason}]. Fix your template and try again.`,
  );
}

/** CloudFormation's short forms: `!Ref x` is `{Ref: x}`, `!If [...]` is `{"Fn::If": [...]}`. */
const SCHEMA = CORE_SCHEMA.extend(
  [
    "Ref",
    "Condition",
    "And",
    "Equals",
    "FindInMap",
    "GetAtt",
    "If",
    "Join",
    "Not",
    "Or",
    "Select",
    "Split",
    "Sub",
  ].flatMap((name) =>
    (["scalar", "sequence", "mapping"] as const).map(
      (kind) =>
        new Type(`!${name}`, {
          kind,
          construct: (data) => ({ [name === "Ref" || name === "Condition" ? name : `Fn::${name}`]: data }),
        }),
    ),
  ),
);

/** Parses a template in YAML or JSON. Throws `ConformancePackTemplateValidationException`. */
export function parseTemplate(body: string): Template {
  let document: unknown;
  try {
    document = /^\s*\{/.test(body) ? JSON.parse(body) : load(body, { schema: SCHEMA });
  } catch (error) {
    const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw broken(`Template format error: ${reason}`);
  }
  if (!isObject(document)) throw broken("Template format error: unsupported structure.");
  const section = (name: string) => {
    const value = document[name] ?? {};
    if (!isObject(value)) throw broken(`Template format error: ${name} must be an object.`);
    return value;
  };
  const resources = Object.entries(section("Resources"));
  if (resources.length === 0) {
    throw broken("Template format error: At least one Resources member must be defined.");
  }
  for (const [name, resource] of resources) {
    if (!/^[A-Za-z0-9]+$/.test(name)) throw broken(`Template format error: Resource name ${name} is non alphanumeric.`);
    if (!isObject(resource) || typeof resource.Type !== "string") {
      throw broken(`Template format error: [/Resources/${name}] Every Resources object must contain a Type member.`);
    }
    if (!RESOURCE_TYPES.includes(resource.Type)) throw broken(`Resource type ${resource.Type} is not supported`);
  }
  const rules = resources.filter(([, resource]) => isObject(resource) && resource.Type === RESOURCE_TYPES[0]);
  if (rules.length > MOST_RULES_PER_PACK) {
    throw broken("Number of resources provided in the template exceeds the allowed limit");
  }
  return {
    parameters: section("Parameters"),
    conditions: section("Conditions"),
    mappings: section("Mappings"),
    resources: Object.fromEntries(resources) as Template["resources"],
  };
}

/** The pseudo parameters of a place, and what a rule's name becomes. */
export interface Deployment {
  readonly pseudo: Readonly<Record<string, string>>;
  ruleName(name: string): string;
}

/**
 * The rules that a template makes with these parameters: name and definition, as they would be put. Throws
 * `ConformancePackTemplateValidationException` for parameters and functions that do not fit.
 */
export function rulesOf(
  template: Template,
  given: readonly ConformancePackInputParameter[],
  { pseudo, ruleName }: Deployment,
): { readonly name: string; readonly rule: ConfigRule }[] {
  const declared = template.parameters;
  const unknown = given.filter(({ ParameterName = "" }) => !(ParameterName in declared));
  if (unknown.length > 0) {
    const names = unknown.map(({ ParameterName }) => ParameterName).join(", ");
    throw broken(`Parameters: [${names}] do not exist in the template`);
  }
  const values = Object.entries(declared).map(([name, declaration]) => {
    const value =
      given.find(({ ParameterName }) => ParameterName === name)?.ParameterValue ??
      (isObject(declaration) ? declaration.Default : undefined);
    if (value === undefined) throw broken(`Parameters: [${name}] must have values`);
    const allowed = isObject(declaration) ? declaration.AllowedValues : undefined;
    if (Array.isArray(allowed) && !allowed.map(String).includes(String(value))) {
      throw broken(`Parameter '${name}' must be one of AllowedValues`);
    }
    return [name, String(value)] as const;
  });
  const names = Object.fromEntries(values);
  const scope: Scope = { names: { ...pseudo, ...names }, conditions: template.conditions, mappings: template.mappings };
  try {
    const made = Object.entries(template.resources)
      .filter(([, { Condition }]) => Condition === undefined || holds(Condition, scope))
      .filter(([, { Type }]) => Type === RESOURCE_TYPES[0]);
    return made.map(([logicalId, { Properties }]) => {
      const rule = (evaluate(Properties, scope) ?? {}) as ConfigRule & { readonly InputParameters?: unknown };
      const name = ruleName(rule.ConfigRuleName ?? logicalId);
      const { InputParameters } = rule;
      if (InputParameters === undefined || typeof InputParameters === "string") return { name, rule };
      return { name, rule: { ...rule, InputParameters: JSON.stringify(InputParameters) } };
    });
  } catch (error) {
    throw error instanceof TemplateError ? broken(error.message) : error;
  }
}
