import { readFileSync } from "node:fs";

/** Where a value of the SDK has properties of its own: an interface of the package's nested types. */
export interface NestedType {
  readonly file: "input" | "output";
  /** Empty for what the whole package shares. */
  readonly module: string;
  readonly name: string;
}

/** A property of an interface; `of` where its value, or what is in its list, has properties itself. */
export interface SdkProperty {
  readonly optional: boolean;
  readonly of: NestedType | undefined;
}

const NESTED = /\b(inputs|outputs)\.(?:(\w+)\.)?(\w+)/;
const texts = new Map<string, string>();

function textOf(path: string): string {
  let text = texts.get(path);
  if (text === undefined) {
    text = readFileSync(new URL(`../../node_modules/@pulumi/${path}`, import.meta.url), "utf8");
    texts.set(path, text);
  }
  return text;
}

/** The properties that lines of an interface declare, at one depth of indentation. */
function propertiesIn(body: string, indent: string): Map<string, SdkProperty> {
  // The values of a map are on the line after its brace.
  const line = new RegExp(`^${indent}(?:readonly )?(\\w+)(\\??): (.+(?:(?<=\\{)\\n.+)?)$`, "gm");
  return new Map(
    [...body.matchAll(line)].map(([, name = "", mark, type = ""]) => {
      const [, section, module = "", of = ""] = NESTED.exec(type) ?? [];
      const file = section === "inputs" ? "input" : "output";
      return [name, { optional: mark === "?", of: section === undefined ? undefined : { file, module, name: of } }];
    }),
  );
}

function between(text: string, start: string, end: string, from = 0): string {
  const begin = text.indexOf(start, from);
  if (begin < 0) throw new Error(`the SDK's types have no ${start.trim()}`);
  return text.slice(begin, text.indexOf(end, begin));
}

/** What a resource's class gives (`outputs`), or what it takes (`inputs`), by the declarations of the SDK. */
export function resourceProperties(
  pulumiPackage: string,
  classFile: string,
  which: "inputs" | "outputs",
): Map<string, SdkProperty> {
  const text = textOf(`${pulumiPackage}/${classFile}.d.ts`);
  const start = which === "inputs" ? /^export interface \w+Args \{$/m : /^export declare class \w+ extends /m;
  return propertiesIn(between(text, start.exec(text)?.[0] ?? "interface of arguments", "\n}"), "    ");
}

const namespaces = new Map<string, string>();

/** The text in which the interfaces of a module are. */
function namespaceOf(pulumiPackage: string, { file, module }: NestedType): string {
  const path = `${pulumiPackage}/types/${file}.d.ts`;
  const key = `${path} ${module}`;
  const text = namespaces.get(key) ?? between(textOf(path), `export declare namespace ${module} {\n`, "\n}\n");
  namespaces.set(key, text);
  return text;
}

/** The properties of a nested type. */
export function nestedProperties(pulumiPackage: string, type: NestedType): Map<string, SdkProperty> {
  const { file, module, name } = type;
  if (module === "") {
    const shared = textOf(`${pulumiPackage}/types/${file}.d.ts`);
    return propertiesIn(between(shared, `export interface ${name} {\n`, "\n}"), "    ");
  }
  const interfaces = namespaceOf(pulumiPackage, type);
  return propertiesIn(between(interfaces, `    interface ${name} {\n`, "\n    }"), "        ");
}
