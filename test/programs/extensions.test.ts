import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { extensionsPage } from "../../programs/catalogue/extensions-page.ts";
import { EXTENSION_TYPES, type Extension, Extensions, refusals } from "../../programs/extensions/extensions.ts";
import { type Declaration, declare } from "./declared.ts";
import { baselineInputs, MEMBER, settings } from "./samples.ts";

const examples: readonly Extension[] = Object.values(EXTENSION_TYPES).map(({ example }) => example);
const { configRule, conformancePack } = EXTENSION_TYPES;

const deploy = (extensions: readonly object[], more: Record<string, unknown> = {}): Promise<Declaration> =>
  declare(() => baselineProgram(baselineInputs({ extensions, ...more })), `account-${MEMBER}`);

/** `path: message` of what is wrong with the entries themselves. */
function complaints(entries: unknown): string[] {
  const { error } = Extensions.safeParse(entries);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("extensions of an account", () => {
  it("are the examples of their types, which nothing has anything against", () => {
    assert.deepEqual(Extensions.parse(examples), examples);
    assert.deepEqual(refusals(examples, settings()), []);
  });

  it("add their resources in every region, after the recording there, and change nothing else", async () => {
    const [bare, extended] = [await deploy([]), await deploy(examples)];
    const before = new Map(bare.resources.map((resource) => [resource.name, resource]));
    const added = extended.resources.filter(({ name }) => !before.has(name));
    assert.deepEqual(
      added.map(({ name }) => name).sort(),
      ["us-east-1", "us-west-2"]
        .flatMap((region) => [`extension-pack-backups-${region}`, `extension-rule-tagged-${region}`])
        .sort(),
    );
    for (const { name, inputs, dependsOn, provider } of added) {
      assert.equal(provider, `aws-${MEMBER}`);
      assert.ok(dependsOn.includes(`recorder-status-${String(inputs.region)}`), name);
    }
    for (const resource of extended.resources.filter(({ name }) => before.has(name))) {
      assert.deepEqual(resource, before.get(resource.name));
    }
  });

  it("become what AWS Config takes", async () => {
    const guard = { policy: "rule named { configuration.name exists }", resourceTypes: ["AWS::S3::Bucket"] };
    const { named } = await deploy([...examples, { type: "configRule", name: "own", guard, regions: ["us-west-2"] }]);
    const managed = named("extension-rule-tagged-us-east-1").inputs;
    assert.equal(managed.name, "bulwark-extension-tagged");
    assert.deepEqual(JSON.parse(String(managed.inputParameters)), { tag1Key: "cost-centre" });
    assert.deepEqual(managed.source, { owner: "AWS", sourceIdentifier: "REQUIRED_TAGS" });
    const own = named("extension-rule-own-us-west-2").inputs as {
      source: { owner: string; customPolicyDetails: object; sourceDetails: object[] };
      scope: object;
    };
    assert.equal(own.source.owner, "CUSTOM_POLICY");
    assert.deepEqual(own.source.customPolicyDetails, {
      policyRuntime: "guard-2.x.x",
      policyText: guard.policy,
      enableDebugLogDelivery: false,
    });
    assert.deepEqual(own.scope, { complianceResourceTypes: ["AWS::S3::Bucket"] });
    const pack = named("extension-pack-backups-us-east-1").inputs;
    assert.deepEqual(JSON.parse(String(pack.templateBody)), conformancePack.example.document);
    assert.deepEqual(pack.inputParameters, [{ parameterName: "RetentionDays", parameterValue: "90" }]);
  });

  it("leave out regions that the account has not enabled, and only those", async () => {
    const rule = { ...configRule.example, regions: ["us-west-2"] };
    const { resources } = await deploy([rule], { regions: ["us-east-1"] });
    assert.deepEqual(
      resources.filter(({ name }) => name.startsWith("extension")),
      [],
    );
  });

  it("declare, whichever regions they name, one resource in each of those that the account has", async () => {
    const regions = ["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-3"];
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...regions), { minLength: 1 }), fc.subarray(regions), (named, has) => {
        const entry = { ...configRule.example, regions: named };
        const target = { homeRegion: "us-east-1", regions: has };
        const declared = configRule.resources(entry, target).map(({ region }) => region);
        assert.deepEqual(
          declared,
          has.filter((region) => named.includes(region)),
        );
        assert.equal(configRule.refusals(entry, target).length, named.filter((region) => !has.includes(region)).length);
      }),
    );
  });

  for (const [what, entries, complaint] of [
    ["an unknown type", [{ type: "backdoor", name: "x" }], /^0\.type: must be one of configRule, conformancePack/],
    ["a rule of neither kind", [{ type: "configRule", name: "x" }], /^0\.managed: is missing, and so is guard/],
    [
      "a rule of both kinds",
      [{ ...configRule.example, guard: { policy: "rule a {}", resourceTypes: ["AWS::S3::Bucket"] } }],
      /^0\.guard: can't be given together with managed/,
    ],
    ["a name that AWS would not take", [{ ...configRule.example, name: "A b" }], /^0\.name: must be 1 to 41/],
    ["the same name twice", [configRule.example, configRule.example], /^1\.name: there is another configRule/],
    ["a field that does not exist", [{ ...configRule.example, severity: 1 }], /^0: Unrecognized key/],
    [
      "a pack that is too large",
      [{ ...conformancePack.example, document: { Resources: { a: { Type: "x".repeat(52_000) } } } }],
      /^0\.document: is larger than the 51200 bytes/,
    ],
    [
      "too many",
      Array.from({ length: 26 }, (_, index) => ({ ...configRule.example, name: `r${index}` })),
      /^: may hold 25 entries at most/,
    ],
  ] as const) {
    it(`are refused with ${what}`, () => {
      const [first = ""] = complaints(entries);
      assert.match(first, complaint);
    });
  }

  it("are refused where they would change things by themselves, or look where nothing is recorded", () => {
    const remediating: Extension = {
      ...conformancePack.example,
      regions: ["eu-west-1"],
      document: { Resources: { Fix: { Type: "AWS::Config::RemediationConfiguration" } } },
    };
    const found = refusals([configRule.example, remediating], settings());
    assert.deepEqual(
      found.map(({ field, allowed }) => [field, allowed]),
      [
        ["1.regions.0", "us-east-1, us-west-2"],
        ["1.document.Resources.Fix.Type", "AWS::Config::ConfigRule"],
      ],
    );
  });

  it("are what docs/extensions.md says: `make docs` writes it", () => {
    assert.equal(readFileSync(new URL("../../docs/extensions.md", import.meta.url), "utf8"), extensionsPage());
  });
});
