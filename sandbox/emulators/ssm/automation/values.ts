import { isObject } from "../documents/content-object.ts";

/** What `{{ name }}` stands for; undefined for a name that has no value. */
export type Known = (name: string) => unknown;

/** A reference to what has no value: the step that makes it was skipped, or selected nothing. */
export class Unresolved extends Error {}

const REFERENCE = /\{\{\s*([\w.:\-/[\]]+)\s*\}\}/g;

/**
 * A value with its references filled in, however deep. A text that is one reference and nothing else becomes the value itself, with its type
 * (Systems Manager User Guide, "Using action outputs as inputs"). Throws `Unresolved`.
 */
export function resolved(value: unknown, known: Known): unknown {
  if (Array.isArray(value)) return value.map((each) => resolved(each, known));
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each, known)]));
  if (typeof value !== "string") return value;
  const [whole] = value.matchAll(REFERENCE);
  if (whole !== undefined && whole[0] === value.trim()) return looked(whole[1] ?? "", known);
  return value.replaceAll(REFERENCE, (_, name: string) => inText(looked(name, known)));
}

function looked(name: string, known: Known): unknown {
  const value = known(name);
  if (value !== undefined) return value;
  throw new Unresolved(
    `Failed to resolve input: ${name} to type String. ${name} is not defined in the Automation Document.`,
  );
}

/** A value within a text, or as it is told of a step's inputs. */
export function inText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A value as executions tell it: a list of texts. */
export function told(value: unknown): string[] {
  return Array.isArray(value) ? value.map(inText) : [inText(value)];
}

/** An output in the type that its step declares; the conversions that Automation makes. */
export function converted(value: unknown, type: string): unknown {
  const single =
    Array.isArray(value) && value.length === 1 && /^(String|Integer|Boolean)$/.test(type) ? value[0] : value;
  if (type === "String") return inText(single);
  if (type === "Boolean") return typeof single === "string" ? single.toLowerCase() === "true" : single;
  if (type === "Integer") return Number(single);
  return type === "StringList" ? told(single) : single;
}
