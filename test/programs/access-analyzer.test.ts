import assert from "node:assert/strict";
import { adminProgram } from "../../programs/admin/program.ts";
import { type Declaration, declare } from "./declared.ts";
import { adminInputs, DETECTION_OPTIONS, SECURITY, settings } from "./samples.ts";

const [HOME, OTHER] = ["us-east-1", "us-west-2"];
const ANALYZER = "aws:accessanalyzer/analyzer:Analyzer";
const RULE = "aws:accessanalyzer/archiveRule:ArchiveRule";

const admin = (accessAnalyzer: object) =>
  declare(() => adminProgram(adminInputs({ features: { accessAnalyzer } })), "admin");

describe("what analyzes access", () => {
  it("is an analyzer of external access in each region, and nothing that costs", async () => {
    const declared = await admin({});
    assert.deepEqual(
      declared.ofType(ANALYZER).map(({ inputs }) => [inputs.region, inputs.type]),
      [
        [HOME, "ORGANIZATION"],
        [OTHER, "ORGANIZATION"],
      ],
    );
    assert.deepEqual(declared.ofType(RULE), []);
  });

  describe("with everything chosen", () => {
    let declared: Declaration;
    before(async () => {
      declared = await admin(DETECTION_OPTIONS.accessAnalyzer);
    });

    it("finds what nobody uses, in one region, the home region unless another is chosen", async () => {
      const { inputs, provider, dependsOn } = declared.named(`unused-access-analyzer-${HOME}`);
      assert.deepEqual(
        [provider, inputs.type, inputs.configuration, dependsOn],
        [
          `aws-${SECURITY}`,
          "ORGANIZATION_UNUSED_ACCESS",
          { unusedAccess: { unusedAccessAge: 60 } },
          ["delegated-administrator-access-analyzer"],
        ],
      );
      assert.equal(declared.ofType(ANALYZER).length, 3);
      const elsewhere = await admin({ unusedAccess: { enabled: true, region: OTHER } });
      assert.equal(elsewhere.named(`unused-access-analyzer-${OTHER}`).inputs.region, OTHER);
    });

    it("archives what is known, by the analyzers of the kind that a rule is for", () => {
      assert.deepEqual(
        declared.ofType(RULE).map(({ name, inputs }) => [name, inputs.analyzerName, inputs.ruleName, inputs.filters]),
        [
          ...[HOME, OTHER].map((region) => [
            `archive-rule-external-partner-${region}`,
            "bulwark-organization",
            "bulwark-partner",
            [{ criteria: "principal.AWS", eqs: ["444455556666"] }],
          ]),
          [
            `archive-rule-unused-breakglass-${HOME}`,
            "bulwark-unused-access",
            "bulwark-breakglass",
            [{ criteria: "resource", contains: ["BreakGlass"] }],
          ],
        ],
      );
    });
  });

  it("archives in the regions that a rule names", async () => {
    const rule = { name: "one", regions: [OTHER], criteria: [{ key: "isPublic", exists: true }] };
    const declared = await admin({ archiveRules: [rule] });
    assert.deepEqual(
      declared.ofType(RULE).map(({ inputs }) => [inputs.region, inputs.filters]),
      [[OTHER, [{ criteria: "isPublic", exists: "true" }]]],
    );
  });

  it("is gone where the section is off, but for the delegation", async () => {
    const off = await admin({ ...DETECTION_OPTIONS.accessAnalyzer, enabled: false });
    assert.deepEqual([off.ofType(ANALYZER), off.ofType(RULE)], [[], []]);
    assert.deepEqual(off.outputs.analyzerArns, {});
    assert.ok(off.named("delegated-administrator-access-analyzer"));
  });

  it("is refused where the settings are wrong, with the path", () => {
    const problems = (accessAnalyzer: object) => {
      try {
        settings({ features: { accessAnalyzer } });
        return "";
      } catch (error) {
        return String((error as Error).message);
      }
    };
    assert.match(problems({ unusedAccess: { age: 0 } }), /"unusedAccess",\s+"age"/);
    assert.match(problems({ unusedAccess: { region: "eu-west-1" } }), /eu-west-1 is not one of regions/);
    assert.match(problems({ archiveRules: [{ name: "1a", criteria: [] }] }), /must start with a letter/);
    const rule = { name: "a", criteria: [{ key: "isPublic", exists: false }] };
    assert.match(problems({ archiveRules: [rule, rule] }), /must not name two rules of one analyzer the same/);
    assert.equal(
      problems({ unusedAccess: { enabled: true }, archiveRules: [rule, { ...rule, analyzer: "unused" }] }),
      "",
    );
  });
});
