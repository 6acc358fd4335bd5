import assert from "node:assert/strict";
import fc from "fast-check";
import type { KeyStatus } from "../../remediation/iam-user.ts";
import type { Facts } from "../../remediation/remediation.ts";
import { type Authorizations, administratorsOf } from "../../remediation/unused-credentials/administrators.ts";
import { type Circumstances, decide, type Target, targetsOf } from "../../remediation/unused-credentials/decide.ts";

const accountId = "100000000001";
const userArn = `arn:aws:iam::${accountId}:user/people/ann`;
const NOW = new Date("2026-11-23T12:00:00Z");
const facts: Facts = {
  now: NOW,
  organizationAccounts: [],
  partnerAccounts: [],
  untouchable: ["arn:aws:iam::*:user/emergency/*"],
};
const ago = (days: number) => new Date(NOW.getTime() - days * 86_400_000).toISOString();
const target = (control: Target["control"]): Target => ({ accountId, userName: "ann", control });
const by = (
  key: { created: string | null; used: string | null },
  more: Partial<Circumstances> = {},
): Circumstances => ({
  userArn,
  keys: [{ id: "AKIA1", ...key }],
  password: null,
  lastAdministrator: false,
  ...more,
});
const on = (control: Target["control"], circumstances: Circumstances, status: KeyStatus = "Active") =>
  decide([{ id: "AKIA1", status }], target(control), facts, circumstances);
const OFF = { kind: "change", to: [{ id: "AKIA1", status: "Inactive" }] };
const NOTHING = { kind: "nothing" };

describe("the decision on unused credentials", () => {
  it("is about the users that a finding of one of its controls names, each once", () => {
    const Resources = [
      { Type: "AwsIamUser", Id: userArn },
      { Type: "AwsIamUser", Id: userArn },
      { Type: "AwsIamUser", Id: "arn:aws:iam::100000000002:user/bob" },
      { Type: "AwsIamRole", Id: `arn:aws:iam::${accountId}:role/App` },
      { Type: "AwsIamAccessKey", Id: "AKIAIOSFODNN7EXAMPLE", Details: { AwsIamAccessKey: { PrincipalName: "cid" } } },
    ];
    const of = (SecurityControlId?: string) =>
      targetsOf({ AwsAccountId: accountId, Compliance: { SecurityControlId }, Resources });
    for (const control of ["IAM.3", "IAM.8", "IAM.22"] as const) assert.deepEqual(of(control), [target(control)]);
    for (const control of ["IAM.2", "iam.3", "", "toString", undefined]) assert.deepEqual(of(control), [], control);
    assert.deepEqual(targetsOf({ AwsAccountId: accountId, Resources }), []);
  });

  it("turns off what is older than 90 days for IAM.3, however much it is used", () => {
    assert.deepEqual(on("IAM.3", by({ created: ago(91), used: ago(0) })), OFF);
    assert.deepEqual(on("IAM.3", by({ created: ago(90), used: null })), NOTHING);
    assert.deepEqual(on("IAM.3", by({ created: null, used: ago(500) })), NOTHING);
  });

  it("turns off what was not used for 90 days for IAM.8 and for 45 for IAM.22; never used counts from when it was made", () => {
    for (const [control, days] of [
      ["IAM.8", 90],
      ["IAM.22", 45],
    ] as const) {
      assert.deepEqual(on(control, by({ created: ago(300), used: ago(days) })), OFF);
      assert.deepEqual(on(control, by({ created: ago(300), used: ago(days - 1) })), NOTHING);
      assert.deepEqual(on(control, by({ created: ago(days), used: null })), OFF);
      assert.deepEqual(on(control, by({ created: ago(days - 1), used: null })), NOTHING);
      assert.deepEqual(on(control, by({ created: null, used: null })), NOTHING);
    }
  });

  it("touches no other key than those that are active and fail", () => {
    const statuses = fc.constantFrom<KeyStatus>("Active", "Inactive", "Expired");
    const key = fc.record({
      status: statuses,
      created: fc.integer({ min: 0, max: 200 }),
      used: fc.option(fc.integer({ min: 0, max: 200 })),
    });
    fc.assert(
      fc.property(fc.tuple(key, key), (both) => {
        const keys = both.map(({ status }, at) => ({ id: `AKIA${at}`, status }));
        const known = both.map(({ created, used }, at) => ({
          id: `AKIA${at}`,
          created: ago(created),
          used: used === null ? null : ago(used),
        }));
        const decision = decide(keys, target("IAM.22"), facts, by({ created: null, used: null }, { keys: known }));
        const to = decision.kind === "change" ? decision.to : keys;
        for (const [at, { status, created, used }] of both.entries()) {
          const fails = status === "Active" && Math.min(created, used ?? created) >= 45;
          assert.deepEqual(to[at], { id: `AKIA${at}`, status: fails ? "Inactive" : status });
        }
      }),
    );
  });

  it("leaves a stale password to a person, because nobody could give it back", () => {
    const used = { created: ago(1), used: ago(1) };
    const stale = by(used, { password: { created: ago(400), used: ago(50) } });
    const decision = on("IAM.22", stale);
    assert.ok(decision.kind === "refuse");
    assert.match(decision.why, /password of user ann was last used on 2026-10-04; delete its login profile by hand/);
    assert.deepEqual(on("IAM.8", stale), NOTHING);
    assert.deepEqual(on("IAM.3", by(used, { password: { created: ago(400), used: null } })), NOTHING);
    assert.deepEqual(
      on("IAM.22", by(used, { password: { created: ago(3), used: ago(50) } })),
      NOTHING,
      "it was set anew",
    );
    const never = on("IAM.22", by(used, { password: { created: ago(400), used: null } }));
    assert.match(never.kind === "refuse" ? never.why : "", /was never used/);
    assert.deepEqual(
      on("IAM.22", { ...stale, keys: [{ id: "AKIA1", created: ago(60), used: null }] }),
      OFF,
      "keys come first",
    );
  });

  it("refuses the last credential of the last administrator, and no other of its keys", () => {
    const old = { created: ago(200), used: null };
    const decision = on("IAM.8", by(old, { lastAdministrator: true }));
    assert.ok(decision.kind === "refuse");
    assert.match(decision.why, /user ann is the account's last administrator/);
    const keys = [
      { id: "AKIA1", status: "Active" as const },
      { id: "AKIA2", status: "Active" as const },
    ];
    const known = [
      { id: "AKIA1", ...old },
      { id: "AKIA2", created: ago(200), used: ago(2) },
    ];
    const two = by(old, { keys: known, lastAdministrator: true });
    const to = [
      { id: "AKIA1", status: "Inactive" },
      { id: "AKIA2", status: "Active" },
    ];
    assert.deepEqual(decide(keys, target("IAM.8"), facts, two), { kind: "change", to });
    assert.deepEqual(on("IAM.8", by(old, { lastAdministrator: true }), "Inactive"), NOTHING);
  });

  it("refuses users that are untouchable, and says nothing where nothing is to be done", () => {
    const emergency = { userArn: `arn:aws:iam::${accountId}:user/emergency/ann` };
    const decision = on("IAM.8", by({ created: ago(200), used: null }, emergency));
    assert.match(decision.kind === "refuse" ? decision.why : "", /emergency\/ann is untouchable/);
    assert.deepEqual(on("IAM.8", by({ created: ago(2), used: null }, emergency)), NOTHING);
  });
});

describe("who administers an account", () => {
  const allow = { Effect: "Allow", Action: "*", Resource: "*" };
  const text = (...Statement: readonly object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
  const user = (name: string, more: Partial<Authorizations["users"][number]> = {}) => ({
    name,
    inline: [],
    managed: [],
    groups: [],
    bounded: false,
    ...more,
  });
  const own = `arn:aws:iam::${accountId}:policy/Everything`;
  const account = (...users: readonly Authorizations["users"][number][]): Authorizations => ({
    users,
    groups: new Map([
      ["admins", { inline: [], managed: ["arn:aws-cn:iam::aws:policy/AdministratorAccess"] }],
      ["readers", { inline: [], managed: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }],
    ]),
    policies: new Map([[own, text(allow)]]),
  });
  const both = (...users: readonly Authorizations["users"][number][]) =>
    (["perhaps", "surely"] as const).map((how) => administratorsOf(account(...users), how));

  it("is who is allowed everything, by AWS's policy, the account's own, an inline one, or a group", () => {
    const users = [
      user("aws", { managed: ["arn:aws:iam::aws:policy/AdministratorAccess"] }),
      user("own", { managed: [own] }),
      user("inline", { inline: [text({ ...allow, Action: ["s3:*", "*"], Resource: ["*"] })] }),
      user("single", { inline: [JSON.stringify({ Statement: { ...allow, Action: "*:*" } })] }),
      user("group", { groups: ["readers", "admins"] }),
    ];
    const names = users.map(({ name }) => name);
    assert.deepEqual(both(...users), [names, names]);
  });

  it("is nobody who is allowed less, or by a policy that is not known", () => {
    const users = [
      user("nothing"),
      user("reader", { groups: ["readers", "gone"] }),
      user("service", { inline: [text({ ...allow, Action: "iam:*" })] }),
      user("one", { inline: [text({ ...allow, Resource: "arn:aws:s3:::one" })] }),
      user("denied", { inline: [text({ ...allow, Effect: "Deny" })] }),
      user("odd", { inline: ["", "null", '{"Statement":[null]}', '{"Statement":"*"}', "[]"] }),
      user("namesake", { managed: [`arn:aws:iam::${accountId}:policy/AdministratorAccess`] }),
    ];
    assert.deepEqual(both(...users), [[], []]);
  });

  it("is perhaps, and not surely, who is limited by a condition, a boundary, or a denial", () => {
    const mfa = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
    const users = [
      user("condition", { inline: [text({ ...allow, Condition: mfa })] }),
      user("boundary", { managed: [own], bounded: true }),
      user("quarantined", { managed: [own], inline: [text({ ...allow, Effect: "Deny" })] }),
    ];
    assert.deepEqual(both(...users), [users.map(({ name }) => name), []]);
  });
});
