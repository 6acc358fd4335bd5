import type { Kept } from "./remediation.ts";

/** A JSON object as `JSON.parse` makes it. */
export type Fields = { readonly [key: string]: Kept };

/** A policy document whose parts have been read as far as to be sure that each statement is an object. */
export type PolicyDocument = Fields;

export const isList = (value: Kept | undefined): value is readonly Kept[] => Array.isArray(value);
export const isFields = (value: Kept | undefined): value is Fields =>
  typeof value === "object" && value !== null && !isList(value);

/** One or many, as policies write them. */
export const listOf = (value: Kept | undefined): readonly Kept[] =>
  value === undefined ? [] : isList(value) ? value : [value];

/** A policy document of JSON text or as parsed; undefined where it is none: no object, or a statement that is none. */
export function policyDocument(document: string | Fields): PolicyDocument | undefined {
  let parsed: Kept = document;
  if (typeof document === "string") {
    try {
      parsed = JSON.parse(document) as Kept;
    } catch {
      return undefined;
    }
  }
  if (!isFields(parsed)) return undefined;
  return listOf(parsed.Statement).every(isFields) ? parsed : undefined;
}

/** The statements of a document that `policyDocument` has read. */
export const statementsOf = (document: PolicyDocument): readonly Fields[] =>
  listOf(document.Statement) as readonly Fields[];

/**
 * A document in the one form that all documents of its meaning share, as far as services of AWS rewrite what they keep: one value or a list of one,
 * the order of values and of keys, numbers and booleans in conditions as text. The order of statements stays, and so does everything that says
 * something.
 */
export function canonicalPolicy(document: PolicyDocument): string {
  const statements = statementsOf(document).map((statement) =>
    inOrder(statement, (value, key) => {
      if (key === "Condition" && isFields(value)) {
        return inOrder(value, (keys) => (isFields(keys) ? inOrder(keys, (values) => asSet(values, String)) : keys));
      }
      if (isFields(value)) return inOrder(value, (values) => asSet(values));
      return asSet(value);
    }),
  );
  return JSON.stringify(inOrder({ ...document, Statement: statements }, (value) => value));
}

function inOrder(fields: Fields, each: (value: Kept, key: string) => Kept): Fields {
  const keys = Object.keys(fields).sort();
  return Object.fromEntries(keys.map((key) => [key, each(fields[key] as Kept, key)]));
}

/** A list that means a set, sorted and each once; one value as itself. */
function asSet(value: Kept, as: (one: Kept) => Kept = (one) => one): Kept {
  if (isFields(value) || listOf(value).some((one) => isFields(one) || isList(one))) return value;
  const values = [...new Set(listOf(value).map(as))].sort((a, b) => (String(a) < String(b) ? -1 : 1));
  return values.length === 1 ? (values[0] as Kept) : values;
}
