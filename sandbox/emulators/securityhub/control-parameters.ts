import type {
  ConfigurationOptions,
  ParameterConfiguration,
  ParameterDefinition,
  ParameterValue,
} from "@aws-sdk/client-securityhub";
import { parametersOf } from "./catalog/parameters.ts";
import { invalidInput } from "./errors.ts";

/** The members of the options of every type, as far as they constrain a value. */
interface Limits {
  readonly DefaultValue?: unknown;
  readonly Min?: number;
  readonly Max?: number;
  readonly MaxItems?: number;
  readonly AllowedValues?: readonly string[];
  readonly Re2Expression?: string;
}

/** Type and limits of a parameter: the one member that the union of its options has. */
function typeOf(definition: ParameterDefinition): [type: string, limits: Limits] {
  const [entry] = Object.entries(definition.ConfigurationOptions as ConfigurationOptions);
  if (entry === undefined) throw new Error("a control parameter without a type");
  return [entry[0], entry[1] as Limits];
}

/** Throws `InvalidInputException` for a parameter that the control does not have, or a value out of its type or range. */
export function checkParameters(controlId: string, changes: Readonly<Record<string, ParameterConfiguration>>): void {
  const definitions = parametersOf(controlId);
  if (definitions === undefined) throw invalidInput(`Security control ${controlId} does not support custom parameters`);
  for (const [name, { ValueType: valueType, Value: value }] of Object.entries(changes)) {
    const definition = definitions[name];
    if (definition === undefined) {
      const allowed = Object.keys(definitions).join(", ");
      throw invalidInput(`Security control ${controlId} has no parameter ${name}: it has ${allowed}`);
    }
    if (valueType === "DEFAULT") {
      if (value !== undefined) throw invalidInput(`Parameter ${name}: a value cannot be given with ValueType DEFAULT`);
      continue;
    }
    if (value === undefined) throw invalidInput(`Parameter ${name}: a value is required with ValueType CUSTOM`);
    checkValue(name, definition, value);
  }
}

/** Every parameter of a control with its value in force; one without a default has no value until it is set. */
export function currentParameters(
  controlId: string,
  custom: Readonly<Record<string, ParameterConfiguration>>,
): Record<string, ParameterConfiguration> {
  const current: Record<string, ParameterConfiguration> = {};
  for (const [name, definition] of Object.entries(parametersOf(controlId) ?? {})) {
    const set = custom[name];
    if (set?.ValueType === "CUSTOM") {
      current[name] = set;
      continue;
    }
    const [type, { DefaultValue: value }] = typeOf(definition);
    current[name] = {
      ValueType: "DEFAULT",
      ...(value === undefined ? {} : { Value: { [type]: value } as unknown as ParameterValue }),
    };
  }
  return current;
}

function checkValue(name: string, definition: ParameterDefinition, given: ParameterValue): void {
  const [type, limits] = typeOf(definition);
  const [entry, ...more] = Object.entries(given);
  if (entry === undefined || more.length > 0 || entry[0] !== type) {
    throw invalidInput(`Parameter ${name}: the value must be of type ${type}`);
  }
  const values: unknown[] = Array.isArray(entry[1]) ? entry[1] : [entry[1]];
  if (Array.isArray(entry[1]) && (values.length === 0 || values.length > (limits.MaxItems ?? values.length))) {
    throw invalidInput(`Parameter ${name}: the value must have 1 to ${limits.MaxItems} items`);
  }
  for (const value of values) checkOne(name, limits, value);
}

function checkOne(name: string, limits: Limits, value: unknown): void {
  if (typeof value === "number") {
    const { Min: min = value, Max: max = value } = limits;
    if (value < min || value > max) throw invalidInput(`Parameter ${name}: ${value} is not between ${min} and ${max}`);
  }
  if (limits.AllowedValues !== undefined && !limits.AllowedValues.includes(value as string)) {
    throw invalidInput(`Parameter ${name}: ${value} is not one of ${limits.AllowedValues.join(", ")}`);
  }
  if (limits.Re2Expression !== undefined && !new RegExp(limits.Re2Expression).test(String(value))) {
    throw invalidInput(`Parameter ${name}: ${value} does not match ${limits.Re2Expression}`);
  }
}
