import assert from "node:assert/strict";
import fc from "fast-check";
import { decide, quarantine, targetsOf } from "../../remediation/iam-role-quarantine/decide.ts";
import type { Facts } from "../../remediation/remediation.ts";

const accountId = "100000000001";
const target = { accountId, roleName: "App" };
const arn = (path: string) => `arn:aws:iam::${accountId}:role/${path}`;
const facts: Facts = {
  now: new Date("2026-11-23T12:00:00Z"),
  organizationAccounts: [],
  partnerAccounts: [],
  untouchable: ["arn:aws:iam::*:role/BreakGlass", "arn:aws:iam::*:role/Bulwark*"],
};
const on = (policy: string | null, path = "App", from = facts) => decide(policy, target, from, { roleArn: arn(path) });

describe("the decision on an IAM role's quarantine", () => {
  it("is about the roles that a finding names by ARN or by a session, each once", () => {
    const Details = { AwsIamAccessKey: { PrincipalName: "App", PrincipalType: "AssumedRole" } };
    const Resources = [
      { Type: "AwsIamRole", Id: arn("service/App") },
      { Type: "AwsIamAccessKey", Id: "AWS::IAM::AccessKey:ASIAIOSFODNN7EXAMPLE", Details },
      { Type: "AwsIamRole", Id: arn("Other") },
      { Type: "AwsEc2Instance", Id: `arn:aws:ec2:us-east-1:${accountId}:instance/i-1` },
    ];
    assert.deepEqual(targetsOf({ AwsAccountId: accountId, Resources }), [target, { accountId, roleName: "Other" }]);
  });

  it("is not about users, nor about roles of other accounts", () => {
    const Resources = [
      { Type: "AwsIamUser", Id: `arn:aws:iam::${accountId}:user/ann` },
      { Type: "AwsIamRole", Id: "arn:aws:iam::100000000002:role/App" },
      { Type: "AwsIamRole", Id: arn("") },
      { Type: "AwsIamAccessKey", Id: "ASIAIOSFODNN7EXAMPLE", Details: { AwsIamAccessKey: { PrincipalName: "ann" } } },
    ];
    assert.deepEqual(targetsOf({ AwsAccountId: accountId, Resources }), []);
  });

  it("denies all, to older sessions apart", () => {
    const decision = on(null);
    assert.ok(decision.kind === "change");
    const deny = { Effect: "Deny", Action: "*", Resource: "*" };
    assert.deepEqual(JSON.parse(String(decision.to)), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "OlderSessions",
          ...deny,
          Condition: { DateLessThan: { "aws:TokenIssueTime": "2026-11-23T12:00:00.000Z" } },
        },
        { Sid: "Quarantine", ...deny },
      ],
    });
  });

  it("leaves a quarantine in place, whenever it was put, and puts it over everything else of its name", () => {
    const years = fc.date({ min: new Date("2020-01-01"), max: new Date("2099-01-01"), noInvalidDate: true });
    fc.assert(fc.property(years, (then) => assert.deepEqual(on(quarantine(then)), { kind: "nothing" })));
    const whole = quarantine(facts.now);
    const others = [
      "",
      "{}",
      `${whole} `,
      whole.replaceAll("Deny", "Allow"),
      whole.replace("2026-11", "2026-99"),
      "not JSON",
    ];
    for (const other of others) assert.equal(on(other).kind, "change", other);
  });

  it("refuses roles that are untouchable, and roles that only AWS changes, each with a reason", () => {
    const why = (path: string) => {
      const decision = on(null, path);
      assert.ok(decision.kind === "refuse", path);
      return decision.why;
    };
    assert.match(why("BreakGlass"), /role\/BreakGlass is untouchable/);
    assert.match(why("BulwarkRemediation-iam-role-quarantine"), /untouchable/);
    assert.match(
      why("aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty"),
      /linked to a service/,
    );
    assert.match(why("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"), /permission set/);
    assert.equal(on(null, "team/aws-service-role/App").kind, "change");
  });
});
