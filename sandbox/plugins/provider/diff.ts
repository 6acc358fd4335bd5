import { isBlank, isSame, itemOf, items } from "./equality.ts";
import type { Fields, Property, Value, Values } from "./property.ts";
import { isUnknown } from "./unknown.ts";

export interface Difference {
  /** Pulumi's property path: `rules[0].bucketKeyEnabled`, `tags["cost center"]`. */
  readonly path: string;
  readonly kind: "add" | "update" | "delete";
  readonly replaces: boolean;
}

/**
 * What it takes to bring a resource from its state to new, checked inputs. Compared as Terraform does it: state against
 * configuration, so what AWS computes and the program leaves out is no difference, and what drifted is one.
 * `ignored` are the paths of the resource option `ignoreChanges`.
 */
export function differences(
  fields: Fields,
  state: Values,
  inputs: Values,
  ignored: readonly string[] = [],
): Difference[] {
  return ofFields(fields, state, inputs, "", false).filter(
    ({ path }) => !ignored.some((prefix) => path === prefix || startsAt(path, prefix)),
  );
}

function startsAt(path: string, prefix: string): boolean {
  return prefix === "*" || (path.startsWith(prefix) && /^[.[]/.test(path.slice(prefix.length)));
}

function ofFields(fields: Fields, state: Values, inputs: Values, prefix: string, replaces: boolean): Difference[] {
  return Object.entries(fields).flatMap(([name, property]) =>
    property.output ? [] : ofProperty(property, state[name], inputs[name], joined(prefix, name), replaces),
  );
}

function ofProperty(
  property: Property,
  before: Value | undefined,
  after: Value | undefined,
  path: string,
  within: boolean,
): Difference[] {
  const replaces = within || property.replaces === true;
  if (after === undefined || after === null) {
    return property.computed || isBlank(before) ? [] : [{ path, kind: "delete", replaces }];
  }
  const added = before === undefined || before === null;
  const replacesIfAdded = replaces || property.replacesWhenAdded === true;
  if (isUnknown(after)) {
    return [added ? { path, kind: "add", replaces: replacesIfAdded } : { path, kind: "update", replaces }];
  }
  if (isSame(property, before, after)) return [];
  if (added) return [{ path, kind: "add", replaces: replacesIfAdded }];
  switch (property.kind) {
    case "block":
      return ofFields(property.fields ?? {}, asValues(before), asValues(after), path, replaces);
    case "list":
      return ofList(property, items(before), items(after), path, replaces);
    case "set":
      return ofSet(property, items(before), items(after), path, replaces);
    case "map":
      return ofMap(itemOf(property), asValues(before), asValues(after), path, replaces);
    default:
      return [{ path, kind: "update", replaces }];
  }
}

function ofList(property: Property, before: readonly Value[], after: readonly Value[], path: string, within: boolean) {
  const length = Math.max(before.length, after.length);
  return Array.from({ length }, (_, index) =>
    ofProperty({ ...itemOf(property), computed: false }, before[index], after[index], `${path}[${index}]`, within),
  ).flat();
}

function ofSet(property: Property, before: readonly Value[], after: readonly Value[], path: string, replaces: boolean) {
  const item = itemOf(property);
  const missingIn = (others: readonly Value[]) => (value: Value) => !others.some((other) => isSame(item, other, value));
  const added = after.filter(missingIn(before)).map((value) => `${path}[${after.indexOf(value)}]`);
  const removed = before.filter(missingIn(after)).map((value) => `${path}[${before.indexOf(value)}]`);
  return [...new Set([...added, ...removed])].map((place): Difference => {
    const both = added.includes(place) && removed.includes(place);
    return { path: place, kind: both ? "update" : added.includes(place) ? "add" : "delete", replaces };
  });
}

function ofMap(item: Property, before: Values, after: Values, path: string, replaces: boolean): Difference[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => !isSame(item, before[name], after[name]))
    .map((name) => ({
      path: joined(path, name),
      kind: before[name] === undefined ? "add" : after[name] === undefined ? "delete" : "update",
      replaces,
    }));
}

function asValues(value: Value | undefined): Values {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Values) : {};
}

function joined(prefix: string, name: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${prefix}[${JSON.stringify(name)}]`;
  return prefix === "" ? name : `${prefix}.${name}`;
}

/** The properties of the top level in which `differences` lie. */
export function changedProperties(found: readonly Difference[]): Set<string> {
  return new Set(found.map(({ path }) => /^[^.[]+/.exec(path)?.[0] ?? path));
}
