import type { ParameterConfiguration, ParameterValue } from "@aws-sdk/client-securityhub";
import { block, boolean, list, number, string } from "../../provider/property.ts";

/** AWS's type of a parameter's value by the provider's block for it. */
const valueTypes = {
  bool: "Boolean",
  double: "Double",
  enum: "Enum",
  enumList: "EnumList",
  int: "Integer",
  intList: "IntegerList",
  string: "String",
  stringList: "StringList",
} as const;

type BlockName = keyof typeof valueTypes;

const text = string({ required: true });
const texts = list(string(), { required: true });

/** One parameter of a control in a configuration policy. */
export const parameter = block({
  name: text,
  valueType: text,
  bool: block({ value: boolean({ required: true }) }),
  double: block({ value: number({ required: true }) }),
  enum: block({ value: text }),
  enumList: block({ values: texts }),
  int: block({ value: number({ required: true }) }),
  intList: block({ values: list(number(), { required: true }) }),
  string: block({ value: text }),
  stringList: block({ values: texts }),
});

export type Parameter = NonNullable<typeof parameter.type>["value"];

const blockNames = Object.keys(valueTypes) as BlockName[];

/** A parameter as AWS takes it. */
export function parameterToAws(given: Parameter): ParameterConfiguration {
  const name = blockNames.find((each) => given[each] !== undefined);
  const held = name && given[name];
  const value = held && ("values" in held ? held.values : held.value);
  // The block says which type the value has.
  const typed = name && ({ [valueTypes[name]]: value } as unknown as ParameterValue);
  return { ValueType: given.valueType as ParameterConfiguration["ValueType"], Value: typed };
}

/** A parameter from what AWS answers. */
export function parameterFromAws(name: string, live: ParameterConfiguration): Parameter {
  const [type = "", value] = Object.entries(live.Value ?? {}).find(([, each]) => each !== undefined) ?? [];
  const own = blockNames.find((each) => valueTypes[each] === type);
  const held = own === undefined ? {} : { [own]: own.endsWith("List") ? { values: value } : { value } };
  return { name, valueType: live.ValueType ?? "", ...held } as Parameter;
}
