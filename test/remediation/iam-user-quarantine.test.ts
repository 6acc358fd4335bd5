import assert from "node:assert/strict";
import fc from "fast-check";
import type { KeyStatus } from "../../remediation/iam-user.ts";
import { decide, QUARANTINE, type State, targetsOf } from "../../remediation/iam-user-quarantine/decide.ts";
import type { Facts } from "../../remediation/remediation.ts";

const accountId = "100000000001";
const target = { accountId, userName: "ann" };
const userArn = `arn:aws:iam::${accountId}:user/people/ann`;
const facts: Facts = { now: new Date(0), organizationAccounts: [], partnerAccounts: [], untouchable: [] };
const key = (id: string, details: unknown) => ({
  Type: "AwsIamAccessKey",
  Id: id,
  Details: { AwsIamAccessKey: details },
});

describe("the decision on an IAM user's quarantine", () => {
  it("is about the users that a finding names by ARN, key or session, each once", () => {
    const Resources = [
      { Type: "AwsIamUser", Id: userArn },
      key("AKIAIOSFODNN7EXAMPLE", { PrincipalName: "ann", PrincipalType: "IAMUser" }),
      key("ASIAIOSFODNN7EXAMPLE", { PrincipalName: "bob", PrincipalType: "IAMUser" }),
    ];
    assert.deepEqual(targetsOf({ AwsAccountId: accountId, Resources }), [target, { accountId, userName: "bob" }]);
  });

  it("is not about roles, the root user, or users of other accounts", () => {
    const Resources = [
      { Type: "AwsIamRole", Id: `arn:aws:iam::${accountId}:role/ann` },
      { Type: "AwsIamUser", Id: `arn:aws:iam::${accountId}:root` },
      { Type: "AwsIamUser", Id: "arn:aws:iam::100000000002:user/ann" },
      key("ASIAIOSFODNN7EXAMPLE", { PrincipalName: "ann", PrincipalType: "AssumedRole" }),
      key("AKIAIOSFODNN7EXAMPLE", { PrincipalName: "Root", PrincipalType: "Root" }),
    ];
    assert.deepEqual(targetsOf({ AwsAccountId: accountId, Resources }), []);
  });

  it("denies all and leaves no key active, whatever was, and then there is nothing to do", () => {
    const statuses = fc.constantFrom<KeyStatus>("Active", "Inactive", "Expired");
    const states: fc.Arbitrary<State> = fc.record({
      policy: fc.constantFrom(null, "{}", QUARANTINE),
      keys: fc.array(fc.record({ id: fc.string(), status: statuses }), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(states, (state) => {
        const decision = decide(state, target, facts, { userArn });
        const done = state.policy === QUARANTINE && state.keys.every(({ status }) => status !== "Active");
        if (done) assert.deepEqual(decision, { kind: "nothing" });
        else {
          assert.ok(decision.kind === "change");
          assert.equal(decision.to.policy, QUARANTINE);
          const ids = (keys: State["keys"]) => keys.map(({ id }) => id);
          assert.deepEqual(ids(decision.to.keys), ids(state.keys));
          for (const [index, { status }] of decision.to.keys.entries()) {
            assert.equal(status, state.keys[index]?.status === "Expired" ? "Expired" : "Inactive");
          }
          assert.deepEqual(decide(decision.to, target, facts, { userArn }), { kind: "nothing" });
        }
      }),
    );
  });

  it("fits into the 2,048 characters that all inline policies of a user have, with much left", () => {
    assert.ok(QUARANTINE.length < 128, `${QUARANTINE.length}`);
  });

  it("refuses a user that is untouchable", () => {
    const touched = { ...facts, untouchable: ["arn:aws:iam::*:user/people/*"] };
    const decision = decide({ policy: null, keys: [] }, target, touched, { userArn });
    assert.ok(decision.kind === "refuse");
    assert.match(decision.why, /user\/people\/ann is untouchable/);
  });
});
