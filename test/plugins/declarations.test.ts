import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { awsServices } from "../../sandbox/plugins/aws/services.ts";
import { awsNativeServices } from "../../sandbox/plugins/aws-native/services.ts";
import type { Property } from "../../sandbox/plugins/provider/property.ts";
import type { AnyResource } from "../../sandbox/plugins/provider/resource.ts";
import { nestedProperties, resourceProperties, type SdkProperty } from "./sdk-types.ts";

/** The package and the file of a type token's class. */
function sdkFile(token: string): { readonly name: string; readonly file: string } {
  const [name = "", path = "", type = ""] = token.split(":");
  return { name, file: name === "aws" ? path : `${path}/${uncapitalized(type)}` };
}

/** The class of a type token in the SDK: which inputs it sends, which of them it demands, which are outputs. */
async function sdkClass(token: string) {
  const { name, file } = sdkFile(token);
  const url = new URL(`../../node_modules/@pulumi/${name}/${file}.js`, import.meta.url);
  const source = await readFile(url, "utf8");
  const all = (pattern: RegExp) => new Set([...source.matchAll(pattern)].map((match) => match[1] ?? ""));
  return {
    inputs: all(/resourceInputs\["(\w+)"\] = args\?\.\w+/g),
    outputs: all(/resourceInputs\["(\w+)"\] = undefined/g),
    required: all(/Missing required property '(\w+)'/g),
    token: /__pulumiType = '([^']+)'/.exec(source)?.[1],
  };
}

const uncapitalized = (name: string) => name[0]?.toLowerCase() + name.slice(1);

/** What of a property, or of what is in it, the SDK's types don't have, or demand where it does not. */
function strangers(name: string, path: string, property: Property, known: SdkProperty | undefined): string[] {
  if (known === undefined) return [path];
  const within = property.fields ?? property.item?.fields;
  if (within === undefined) return [];
  if (known.of === undefined) return [`${path} has no properties of its own`];
  const properties = nestedProperties(name, known.of);
  return Object.entries(within).flatMap(([field, inside]) => {
    const found = properties.get(field);
    const demanded = inside.required === true && found?.optional === true && known.of?.file === "input";
    return [
      ...strangers(name, `${path}.${field}`, inside, found),
      ...(demanded ? [`${path}.${field} is demanded by the plugin only`] : []),
    ];
  });
}

const declared: readonly [string, AnyResource][] = [
  ...Object.values(awsServices),
  ...Object.values(awsNativeServices),
].flatMap((service) => Object.entries(service));

describe("the resource types of the plugins", () => {
  it("declare only what the SDK of the real provider has, under its names", async () => {
    for (const [type, { properties, global }] of declared) {
      const sdk = await sdkClass(type);
      assert.equal(sdk.token, type);
      if (type.startsWith("aws:")) assert.equal(sdk.inputs.has("region"), global !== true, `${type}: region`);
      for (const [name, property] of Object.entries(properties)) {
        const isInput = sdk.inputs.has(name);
        // The plugin fills in tagsAll itself, so that it is checked like an input.
        if (name === "tagsAll") continue;
        assert.equal(isInput, property.output !== true, `${type}: ${name}`);
        if (property.output) assert.ok(sdk.outputs.has(name), `${type}: ${name}`);
      }
    }
  });

  it("take and give nothing within a property that the SDK's types don't have there", () => {
    let nested = 0;
    const unknown: string[] = [];
    for (const [type, { properties }] of declared) {
      const { name, file } = sdkFile(type);
      const [takes, gives] = [resourceProperties(name, file, "inputs"), resourceProperties(name, file, "outputs")];
      for (const [path, property] of Object.entries(properties)) {
        if (property.fields !== undefined || property.item?.fields !== undefined) nested++;
        const taken =
          property.output === true || path === "tagsAll" ? [] : strangers(name, path, property, takes.get(path));
        const given = strangers(name, path, property, gives.get(path));
        unknown.push(...[...taken, ...given].map((stranger) => `${type}: ${stranger}`));
      }
    }
    assert.deepEqual(unknown, []);
    assert.ok(nested > 0);
  });

  it("demand what the SDK demands", async () => {
    for (const [type, { properties }] of declared) {
      const sdk = await sdkClass(type);
      const demanded = Object.entries(properties).filter(([, property]) => property.required);
      assert.deepEqual(new Set(demanded.map(([name]) => name)), sdk.required, type);
    }
  });

  it("lie in the service that their token names", () => {
    for (const [module, types] of Object.entries(awsServices)) {
      for (const type of Object.keys(types)) assert.ok(type.startsWith(`aws:${module}/`), type);
    }
  });
});
