import assert from "node:assert/strict";
import { decide, targetsOf } from "../../remediation/ec2-imdsv2/decide.ts";
import type { Facts } from "../../remediation/remediation.ts";

const accountId = "100000000001";
const arn = `arn:aws:ec2:eu-central-1:${accountId}:instance/i-0123456789abcdef0`;
const facts: Facts = { now: new Date(0), organizationAccounts: [], partnerAccounts: [], untouchable: [] };

describe("the decision on IMDSv2", () => {
  it("is about the instances of the finding's account", () => {
    const finding = (...ids: readonly unknown[]) => ({
      AwsAccountId: accountId,
      Resources: ids.map((Id) => ({ Type: "AwsEc2Instance", Id: Id as string })),
    });
    assert.deepEqual(targetsOf(finding(arn, arn)), [{ accountId, arn }]);
    const hostile = [
      "",
      null,
      7,
      "i-0123456789abcdef0",
      `${arn}\n`,
      `arn:aws:ec2:eu-central-1:${accountId}:instance/*`,
      `arn:aws:ec2:eu-central-1:${accountId}:volume/vol-0123456789abcdef0`,
      arn.replace(accountId, "999988887777"),
      arn.replace("arn:aws:", "arn:other:"),
    ];
    assert.deepEqual(targetsOf(finding(...hostile)), []);
    assert.deepEqual(targetsOf({ ...finding(arn), Region: "us-east-1" }), []);
  });

  it("requires tokens where they are optional and the instance may be touched", () => {
    const one = { accountId, arn };
    assert.deepEqual(decide({ tokens: "required" }, one, facts), { kind: "nothing" });
    assert.deepEqual(decide({ tokens: "optional" }, one, facts), { kind: "change", to: { tokens: "required" } });
    assert.equal(decide({ tokens: "optional" }, one, { ...facts, untouchable: [arn] }).kind, "refuse");
  });
});
