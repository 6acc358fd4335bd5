import assert from "node:assert/strict";
import fc from "fast-check";
import * as defaultGroup from "../../remediation/default-security-group-closed/decide.ts";
import type { Facts, Session } from "../../remediation/remediation.ts";
import {
  CLOSINGS,
  decide,
  HIGH_RISK,
  isAbout,
  type Target,
  targetsOf,
} from "../../remediation/security-group-open-ports/decide.ts";
import { securityGroupOpenPorts } from "../../remediation/security-group-open-ports/manifest.ts";
import {
  keyOf,
  type Peer,
  type Rule,
  rulesBetween,
  sorted,
  writeRules,
} from "../../remediation/security-group-rules.ts";

const accountId = "100000000001";
const arn = `arn:aws:ec2:eu-central-1:${accountId}:security-group/sg-0123456789abcdef0`;
const facts: Facts = { now: new Date(0), organizationAccounts: [], partnerAccounts: [], untouchable: [] };
const finding = (ids: readonly unknown[], control?: unknown) => ({
  AwsAccountId: accountId,
  ...(control === undefined ? {} : { Compliance: { SecurityControlId: control as string } }),
  Resources: ids.map((Id) => ({ Type: "AwsEc2SecurityGroup", Id: Id as string })),
});
const targetFor = (control: string) => targetsOf(finding([arn], control))[0] as Target;

const rule = (protocol: string, from: number, to: number, id = "0.0.0.0/0", more: Partial<Rule> = {}): Rule => {
  const peer: Peer = { kind: id.includes(":") ? "ipv6" : "ipv4", id };
  return { protocol, from, to, peer, description: null, tags: {}, ...more };
};
const lets = ({ protocol, from, to }: Rule, wanted: string, port: number): boolean =>
  protocol === "-1" ||
  (({ 6: "tcp", 17: "udp" }[protocol] ?? protocol) === wanted && (from === -1 || (from <= port && port <= to)));

const port = fc.oneof(
  fc.constantFrom(...HIGH_RISK.flatMap((one) => [one - 1, one, one + 1]), 0, 65_535),
  fc.nat(65_535),
);
const source = fc.constantFrom("0.0.0.0/0", "::/0");
const open: fc.Arbitrary<Rule> = fc.oneof(
  fc
    .tuple(fc.constantFrom("tcp", "udp", "6", "17"), port, port, source, fc.option(fc.string()))
    .map(([protocol, one, other, id, description]) =>
      rule(protocol, Math.min(one, other), Math.max(one, other), id, { description, tags: { team: "web" } }),
    ),
  source.map((id) => rule("-1", -1, -1, id)),
  source.map((id) => rule("tcp", -1, -1, id)),
  source.map((id) => rule(id === "::/0" ? "icmpv6" : "icmp", -1, -1, id)),
  source.map((id) => rule("50", -1, -1, id)),
);
const rules = fc.uniqueArray(open, { selector: keyOf, maxLength: 8 }).map(sorted);

describe("the decision on open ports of security groups", () => {
  it("is about the groups of the finding's account, and about what its control finds", () => {
    const hostile = [
      ...["", null, 7, {}, "sg-0123456789abcdef0", `${arn}\n`, arn.replace(/sg-.*/, "*")],
      arn.replace("security-group/", "security-group-rule/"),
      arn.replace(accountId, "999988887777"),
      arn.replace("arn:aws:", "arn:other:"),
    ];
    assert.deepEqual(targetsOf(finding(hostile, "EC2.13")), []);
    assert.deepEqual(targetsOf({ ...finding([arn], "EC2.13"), Region: "us-east-1" }), []);
    assert.deepEqual(defaultGroup.targetsOf(finding([...hostile, arn, arn])), [{ accountId, arn }]);
    assert.deepEqual(targetsOf(finding([arn, arn], "EC2.13")), [
      { accountId, arn, ports: [22], sources: ["0.0.0.0/0", "::/0"] },
    ]);
    assert.deepEqual([targetFor("EC2.14").ports, targetFor("EC2.19").ports], [[3389], HIGH_RISK]);
    assert.deepEqual([targetFor("EC2.53").sources, targetFor("EC2.54").sources], [["0.0.0.0/0"], ["::/0"]]);
    // Asked for by a person, on whatever finding, or by one that means harm.
    for (const control of [undefined, "EC2.2", "__proto__", "constructor"]) {
      assert.deepEqual(targetsOf(finding([arn], control))[0]?.ports, HIGH_RISK);
    }
    assert.deepEqual(
      securityGroupOpenPorts.controls.map(({ id }) => id),
      Object.keys(CLOSINGS),
    );
  });

  it("closes the ports for everybody, and no port more", () => {
    fc.assert(
      fc.property(rules, fc.constantFrom("EC2.13", "EC2.14", "EC2.19"), port, (before, control, probe) => {
        const target = targetFor(control);
        const decision = decide(before, target, facts);
        assert.ok(decision.kind !== "refuse");
        const after = decision.kind === "change" ? decision.to : before;
        for (const id of target.sources) {
          const answers = (list: readonly Rule[], protocol: string, at: number) =>
            list.some((one) => one.peer.id === id && lets(one, protocol, at));
          for (const protocol of ["tcp", "udp"]) {
            for (const at of target.ports) assert.ok(!answers(after, protocol, at), `${protocol} ${at} is closed`);
            if (!target.ports.includes(probe)) {
              assert.equal(answers(after, protocol, probe), answers(before, protocol, probe), `${protocol} ${probe}`);
            }
          }
          const icmp = id === "::/0" ? "icmpv6" : "icmp";
          assert.equal(answers(after, icmp, 0), answers(before, icmp, 0));
        }
        assert.equal(new Set(after.map(keyOf)).size, after.length, "no rule is there twice");
        assert.equal(decide(after, target, facts).kind, "nothing", "what it made is as it shall be");
      }),
    );
  });

  it("leaves rules that open none of the ports as they are, and tells the origin of the others by description and tags", () => {
    fc.assert(
      fc.property(rules, (before) => {
        const target = targetFor("EC2.19");
        const decision = decide(before, target, facts);
        const after = decision.kind === "change" ? decision.to : before;
        const risky = (one: Rule) => ["tcp", "udp"].some((each) => HIGH_RISK.some((at) => lets(one, each, at)));
        for (const one of before.filter((each) => !risky(each))) assert.ok(after.includes(one));
        const origins = new Set(before.map(({ description, tags }) => JSON.stringify([description, tags])));
        for (const { description, tags } of after) assert.ok(origins.has(JSON.stringify([description, tags])));
      }),
    );
  });

  it("splits a range around each port", () => {
    const decision = decide([rule("tcp", 20, 3389)], { ...targetFor("EC2.53") }, facts);
    assert.deepEqual(decision, { kind: "change", to: sorted([rule("tcp", 20, 21), rule("tcp", 23, 3388)]) });
  });

  it("reads neither other sources, nor groups, nor lists, so that it can't touch them", () => {
    const others: readonly Peer[] = [
      { kind: "ipv4", id: "10.0.0.0/8" },
      { kind: "ipv4", id: "0.0.0.0/1" },
      { kind: "ipv6", id: "2001:db8::/32" },
      { kind: "prefix-list", id: "pl-0123456789abcdef0" },
      { kind: "group", id: "0.0.0.0/0", account: null, peering: null },
    ];
    for (const peer of others) assert.ok(!isAbout(targetFor("EC2.19"), rule("tcp", 22, 22, "", { peer })));
    assert.ok(isAbout(targetFor("EC2.54"), rule("tcp", 22, 22, "::/0")));
    assert.ok(!isAbout(targetFor("EC2.53"), rule("tcp", 22, 22, "::/0")));
  });

  it("refuses to touch what nothing touches", () => {
    const refused = decide([rule("tcp", 22, 22)], targetFor("EC2.13"), { ...facts, untouchable: [arn] });
    assert.equal(refused.kind, "refuse");
  });
});

describe("rules of a security group", () => {
  it("become any others by what comes and what goes, whichever way", () => {
    fc.assert(
      fc.property(rules, (before) => {
        const decision = decide(before, targetFor("EC2.19"), facts);
        if (decision.kind !== "change") return;
        for (const [from, to] of [
          [before, decision.to],
          [decision.to, before],
        ] as const) {
          const { come, gone } = rulesBetween(from, to);
          assert.deepEqual(sorted([...from.filter((one) => !gone.includes(one)), ...come]), to);
        }
      }),
    );
  });

  it("keep those of before where the group has no room for what is to come, and the error says what to do", async () => {
    const sent: string[] = [];
    const full = Object.assign(new Error("The maximum number of rules"), {
      name: "RulesPerSecurityGroupLimitExceeded",
    });
    const send = async (command: object) => {
      sent.push(command.constructor.name);
      throw full;
    };
    const session = { client: () => ({ send }) } as unknown as Session;
    const written = writeRules(session, { accountId, arn }, "ingress", [rule("tcp", 0, 99)], [rule("tcp", 0, 21)]);
    await assert.rejects(written, /no room for 1 rules more: raise the quota .*; no rule was removed/);
    assert.deepEqual(sent, ["AuthorizeSecurityGroupIngressCommand"]);
  });
});

describe("the decision on default security groups", () => {
  const target = { accountId, arn };
  const some = { ingress: [rule("-1", -1, -1)], egress: [] };
  const unused = { isDefault: true, interfaces: [] };

  it("closes both ways what nothing uses", () => {
    const closed = { ingress: [], egress: [] };
    assert.deepEqual(defaultGroup.decide(some, target, facts, unused), { kind: "change", to: closed });
    const out = { ingress: [], egress: some.ingress };
    assert.deepEqual(defaultGroup.decide(out, target, facts, unused), { kind: "change", to: closed });
    assert.deepEqual(defaultGroup.decide(closed, target, facts, { ...unused, interfaces: ["eni-1"] }), {
      kind: "nothing",
    });
  });

  it("leaves to a person what is in use, and names the interfaces; and what is no default group or untouchable", () => {
    const used = defaultGroup.decide(some, target, facts, { ...unused, interfaces: ["eni-1", "eni-2"] });
    assert.ok(used.kind === "refuse" && /eni-1, eni-2/.test(used.why), JSON.stringify(used));
    assert.equal(defaultGroup.decide(some, target, facts, { ...unused, isDefault: false }).kind, "refuse");
    assert.equal(defaultGroup.decide(some, target, { ...facts, untouchable: [arn] }, unused).kind, "refuse");
  });
});
