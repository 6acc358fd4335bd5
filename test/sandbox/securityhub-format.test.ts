import assert from "node:assert/strict";
import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import fc from "fast-check";
import { newFinding, replaceFinding } from "../../sandbox/emulators/securityhub/findings/arrival.ts";
import { asffViolations } from "../../sandbox/emulators/securityhub/findings/asff.ts";
import { compileFilters } from "../../sandbox/emulators/securityhub/findings/filters.ts";
import { completeSeverity, labelOf } from "../../sandbox/emulators/securityhub/findings/severity.ts";

const good: AwsSecurityFinding = {
  SchemaVersion: "2018-10-08",
  Id: "1",
  ProductArn: "arn:aws:securityhub:us-east-1:100000000001:product/100000000001/default",
  GeneratorId: "test",
  AwsAccountId: "100000000001",
  CreatedAt: "2026-03-01T10:00:00Z",
  UpdatedAt: "2026-03-01T10:00:00.123+02:00",
  Severity: { Label: "HIGH" },
  Title: "title",
  Description: "description",
  Resources: [{ Type: "Other", Id: "x" }],
};
const now = Date.parse("2026-03-10T00:00:00Z");
const matches = (filters: Parameters<typeof compileFilters>[0], finding: AwsSecurityFinding) =>
  compileFilters(filters, now)(finding);

describe("Security Hub's finding format", () => {
  it("is met by a finding with what is required", () => {
    assert.deepEqual(asffViolations(good), []);
  });

  for (const name of Object.keys(good) as (keyof AwsSecurityFinding)[]) {
    it(`requires ${name}`, () => {
      const { [name]: _, ...without } = good;
      assert.equal(asffViolations(without as AwsSecurityFinding).length, 1);
    });
  }

  it("says which attribute is wrong, as AWS does", () => {
    const wrong: [Partial<AwsSecurityFinding>, RegExp][] = [
      [{ Title: "" }, /^data\.Title should NOT be shorter than 1 characters$/],
      [{ Resources: [{ Type: "", Id: "x" }] }, /^data\.Resources\[0\]\.Type should NOT be shorter than 1 characters$/],
      [{ Resources: [] }, /^data\.Resources should NOT have fewer than 1 items$/],
      [{ AwsAccountId: "1" }, /^data\.AwsAccountId should match pattern/],
      [{ CreatedAt: "2026-03-01" }, /^data\.CreatedAt should match format "date-time"$/],
      [{ Confidence: 101 }, /^data\.Confidence should be between 0 and 100$/],
      [
        { Remediation: { Recommendation: { Text: "x".repeat(513) } } },
        /^data\.Remediation\.Recommendation\.Text should NOT be longer than 512 characters$/,
      ],
      [{ ProductFields: { k: "x".repeat(2049) } }, /ProductFields\['k'\] should NOT be longer than 2048 characters$/],
      [{ Types: ["a/b/c/d"] }, /namespace\/category\/classifier$/],
      [{ Process: { Path: "x".repeat(250_000) } }, /240 KB$/],
    ];
    for (const [more, expected] of wrong) {
      const found = asffViolations({ ...good, ...more });
      assert.equal(found.length, 1, found.join());
      assert.match(found[0] ?? "", expected);
    }
  });

  it("survives any JSON object that the wire format lets through", () => {
    const anyFinding = fc.record(
      {
        Id: fc.string(),
        ProductArn: fc.string(),
        Title: fc.string(),
        Types: fc.array(fc.string()),
        Resources: fc.array(fc.record({ Id: fc.string(), Type: fc.string() })),
        Severity: fc.record({ Normalized: fc.integer() }),
        ProductFields: fc.dictionary(fc.string(), fc.string()),
      },
      { requiredKeys: [] },
    );
    // Each lacks something that is required.
    const refused = (finding: object) => asffViolations(finding as AwsSecurityFinding).length > 0;
    fc.assert(fc.property(anyFinding, refused));
  });
});

describe("Security Hub's severities", () => {
  it("agree in label and number, whichever is given", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), (Normalized) => {
        const { Label } = completeSeverity({ Normalized });
        const back = completeSeverity(Label === undefined ? {} : { Label });
        return Label === labelOf(Normalized) && labelOf(back.Normalized ?? -1) === Label;
      }),
    );
    assert.equal(completeSeverity({ Label: "CRITICAL", Normalized: 10 }).Normalized, 90);
  });
});

describe("Security Hub's arriving findings", () => {
  const origin = { region: "us-east-1", companyName: "Personal", productName: "Default", processedAt: "now" };

  it("take severity and types from the provider's fields", () => {
    const { Severity: _, ...rest } = good;
    const { finding } = newFinding(
      { ...rest, FindingProviderFields: { Severity: { Label: "MEDIUM", Original: "5" }, Types: ["TTPs"] } },
      origin,
    );
    assert.deepEqual(finding.Severity, { Label: "MEDIUM", Normalized: 40, Original: "5" });
    assert.deepEqual(finding.Types, ["TTPs"]);
  });

  it("are ignored unless they are newer, whatever came before", () => {
    const times = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 });
    fc.assert(
      fc.property(times, (seconds) => {
        const at = (second: number) => ({ ...good, UpdatedAt: new Date(second * 1000).toISOString() });
        const stored = newFinding(at(seconds[0] ?? 0), origin);
        for (const second of seconds) replaceFinding(stored, at(second), origin);
        return stored.finding.UpdatedAt === at(Math.max(...seconds)).UpdatedAt;
      }),
    );
  });
});

describe("Security Hub's finding filters", () => {
  it("compare dates absolutely and relative to now", () => {
    assert.ok(matches({ UpdatedAt: [{ DateRange: { Value: 10, Unit: "DAYS" } }] }, good));
    assert.ok(!matches({ UpdatedAt: [{ DateRange: { Value: 5, Unit: "DAYS" } }] }, good));
    assert.ok(matches({ UpdatedAt: [{ DateRange: { Value: 5, Unit: "DAYS", Comparison: "OLDER_THAN" } }] }, good));
    assert.ok(!matches({ UpdatedAt: [{ End: "2026-02-28T00:00:00Z" }] }, good));
    assert.throws(() => matches({ UpdatedAt: [{ Start: "soon" }] }, good), /not a date/);
  });

  it("compare addresses with blocks", () => {
    const finding = { ...good, Network: { SourceIpV4: "10.1.2.3" } };
    assert.ok(matches({ NetworkSourceIpV4: [{ Cidr: "10.0.0.0/8" }] }, finding));
    assert.ok(!matches({ NetworkSourceIpV4: [{ Cidr: "10.2.0.0/16" }] }, finding));
    assert.throws(() => matches({ NetworkSourceIpV4: [{ Cidr: "everywhere" }] }, finding), /not a CIDR/);
  });

  it("exclude by every negative comparison and include by any prefix", () => {
    const typed = (...types: string[]) => ({ ...good, Resources: types.map((Type) => ({ Type, Id: "x" })) });
    const filter = {
      ResourceType: [
        { Value: "AwsIam", Comparison: "PREFIX" as const },
        { Value: "AwsEc2", Comparison: "PREFIX" as const },
        { Value: "AwsIamPolicy", Comparison: "NOT_EQUALS" as const },
        { Value: "AwsEc2Network", Comparison: "PREFIX_NOT_EQUALS" as const },
      ],
    };
    assert.ok(matches(filter, typed("AwsIamRole")));
    assert.ok(!matches(filter, typed("AwsIamPolicy")));
    assert.ok(!matches(filter, typed("AwsEc2NetworkInterface")));
    assert.ok(!matches(filter, typed("AwsS3Bucket")));
  });

  it("look into tags by key", () => {
    const finding = { ...good, Resources: [{ Type: "Other", Id: "x", Tags: { stage: "prod" } }] };
    const tag = (Value: string, Comparison: "EQUALS" | "NOT_EQUALS") => ({
      ResourceTags: [{ Key: "stage", Value, Comparison }],
    });
    assert.ok(matches(tag("prod", "EQUALS"), finding));
    assert.ok(!matches(tag("prod", "NOT_EQUALS"), finding));
    assert.ok(matches(tag("dev", "NOT_EQUALS"), finding));
    assert.ok(!matches(tag("prod", "EQUALS"), good));
  });
});
