import assert from "node:assert/strict";
import fc from "fast-check";
import { readFinding } from "../../../remediation/response/finding.ts";
import { incidentOf } from "../../../remediation/response/incident.ts";
import { asff, event, findingOf as finding } from "./findings.ts";

const read = (value: unknown) => readFinding(JSON.stringify(value));

describe("reading findings", () => {
  it("takes what the response needs, and nothing else", () => {
    const one = read(event(asff({ Unknown: { deep: 1 } })));
    assert.ok(one.kind === "finding");
    assert.equal(one.request, null);
    assert.equal(one.finding.Compliance?.SecurityControlId, "S3.8");
    assert.deepEqual(one.finding.Resources, [
      { Type: "AwsS3Bucket", Id: "arn:aws:s3:::statements", Region: "eu-west-1" },
    ]);
    assert.ok(!("Unknown" in one.finding) && !("SchemaVersion" in one.finding));
  });

  it("knows by which custom action a person asks, of Security Hub's own account alone", () => {
    const one = read(event(asff(), "S3PublicAccessBlock"));
    assert.deepEqual(one.kind === "finding" && one.request, { actionId: "S3PublicAccessBlock" });
    const other = { ...event(asff(), "S3PublicAccessBlock"), account: "100000000001" };
    assert.deepEqual(read(other), {
      kind: "wrong",
      reason: "the event names a custom action of another account than its own",
    });
  });

  it("gives a reason for what a decision could not rest on", () => {
    for (const [overrides, reason] of [
      [{ AwsAccountId: "12" }, /AwsAccountId: is no account id/],
      [{ AwsAccountId: 100000000001 }, /AwsAccountId/],
      [{ Region: "eu-west-1\n" }, /Region/],
      [{ Resources: [] }, /Resources/],
      [{ Resources: Array.from({ length: 33 }, () => ({ Type: "AwsS3Bucket", Id: "x" })) }, /Resources/],
      [{ Resources: [{ Type: "AwsS3Bucket", Id: "" }] }, /Resources\.0\.Id/],
      [{ Resources: [{ Type: "AwsS3Bucket", Id: "a\u0000b" }] }, /control characters/],
      [{ Workflow: { Status: "DONE" } }, /Workflow\.Status: not one of its values/],
      [{ RecordState: undefined }, /RecordState/],
      [{ UpdatedAt: "yesterday" }, /UpdatedAt/],
      [{ Compliance: "FAILED" }, /Compliance/],
      [{ Types: Array.from({ length: 51 }, () => "x") }, /Types/],
    ] as const) {
      const one = read(event(asff(overrides)));
      assert.ok(one.kind === "wrong", JSON.stringify(overrides));
      assert.match(one.reason, reason);
    }
    assert.equal(readFinding("{").kind, "wrong");
    assert.equal(readFinding("[".repeat(500_000)).kind, "wrong");
    assert.equal(readFinding(" ".repeat(1024 * 1024 + 1)).kind, "wrong");
    assert.equal(read({ ...event(asff()), detail: { findings: [asff(), asff()] } }).kind, "wrong");
  });

  it("leaves out what is only told where it is wrong", () => {
    assert.equal(finding({ Title: 3, Note: "none" }).Note, undefined);
    assert.equal(finding({ Description: 3, ProductName: [] }).Description, undefined);
    assert.equal(finding({ Description: "x".repeat(9999) }).Description?.length, 1024);
    assert.equal(finding({ Title: "x".repeat(9999) }).Title.length, 256);
  });

  it("never throws, and says shortly why, whatever comes in place of any field", () => {
    const fields = fc.constantFrom(...Object.keys(asff()));
    fc.assert(
      fc.property(fields, fc.anything(), fields, fc.jsonValue(), (one, any, other, json) => {
        let body: string | undefined;
        try {
          body = JSON.stringify(event(asff({ [one]: any, [other]: json })));
        } catch {
          return; // No JSON has it.
        }
        const answer = readFinding(body);
        if (answer.kind === "wrong") assert.ok(answer.reason.length > 0 && answer.reason.length <= 500);
        else assert.match(answer.finding.AwsAccountId, /^[0-9]{12}$/);
      }),
    );
    fc.assert(fc.property(fc.string(), (body) => readFinding(body).kind === "wrong"));
    fc.assert(fc.property(fc.jsonValue(), (value) => read(value).kind === "wrong"));
  });
});

describe("an incident", () => {
  it("is one for the same issue told by another feed, product or standard, at another time and in another order", () => {
    const wanted = incidentOf(finding()).id;
    const two = [
      { Type: "AwsS3Bucket", Id: "arn:aws:s3:::a" },
      { Type: "AwsS3Bucket", Id: "arn:aws:s3:::b" },
    ];
    for (const overrides of [
      { Id: "arn:other", UpdatedAt: "2026-03-02T10:00:00Z", Severity: { Label: "LOW" } },
      { GeneratorId: "other", Types: ["TTPs/x"], ProductArn: "arn:aws:securityhub:us-east-1::product/aws/securityhub" },
      { Workflow: { Status: "NOTIFIED" } },
    ]) {
      assert.equal(incidentOf(finding(overrides)).id, wanted);
    }
    assert.equal(
      incidentOf(finding({ Resources: two })).id,
      incidentOf(finding({ Resources: [...two].reverse().concat(two) })).id,
    );
  });

  it("is another one for another account, region, resource, control, type or vulnerability", () => {
    const none = { Compliance: undefined };
    const ids = [
      {},
      { AwsAccountId: "100000000002" },
      { Region: "us-east-1" },
      { Resources: [{ Type: "AwsS3Bucket", Id: "arn:aws:s3:::other" }] },
      { Resources: [{ Type: "Other", Id: "arn:aws:s3:::statements" }] },
      { Compliance: { SecurityControlId: "S3.1" } },
      { ...none, Types: ["TTPs/x"] },
      { ...none, Types: ["TTPs/x", "TTPs/y"] },
      { ...none, Vulnerabilities: [{ Id: "CVE-2026-1" }] },
      { ...none, Vulnerabilities: [{ Id: "CVE-2026-2" }] },
      { ...none, Types: [], GeneratorId: "S3.8" },
    ].map((overrides) => incidentOf(finding(overrides)).id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it("of IAM is one in all regions, because IAM is", () => {
    const Resources = [{ Type: "AwsIamUser", Id: "arn:aws:iam::100000000001:user/ann" }];
    const [one, other] = ["eu-west-1", "us-east-1"].map((Region) => incidentOf(finding({ Resources, Region })).id);
    assert.equal(one, other);
  });

  it("can't be made to pass for another by what stands in a name", () => {
    const names = fc.array(
      fc.string({ minLength: 1, maxLength: 8 }).filter((name) => /^[^\p{C}\p{Z}]+$/u.test(name)),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(names, names, (some, others) => {
        const [one, other] = [some, others].map((Types) => incidentOf(finding({ Compliance: undefined, Types })).id);
        assert.equal(
          one === other,
          String([...new Set(some)].sort()) === String([...new Set(others)].sort()) &&
            new Set(some).size === new Set(others).size,
        );
      }),
    );
  });
});
