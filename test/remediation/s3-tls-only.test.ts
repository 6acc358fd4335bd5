import assert from "node:assert/strict";
import fc from "fast-check";
import type { Facts } from "../../remediation/remediation.ts";
import { decide } from "../../remediation/s3-tls-only/decide.ts";

const arn = "arn:aws-us-gov:s3:::one";
const bucket = { accountId: "100000000001", arn };
const facts: Facts = { now: new Date(0), organizationAccounts: [], partnerAccounts: [], untouchable: [] };
const plain = { isWebsite: false };
const denial = {
  Action: "s3:*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
  Effect: "Deny",
  Principal: "*",
  Resource: [arn, `${arn}/*`],
};
const policy = (...Statement: readonly object[]) => JSON.stringify({ Statement, Version: "2012-10-17" });
const added = { ...denial, Sid: "TlsOnly" };

describe("the decision on buckets without TLS", () => {
  const statementsOf = (text: string) => (JSON.parse(text) as { Statement: readonly object[] }).Statement;

  it("adds a denial to no policy and to any, after what it says, and is content then", () => {
    const first = decide(null, bucket, facts, plain);
    assert.ok(first.kind === "change" && first.to !== null);
    assert.deepEqual(JSON.parse(first.to), { Version: "2012-10-17", Statement: [added] });
    const other = fc.record(
      { Sid: fc.string(), Effect: fc.constantFrom("Allow", "Deny"), Principal: fc.constant("*"), Action: fc.string() },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(other), (statements) => {
        const decision = decide(policy(...statements), bucket, facts, plain);
        assert.ok(decision.kind === "change" && decision.to !== null);
        assert.deepEqual(statementsOf(decision.to), [...statements, added]);
        assert.deepEqual(decide(decision.to, bucket, facts, plain), { kind: "nothing" });
      }),
    );
  });

  it("takes every denial that is as wide for one", () => {
    const wide = [
      denial,
      { ...denial, Principal: { AWS: ["*"] } },
      { ...denial, Action: ["s3:*"], Condition: { Bool: { "AWS:SecureTransport": [false] } } },
      { ...denial, Action: "*", Resource: "*" },
      { ...denial, Resource: [`${arn}*`] },
    ];
    for (const statement of wide)
      assert.deepEqual(decide(policy(statement), bucket, facts, plain), { kind: "nothing" });
  });

  it("is not content with a narrower one", () => {
    const narrow: object[] = [
      { ...denial, Effect: "Allow" },
      { ...denial, Principal: { AWS: "100000000001" } },
      { ...denial, Action: ["s3:GetObject"] },
      { ...denial, Resource: arn },
      { ...denial, Resource: `${arn}/*` },
      { ...denial, Resource: [arn, `${arn}/logs/*`] },
      { ...denial, Condition: { Bool: { "aws:SecureTransport": "true" } } },
      { ...denial, Condition: { Bool: { "aws:SecureTransport": "false", "aws:MultiFactorAuthPresent": "false" } } },
      { ...denial, Condition: { ...denial.Condition, StringEquals: { "aws:PrincipalAccount": "1" } } },
      { ...denial, Condition: {} },
      { ...denial, Condition: { Bool: "x" } },
      { ...denial, Sid: "TlsOnly", Action: "s3:GetObject" },
    ];
    for (const statement of narrow) {
      const decision = decide(policy(statement), bucket, facts, plain);
      assert.ok(decision.kind === "change" && decision.to !== null, JSON.stringify(statement));
      assert.equal(statementsOf(decision.to).length, 2);
    }
    const twice = decide(policy({ ...denial, Sid: "TlsOnly", Action: "s3:GetObject" }), bucket, facts, plain);
    assert.ok(twice.kind === "change" && twice.to !== null);
    assert.deepEqual(statementsOf(twice.to)[1], denial, "a policy has each id once");
  });

  it("refuses policies that it can't read or that would be too long, and what nothing touches", () => {
    assert.equal(decide("{", bucket, facts, plain).kind, "refuse");
    assert.equal(decide(policy({ Sid: "x".repeat(20_300) }), bucket, facts, plain).kind, "refuse");
    assert.equal(decide(null, bucket, { ...facts, untouchable: ["arn:*:s3:::o?e"] }, plain).kind, "refuse");
  });

  it("refuses websites, which nobody could see without TLS, and policies with a deleted principal, which AWS does not take again", () => {
    const website = decide(null, bucket, facts, { isWebsite: true });
    assert.ok(website.kind === "refuse" && /CloudFront/.test(website.why));
    assert.deepEqual(decide(policy(denial), bucket, facts, { isWebsite: true }), { kind: "nothing" });
    const deleted = { Effect: "Allow", Principal: { AWS: ["AROAEXAMPLEEXAMPLE123"] }, Action: "s3:GetObject" };
    const decision = decide(policy(deleted), bucket, facts, plain);
    assert.ok(decision.kind === "refuse" && /AROAEXAMPLEEXAMPLE123, a principal that was deleted/.test(decision.why));
  });
});
