/** A path that goes on from every member, and so answers with a list. */
const MANY = /^(\.\.|\[\*\]|\.\*)/;
const PART = /^(?:\.\.(\w+)|\.(\*)|\.(\w+)|\[(\*)\]|\[(\d+)\]|\['([^']+)'\])/;

/**
 * What a JSONPath selects of an answer: `$`, members, indexes, `[*]` and `..member`; undefined where nothing is there. Throws for what the sandbox does not
 * read, filters and functions among them.
 */
export function select(value: unknown, path: string): unknown {
  if (!path.startsWith("$")) throw new Error(`${path} is no JSONPath: it does not begin with $`);
  let rest = path.slice(1);
  let found: unknown[] = [value];
  let many = false;
  while (rest !== "") {
    const match = PART.exec(rest);
    if (match === null) throw new Error(`the sandbox does not read the JSONPath ${path} from "${rest}" on`);
    many ||= MANY.test(rest);
    const [whole, deep, star, member, all, index, quoted] = match;
    if (deep !== undefined) found = found.flatMap((each) => deepMembers(each, deep));
    else if (star !== undefined || all !== undefined) found = found.flatMap(children);
    else found = found.flatMap((each) => child(each, member ?? quoted ?? Number(index)));
    rest = rest.slice(whole.length);
  }
  return many ? found : found[0];
}

function children(value: unknown): unknown[] {
  return typeof value === "object" && value !== null ? Object.values(value) : [];
}

function child(value: unknown, key: string | number): unknown[] {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return [];
  const found = (value as Record<string | number, unknown>)[key];
  return found === undefined ? [] : [found];
}

function deepMembers(value: unknown, name: string): unknown[] {
  return [...child(value, name), ...children(value).flatMap((each) => deepMembers(each, name))];
}
