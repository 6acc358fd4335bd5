import assert from "node:assert/strict";
import fc from "fast-check";
import { isFull, readOptions } from "../../bench/options.ts";
import { eventOf, storm } from "../../bench/response/storm.ts";
import { mostInASecond } from "../../bench/response/storm-run.ts";
import { readFinding } from "../../remediation/response/finding.ts";

describe("the benchmark's storm", () => {
  it("counts the most of any second, wherever that begins", () => {
    const moments = fc.array(fc.nat(5000), { maxLength: 40 });
    fc.assert(
      fc.property(moments, (times) => {
        const within = (from: number) => times.filter((time) => time >= from && time < from + 1000).length;
        assert.equal(mostInASecond(times), Math.max(0, ...times.map(within)));
      }),
    );
  });

  it("is findings that the response reads, of which a quarter repeat others, in an order that is always the same", () => {
    const at = "2026-03-01T10:00:00.000Z";
    const of = { count: 400, accounts: ["100000000001", "100000000002"], region: "eu-west-1", at, name: "storm" };
    const findings = storm(of);
    assert.deepEqual(storm(of), findings);
    assert.deepEqual([findings.length, new Set(findings.map(({ Id }) => Id)).size], [400, 300]);
    for (const finding of findings) assert.equal(readFinding(eventOf(finding, "222222222222")).kind, "finding");
    const labels = new Set(findings.map(({ Severity }) => Severity?.Label));
    assert.deepEqual([...labels].sort(), ["CRITICAL", "HIGH", "LOW", "MEDIUM"]);
  });

  it("has 20,000 findings where the document is written, and fewer in a run for development", () => {
    assert.deepEqual([readOptions({}).findings, readOptions({ ACCOUNTS: "4" }).findings], [20_000, 500]);
    assert.ok(!isFull(readOptions({ FINDINGS: "2000" })));
    assert.throws(() => readOptions({ FINDINGS: "many" }), /FINDINGS=many/);
  });
});
