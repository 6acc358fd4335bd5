import {
  block,
  type Fields,
  number,
  type Property,
  set,
  string,
  type Value,
  type Values,
} from "../../provider/property.ts";

/** AWS's name of a filter by the provider's, for each kind of filter. */
export type FilterNames = Readonly<Partial<Record<Kind, Readonly<Record<string, string>>>>>;
type Kind = "date" | "ip" | "keyword" | "map" | "number" | "string";

/** Whether numbers are given as such or as texts: the provider's newer resources and its older ones differ. */
type Numbers = "number" | "string";

const text = string({ required: true });

function fieldsOf(kind: Kind, numbers: Numbers): Fields {
  const bound = numbers === "number" ? number() : string();
  switch (kind) {
    case "date":
      return { dateRange: block({ unit: text, value: number({ required: true }) }), end: string(), start: string() };
    case "ip":
      return { cidr: text };
    case "keyword":
      return { value: text };
    case "map":
      return { comparison: text, key: text, value: text };
    case "number":
      return numbers === "number"
        ? { eq: bound, gt: bound, gte: bound, lt: bound, lte: bound }
        : { eq: bound, gte: bound, lte: bound };
    case "string":
      return { comparison: text, value: text };
  }
}

const kindsOf = (names: FilterNames) => Object.entries(names) as [Kind, Readonly<Record<string, string>>][];

/** The properties of a block of filters. */
export function filterFields(names: FilterNames, numbers: Numbers): Fields {
  const fields = kindsOf(names).flatMap(([kind, ofKind]) => {
    const filter: Property = set(block(fieldsOf(kind, numbers)));
    return Object.keys(ofKind).map((name): [string, Property] => [name, filter]);
  });
  return Object.fromEntries(fields);
}

/** A block of filters as AWS takes it. */
export function filtersToAws(
  names: FilterNames,
  filters: Readonly<Record<string, unknown>>,
): Record<string, readonly object[]> {
  const given = kindsOf(names).flatMap(([kind, ofKind]) =>
    Object.entries(ofKind).flatMap(([name, awsName]): [string, object[]][] => {
      const values = (filters[name] ?? []) as readonly Values[];
      return values.length === 0 ? [] : [[awsName, values.map((value) => toAws(kind, value))]];
    }),
  );
  return Object.fromEntries(given);
}

/** A block of filters from what AWS answers. */
export function filtersFromAws(names: FilterNames, numbers: Numbers, live: object): Values {
  const byName = live as Readonly<Record<string, readonly Values[] | undefined>>;
  const found = kindsOf(names).flatMap(([, ofKind]) =>
    Object.entries(ofKind).flatMap(([name, awsName]): [string, Value][] => {
      const values = byName[awsName] ?? [];
      return values.length === 0 ? [] : [[name, values.map((value) => fromAws(numbers, value))]];
    }),
  );
  return Object.fromEntries(found);
}

function toAws(kind: Kind, value: Values): object {
  const present = Object.entries(value).filter(([, each]) => each !== undefined && each !== null && each !== "");
  return Object.fromEntries(
    present.map(([name, each]) => [
      name[0]?.toUpperCase() + name.slice(1),
      kind === "number" ? Number(each) : typeof each === "object" ? toAws(kind, each as Values) : each,
    ]),
  );
}

function fromAws(numbers: Numbers, value: Values): Values {
  const present = Object.entries(value).filter(([, each]) => each !== undefined && each !== null);
  return Object.fromEntries(
    present.map(([name, each]) => [
      name[0]?.toLowerCase() + name.slice(1),
      // The unit and length of a date range are a number in either kind of resource.
      typeof each === "object"
        ? fromAws("number", each as Values)
        : typeof each === "number" && numbers === "string"
          ? String(each)
          : (each as Value),
    ]),
  );
}
