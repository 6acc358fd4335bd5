import assert from "node:assert/strict";
import fc from "fast-check";
import { CLOSED, decide, type State, type Target, targetsOf } from "../../remediation/ec2-isolation/decide.ts";
import { ec2Isolation } from "../../remediation/ec2-isolation/manifest.ts";
import type { Facts } from "../../remediation/remediation.ts";

const accountId = "100000000001";
const instanceId = "i-0123456789abcdef0";
const arn = (id: string, { region = "eu-central-1", account = accountId, partition = "aws" } = {}) =>
  `arn:${partition}:ec2:${region}:${account}:instance/${id}`;
const finding = (...ids: readonly string[]) => ({
  AwsAccountId: accountId,
  Region: "eu-central-1",
  Resources: ids.map((Id) => ({ Type: "AwsEc2Instance", Id })),
});
const target: Target = { accountId, region: "eu-central-1", instanceId };
const facts: Facts = {
  now: new Date("2026-11-23T12:00:00Z"),
  organizationAccounts: [accountId],
  partnerAccounts: [],
  untouchable: ["arn:aws:iam::*:role/Bulwark*"],
  cause: { finding: "arn:aws:guardduty:eu-central-1:100000000001:detector/d/finding/f", by: "analyst@example.com" },
};
const role = `arn:aws:iam::${accountId}:role/service/web`;
const state: State = {
  interfaces: [{ id: "eni-1", vpcId: "vpc-1", groups: ["sg-1", "sg-2"] }],
  profile: { arn: `arn:aws:iam::${accountId}:instance-profile/web`, role },
  revoked: [],
  membership: { group: "web", protectedFromScaleIn: false },
  stopping: { terminationProtected: false, onShutdown: "terminate" },
  registrations: [{ targetGroup: "arn:tg", id: instanceId, port: 80, zone: null, quicServerId: null }],
  marks: { isolated: null, finding: null, roles: null },
};

function changed(from: State, given: Facts = facts): State {
  const decision = decide(from, target, given);
  assert.ok(decision.kind === "change", decision.kind);
  return decision.to;
}

describe("the decision on an instance that is compromised", () => {
  it("is about the instances that a finding names, each once, in any partition", () => {
    assert.deepEqual(targetsOf(finding(arn(instanceId), arn("i-0123abcd"), arn(instanceId))), [
      target,
      { ...target, instanceId: "i-0123abcd" },
    ]);
    const abroad = { region: "us-gov-west-1", partition: "aws-us-gov" };
    assert.deepEqual(targetsOf({ ...finding(arn(instanceId, abroad)), Region: undefined }), [
      { ...target, region: "us-gov-west-1" },
    ]);
  });

  it("is about nothing of another account, region or type, and nothing that is no instance", () => {
    const hostile = [
      arn(instanceId, { account: "200000000002" }),
      arn(instanceId, { region: "us-east-1" }),
      arn("i-"),
      arn("i-0123456789ABCDEF0"),
      arn(`${instanceId}\n`),
      arn(`${instanceId}/../i-1`),
      arn("*"),
      instanceId,
      "",
    ];
    for (const Id of hostile) assert.deepEqual(targetsOf(finding(Id)), [], Id);
    const volume = { Type: "AwsEc2Volume", Id: arn(instanceId) };
    assert.deepEqual(targetsOf({ ...finding(), Resources: [volume] }), []);
    fc.assert(fc.property(fc.string(), (Id) => targetsOf(finding(Id)).length === 0));
  });

  it("cuts everything off, and names the finding and the time", () => {
    assert.deepEqual(changed(state), {
      interfaces: [{ id: "eni-1", vpcId: "vpc-1", groups: [CLOSED] }],
      profile: null,
      revoked: ["web"],
      membership: null,
      stopping: { terminationProtected: true, onShutdown: "stop" },
      registrations: [],
      marks: { isolated: "2026-11-23T12:00:00.000Z", finding: facts.cause?.finding, roles: "web" },
    });
  });

  it("leaves a role that nothing may touch, and what a Spot Instance can't have", () => {
    const guarded = { ...state, profile: { arn: "arn:p", role: `arn:aws:iam::${accountId}:role/BulwarkAgent` } };
    const { profile, revoked, marks, stopping } = changed({ ...guarded, stopping: null });
    assert.deepEqual([profile, revoked, marks.roles, stopping], [null, [], null, null]);
    assert.deepEqual(changed({ ...state, profile: { arn: "arn:p", role: null } }).revoked, []);
  });

  it("keeps to the first isolation where somebody opened a part of it again", () => {
    const isolated = changed(state);
    const opened = { ...isolated, interfaces: state.interfaces };
    const later = { ...facts, now: new Date("2026-12-24T12:00:00Z"), cause: { finding: "another", by: "another" } };
    assert.deepEqual(changed(opened, later), isolated);
    const profiled = { ...isolated, profile: { arn: "arn:p", role: `arn:aws:iam::${accountId}:role/other` } };
    assert.deepEqual(changed(profiled, later).revoked, ["other", "web"]);
  });

  it("has nothing to do with what it has isolated, whatever that was", () => {
    const groups = fc.array(fc.stringMatching(/^sg-[0-9a-f]{8}$/), { maxLength: 3 });
    const states = fc.record({
      interfaces: fc.array(fc.record({ id: fc.string(), vpcId: fc.string(), groups }), { maxLength: 3 }),
      profile: fc.option(fc.record({ arn: fc.string(), role: fc.option(fc.string()) })),
      revoked: fc.constantFrom([], ["web"]),
      membership: fc.option(fc.record({ group: fc.string(), protectedFromScaleIn: fc.boolean() })),
      stopping: fc.option(fc.record({ terminationProtected: fc.boolean(), onShutdown: fc.string() })),
      registrations: fc.constantFrom([], state.registrations),
      marks: fc.record({ isolated: fc.constant(null), finding: fc.option(fc.string()), roles: fc.option(fc.string()) }),
    });
    fc.assert(
      fc.property(states, (one) => {
        assert.equal(decide(changed(one), target, { ...facts, now: new Date(0) }).kind, "nothing");
      }),
    );
  });

  it("has a manifest that AWS takes", () => {
    assert.match(ec2Isolation.customAction.id, /^[A-Za-z0-9]{1,20}$/);
    assert.ok(ec2Isolation.customAction.name.length <= 20);
    assert.equal(new Set(ec2Isolation.findingTypes).size, ec2Isolation.findingTypes.length);
  });
});
