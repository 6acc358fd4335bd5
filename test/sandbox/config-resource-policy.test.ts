import assert from "node:assert/strict";
import { allowsService, type ServiceRequest } from "../../sandbox/emulators/config/resource-policy.ts";

const request: ServiceRequest = {
  service: "config.amazonaws.com",
  action: "s3:PutObject",
  resource: "arn:aws:s3:::archive/AWSLogs/100000000001/Config/ConfigWritabilityCheckFile",
  context: { "aws:sourceaccount": "100000000001", "aws:sourceorgid": "o-mine", "aws:securetransport": "true" },
};

const allow = {
  Effect: "Allow",
  Principal: { Service: ["cloudtrail.amazonaws.com", "config.amazonaws.com"] },
  Action: ["s3:Get*", "S3:putobject"],
  Resource: "arn:aws:s3:::archive/AWSLogs/*",
};

const decide = (...Statement: object[]) => allowsService(JSON.stringify({ Statement }), request);
const under = (Condition: object) => decide({ ...allow, Condition });

describe("what a resource policy lets a service do", () => {
  it("nothing without a policy, a statement or an allowing one", () => {
    assert.equal(allowsService(undefined, request), false);
    assert.equal(allowsService("{}", request), false);
    assert.equal(decide({ ...allow, Effect: "Deny" }), false);
  });

  it("what one statement allows, written alone or in a list", () => {
    assert.equal(decide(allow), true);
    assert.equal(allowsService(JSON.stringify({ Statement: allow }), request), true);
  });

  it("nothing that names another service, action or resource", () => {
    assert.equal(decide({ ...allow, Principal: { Service: "cloudtrail.amazonaws.com" } }), false);
    assert.equal(decide({ ...allow, Principal: { AWS: "arn:aws:iam::100000000001:root" } }), false);
    assert.equal(decide({ ...allow, Action: "s3:GetObject" }), false);
    assert.equal(decide({ ...allow, Resource: "arn:aws:s3:::archive" }), false);
  });

  it("what a policy variable in a resource stands for, and nothing where it has no value", () => {
    const of = (key: string) => decide({ ...allow, Resource: `arn:aws:s3:::archive/AWSLogs/\${${key}}/*` });
    assert.equal(of("aws:SourceAccount"), true);
    assert.equal(of("aws:SourceOrgID"), false);
    assert.equal(of("aws:PrincipalAccount"), false);
  });

  it("what a deny does not take back, whatever way it is written", () => {
    const { Resource: _, ...anywhere } = allow;
    const deny = { ...allow, Effect: "Deny", Principal: "*" };
    assert.equal(decide(allow, deny), false);
    assert.equal(decide(allow, { ...deny, Action: undefined, NotAction: "s3:PutObject" }), true);
    assert.equal(decide(allow, { ...anywhere, Effect: "Deny", NotResource: "arn:aws:s3:::archive/*" }), true);
    assert.equal(
      decide(allow, { ...deny, Principal: undefined, NotPrincipal: { Service: "config.amazonaws.com" } }),
      true,
    );
    assert.equal(decide(allow, { ...deny, Condition: { Bool: { "aws:SecureTransport": "false" } } }), true);
    assert.equal(decide(allow, { ...deny, Condition: { Bool: { "aws:SecureTransport": true } } }), false);
  });

  it("what its conditions hold for, keys in any case", () => {
    assert.equal(under({ StringEquals: { "AWS:SourceAccount": ["100000000009", "100000000001"] } }), true);
    assert.equal(under({ StringEquals: { "aws:SourceAccount": "100000000009" } }), false);
    assert.equal(under({ StringLike: { "aws:SourceOrgID": "o-*" }, Bool: { "aws:SecureTransport": "true" } }), true);
    assert.equal(under({ StringNotEquals: { "aws:SourceOrgID": "o-mine" } }), false);
    assert.equal(under({ "ForAnyValue:StringEquals": { "aws:SourceOrgID": ["o-mine", "o-other"] } }), true);
  });

  it("nothing for a key that the request does not have, unless the operator is negated or asks IfExists", () => {
    assert.equal(under({ StringEquals: { "aws:PrincipalOrgID": "o-mine" } }), false);
    assert.equal(under({ StringEqualsIfExists: { "aws:PrincipalOrgID": "o-mine" } }), true);
    assert.equal(under({ StringNotEquals: { "aws:PrincipalOrgID": "o-mine" } }), true);
    assert.equal(under({ Null: { "aws:PrincipalOrgID": "true" } }), true);
    assert.equal(under({ Null: { "aws:SourceOrgID": "true" } }), false);
  });

  it("nothing under a condition that it cannot judge: an allow does not count, a deny does", () => {
    const odd = { DateGreaterThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" } };
    assert.equal(under(odd), false);
    assert.equal(decide(allow, { ...allow, Effect: "Deny", Condition: odd }), false);
  });
});
