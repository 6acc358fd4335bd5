import assert from "node:assert/strict";
import { bucketsOf, type NamedResource } from "../../remediation/finding-resources.ts";
import type { Decision, Facts } from "../../remediation/remediation.ts";
import {
  decide as decideOnRole,
  roleName,
  targetsOf as rolesOf,
} from "../../remediation/unauthorized-principals-role/decide.ts";
import { decide as decideOnBucket } from "../../remediation/unauthorized-principals-s3/decide.ts";

const accountId = "100000000001";
const STRANGER = "999988887777";
const facts: Facts = {
  now: new Date(0),
  organizationAccounts: [accountId],
  organizationId: "o-a1b2c3d4e5",
  partnerAccounts: ["444455556666"],
  untouchable: ["arn:aws:iam::*:role/BreakGlass", "arn:aws:iam::*:role/Bulwark*", "arn:aws:s3:::bulwark-*"],
};
const finding = (Type: string, ...ids: readonly unknown[]) => ({
  AwsAccountId: accountId,
  Resources: ids.map((Id) => ({ Type, Id: Id as string })),
});
const arnsOf = (targets: readonly NamedResource[]) => targets.map(({ arn }) => arn);

/** What is no ARN of any service. */
const HOSTILE = ["", "*", " ", "x".repeat(5000), undefined, null, 7, {}, ["arn:aws:s3:::one"], "arn:aws:iam::*:role/x"];

const policy = (...Statement: readonly object[]) => JSON.stringify({ Statement, Version: "2012-10-17" });
const allow = (AWS: string | readonly string[]) => ({
  Action: "x:Read",
  Effect: "Allow",
  Principal: { AWS },
  Resource: "*",
});

describe("the decision on unauthorized principals", () => {
  const services: [
    string,
    string,
    (policy: string | null, resource: NamedResource, facts: Facts) => Decision<string | null>,
    string | null,
  ][] = [
    ["bucket", "arn:aws:s3:::one", decideOnBucket, null],
    [
      "role",
      `arn:aws:iam::${accountId}:role/x/One`,
      decideOnRole,
      policy({ Action: "sts:AssumeRole", Effect: "Deny", Principal: { AWS: "*" }, Sid: "Nobody" }),
    ],
  ];
  for (const [name, arn, decide, emptied] of services) {
    it(`of a ${name} takes strangers, leaves what is right, and refuses what it must not touch`, () => {
      const resource = { accountId, arn };
      const own = allow(`arn:aws:iam::${accountId}:root`);
      assert.deepEqual(decide(null, resource, facts), { kind: "nothing" });
      assert.deepEqual(decide(policy(own), resource, facts), { kind: "nothing" });
      assert.deepEqual(decide(policy(allow(STRANGER), own), resource, facts), { kind: "change", to: policy(own) });
      assert.deepEqual(decide(policy(allow(STRANGER)), resource, facts), { kind: "change", to: emptied });
      assert.equal(decide("{", resource, facts).kind, "refuse");
      assert.equal(decide(policy(allow(STRANGER)), resource, { ...facts, untouchable: [arn] }).kind, "refuse");
      assert.equal(decide(policy(own), resource, { ...facts, untouchable: [arn] }).kind, "nothing");
    });
  }

  it("is about the buckets that a finding names, each once", () => {
    const arns = ["arn:aws:s3:::one", "arn:aws-us-gov:s3:::two.three"];
    assert.deepEqual(arnsOf(bucketsOf(finding("AwsS3Bucket", ...arns, ...arns))), arns);
    assert.deepEqual(bucketsOf(finding("AwsIamRole", ...arns)), []);
    const hostile = [
      ...HOSTILE,
      "one",
      "arn:aws:s3:::",
      "arn:aws:s3:::one/key",
      "arn:aws:s3:::A\n",
      "arn:other:s3:::one",
    ];
    assert.deepEqual(bucketsOf(finding("AwsS3Bucket", ...hostile)), []);
  });

  it("is about the roles of the finding's account that are not AWS's own", () => {
    const arns = [`arn:aws:iam::${accountId}:role/One`, `arn:aws-cn:iam::${accountId}:role/a/b:c/Two@x`];
    assert.deepEqual(arnsOf(rolesOf(finding("AwsIamRole", ...arns, ...arns))), arns);
    assert.deepEqual(rolesOf(finding("AwsIamRole", ...arns)).map(roleName), ["One", "Two@x"]);
    const hostile = [
      ...HOSTILE,
      `arn:aws:iam::${STRANGER}:role/One`,
      `arn:aws:iam::${accountId}:user/One`,
      `arn:aws:iam::${accountId}:role/`,
      `arn:aws:iam::${accountId}:role/One\n`,
      `arn:aws:iam::${accountId}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX`,
      `arn:aws:iam::${accountId}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1`,
    ];
    assert.deepEqual(rolesOf(finding("AwsIamRole", ...hostile)), []);
  });

  it("never changes who may become a break-glass role or one of Bulwark's, whatever their path", () => {
    for (const name of ["BreakGlass", "x/BreakGlass", "BulwarkRemediation-x"]) {
      const role = { accountId, arn: `arn:aws:iam::${accountId}:role/${name}` };
      assert.equal(decideOnRole(policy(allow(STRANGER)), role, facts).kind, "refuse", name);
    }
    const bucket = { accountId, arn: "arn:aws:s3:::bulwark-trail" };
    assert.equal(decideOnBucket(policy(allow(STRANGER)), bucket, facts).kind, "refuse");
  });
});
