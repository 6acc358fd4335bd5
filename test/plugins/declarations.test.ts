import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { awsServices } from "../../sandbox/plugins/aws/services.ts";
import { awsNativeServices } from "../../sandbox/plugins/aws-native/services.ts";
import type { AnyResource } from "../../sandbox/plugins/provider/resource.ts";

/** The class of a type token in the SDK: which inputs it sends, which of them it demands, which are outputs. */
async function sdkClass(token: string) {
  const [name = "", path = ""] = [token.split(":")[0], token.split(":")[1]];
  const file = name === "aws" ? path : `${path}/${uncapitalized(token.split(":")[2] ?? "")}`;
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
