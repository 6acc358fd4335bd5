import { type ContentObject, isObject } from "../documents/content-object.ts";
import { inText } from "./values.ts";

type Compare = (value: unknown, wanted: unknown) => boolean;

const text =
  (compare: (value: string, wanted: string) => boolean): Compare =>
  (value, wanted) =>
    compare(inText(value), inText(wanted));
const numeric =
  (compare: (value: number, wanted: number) => boolean): Compare =>
  (value, wanted) =>
    compare(Number(value), Number(wanted));

/** Systems Manager User Guide, "Creating choices for conditional branching". */
const OPERATORS: Readonly<Record<string, Compare>> = {
  StringEquals: text((value, wanted) => value === wanted),
  EqualsIgnoreCase: text((value, wanted) => value.toLowerCase() === wanted.toLowerCase()),
  StartsWith: text((value, wanted) => value.startsWith(wanted)),
  EndsWith: text((value, wanted) => value.endsWith(wanted)),
  Contains: text((value, wanted) => value.includes(wanted)),
  NumericEquals: numeric((value, wanted) => value === wanted),
  NumericGreater: numeric((value, wanted) => value > wanted),
  NumericLesser: numeric((value, wanted) => value < wanted),
  NumericGreaterOrEquals: numeric((value, wanted) => value >= wanted),
  NumericLesserOrEquals: numeric((value, wanted) => value <= wanted),
  BooleanEquals: (value, wanted) => inText(value).toLowerCase() === inText(wanted).toLowerCase(),
};

/** Whether a choice of `aws:branch` is taken; its references are filled in. */
export function isTaken(choice: ContentObject): boolean {
  const { And, Or, Not, Variable } = choice;
  if (Array.isArray(And)) return And.filter(isObject).every(isTaken);
  if (Array.isArray(Or)) return Or.filter(isObject).some(isTaken);
  if (isObject(Not)) return !isTaken(Not);
  const [operator, wanted] = Object.entries(choice).find(([name]) => Object.hasOwn(OPERATORS, name)) ?? [];
  return operator !== undefined && OPERATORS[operator]?.(Variable, wanted) === true;
}
