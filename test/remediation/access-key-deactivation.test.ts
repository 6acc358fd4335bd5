import assert from "node:assert/strict";
import { decide, targetsOf } from "../../remediation/access-key-deactivation/decide.ts";
import type { Facts } from "../../remediation/remediation.ts";

const accountId = "100000000001";
const target = { accountId, userName: "ann", accessKeyId: "AKIAIOSFODNN7EXAMPLE" };
const facts: Facts = {
  now: new Date(0),
  organizationAccounts: [],
  partnerAccounts: [],
  untouchable: ["arn:aws:iam::*:user/emergency/*"],
};
const key = (id: string, details: object = { PrincipalName: "ann", PrincipalType: "IAMUser" }) => ({
  Type: "AwsIamAccessKey",
  Id: `AWS::IAM::AccessKey:${id}`,
  Details: { AwsIamAccessKey: details },
});
const targets = (...Resources: readonly ReturnType<typeof key>[]) => targetsOf({ AwsAccountId: accountId, Resources });

describe("the decision on an access key", () => {
  it("is about the users' keys that a finding names, each once", () => {
    const other = "AKIAI44QH8DHBEXAMPLE";
    assert.deepEqual(targets(key(target.accessKeyId), key(other), key(target.accessKeyId)), [
      target,
      { ...target, accessKeyId: other },
    ]);
  });

  it("is not about keys of sessions, of roles and of the root user, nor about users without a key", () => {
    assert.deepEqual(targets(key("ASIAIOSFODNN7EXAMPLE")), []);
    assert.deepEqual(targets(key(target.accessKeyId, { PrincipalName: "App", PrincipalType: "AssumedRole" })), []);
    assert.deepEqual(targets(key(target.accessKeyId, { PrincipalName: "Root", PrincipalType: "Root" })), []);
    assert.deepEqual(targets(key(target.accessKeyId, {})), []);
    const Resources = [{ Type: "AwsIamUser", Id: `arn:aws:iam::${accountId}:user/ann` }];
    assert.deepEqual(targetsOf({ AwsAccountId: accountId, Resources }), []);
  });

  it("turns off a key that is on, and no other", () => {
    const userArn = `arn:aws:iam::${accountId}:user/ann`;
    assert.deepEqual(decide("Active", target, facts, { userArn }), { kind: "change", to: "Inactive" });
    assert.deepEqual(decide("Inactive", target, facts, { userArn }), { kind: "nothing" });
    assert.deepEqual(decide("Expired", target, facts, { userArn }), { kind: "nothing" });
  });

  it("refuses a user that is untouchable, by its path too", () => {
    const userArn = `arn:aws:iam::${accountId}:user/emergency/ann`;
    const decision = decide("Active", target, facts, { userArn });
    assert.ok(decision.kind === "refuse");
    assert.match(decision.why, /user\/emergency\/ann is untouchable/);
    assert.equal(decide("Inactive", target, facts, { userArn }).kind, "nothing");
  });
});
