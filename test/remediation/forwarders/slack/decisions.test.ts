import assert from "node:assert/strict";
import fc from "fast-check";
import { CLOSED, incidentSchema, SEVERITIES, STATUSES } from "../../../../remediation/forwarders/incident.ts";
import { ACTIONS } from "../../../../remediation/forwarders/slack/actions.ts";
import { escalationSchema, escalations, waitingSince } from "../../../../remediation/forwarders/slack/escalation.ts";
import {
  interactionOf,
  type People,
  peopleSchema,
  permission,
  ROLES,
} from "../../../../remediation/forwarders/slack/interaction.ts";
import { placeOf, type Routing, routingSchema } from "../../../../remediation/forwarders/slack/routing.ts";
import { admit, signature, verify, WINDOW_SECONDS } from "../../../../remediation/forwarders/slack/signature.ts";
import { incident, incidents } from "../incidents.ts";

const minutes = (many: number): Date => new Date(Date.UTC(2026, 0, 5, 8, many));

describe("an incident for forwarders", () => {
  it("is refused where its steps have a gap, or its version or status is not that of the last", () => {
    const good = incident(["detected", "remediated"]);
    assert.ok(incidentSchema.safeParse(good).success);
    for (const wrong of [
      { ...good, version: 3 },
      { ...good, status: "failed" },
      { ...good, history: good.history.slice(1) },
      { ...good, history: [] },
      { ...good, id: "a b" },
      { ...good, id: "<!channel>" },
      { ...good, account: "1" },
      { ...good, link: "javascript:alert(1)" },
      { ...good, severity: "high" },
    ]) {
      assert.ok(!incidentSchema.safeParse(wrong).success);
    }
  });
});

describe("routing to channels", () => {
  const routing = routingSchema.parse({
    defaultChannel: "C0000000DEF",
    routes: [
      { channel: "C0000000001", owners: ["Payments"], environments: ["production"] },
      { channel: "C0000000002", owners: ["payments"] },
      { channel: "C0000000003", accounts: ["100000000009"], severities: ["CRITICAL"] },
      { channel: "C0000000004", products: ["GuardDuty"] },
      { channel: "C0000000005", organizationalUnits: ["ou-bulw-prod00001"], severities: ["HIGH"] },
      { channel: "C0000000006", organizationalUnits: ["ou-bulw-prod00001", "ou-bulw-test00001"] },
    ],
  });

  it("takes the first route whose every condition holds, by owner, account, organizational unit, environment, severity and product", () => {
    const channel = (with_: Parameters<typeof incident>[1]) => placeOf(incident(["detected"], with_), routing).channel;
    assert.equal(channel({}), "C0000000001");
    assert.equal(channel({ environment: "test" }), "C0000000002");
    assert.equal(channel({ environment: null }), "C0000000002");
    assert.equal(channel({ owner: null, account: "100000000009", severity: "CRITICAL" }), "C0000000003");
    assert.equal(channel({ owner: null, account: "100000000009" }), "C0000000DEF");
    assert.equal(channel({ owner: "other", product: "GUARDDUTY" }), "C0000000004");
    assert.equal(channel({ owner: null }), "C0000000DEF");
    const units = ["ou-bulw-below0001", "ou-bulw-prod00001", "r-bulw"];
    assert.equal(channel({ owner: null, units, severity: "HIGH" }), "C0000000005");
    assert.equal(channel({ owner: null, units, severity: "CRITICAL" }), "C0000000006");
    assert.equal(channel({ owner: null, units: ["r-bulw"] }), "C0000000DEF");
  });

  it("always finds a place: that of the first route that matches alone, or the default", () => {
    const channels = fc.nat(999).map((number) => `C${String(number).padStart(8, "0")}`);
    const routes = fc.array(
      fc.record(
        {
          channel: channels,
          owners: fc.constantFrom(["payments"], ["other"]),
          severities: fc.subarray([...SEVERITIES], { minLength: 1 }),
          environments: fc.constantFrom(["production"], ["test"]),
        },
        { requiredKeys: ["channel"] },
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(routes, fc.constantFrom(...SEVERITIES), (given, severity) => {
        const all: Routing = routingSchema.parse({ routes: given, defaultChannel: "C9999999999" });
        const one = incident(["detected"], { severity });
        const alone = all.routes.map((route) => placeOf(one, { ...all, routes: [route] }).channel);
        const first = alone.find((channel) => channel !== "C9999999999");
        assert.equal(placeOf(one, all).channel, first ?? "C9999999999");
      }),
    );
  });

  it("collects low severities, but never what waits for a person or has failed", () => {
    const as = (severity: "LOW" | "HIGH", statuses: Parameters<typeof incident>[0]) =>
      placeOf(incident(statuses, { severity }), routing).as;
    assert.equal(as("LOW", ["detected", "remediated"]), "digest");
    assert.equal(as("HIGH", ["detected"]), "message");
    assert.equal(as("LOW", ["detected", "asked"]), "message");
    assert.equal(as("LOW", ["detected", "asked", "remediated"]), "message");
    assert.equal(as("LOW", ["detected", "failed"]), "message");
  });

  it("refuses settings that would match more than they say", () => {
    for (const wrong of [
      { routes: [{ channel: "C0000000001", owner: ["x"] }], defaultChannel: "C0000000001" },
      { routes: [{ channel: "C0000000001", owners: [] }], defaultChannel: "C0000000001" },
      { routes: [{ channel: "#security" }], defaultChannel: "C0000000001" },
      { routes: [] },
    ]) {
      assert.ok(!routingSchema.safeParse(wrong).success);
    }
  });
});

describe("a request's signature", () => {
  const secret = "8f742231b10e8888abcd99yyyzzz85a5";
  const now = new Date(1_531_420_618_000);
  const timestamp = "1531420618";
  const signed = (body: string, at = timestamp) => ({ timestamp: at, signature: signature(secret, at, body), body });

  it("is that of Slack's own example", () => {
    const body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
      "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=" +
      "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
      "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    assert.equal(
      signature(secret, timestamp, body),
      "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    );
    assert.ok(verify(signed(body), [secret], now).genuine);
  });

  it("counts for these bytes, this secret and five minutes", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.string({ unit: "binary" }),
        fc.integer({ min: -1000, max: 1000 }),
        (body, other, skew) => {
          const at = new Date(now.getTime() + skew * 1000);
          assert.equal(verify(signed(body), [secret], at).genuine, Math.abs(skew) <= WINDOW_SECONDS);
          assert.ok(verify(signed(body), ["old", secret], now).genuine);
          assert.ok(!verify(signed(body), ["another"], now).genuine);
          if (other !== body && other.toWellFormed() !== body.toWellFormed()) {
            assert.ok(!verify({ ...signed(body), body: other }, [secret], now).genuine);
          }
        },
      ),
    );
  });

  it("is refused with words where something is missing or malformed, and never throws", () => {
    const anything = fc.option(fc.string({ unit: "binary" }), { nil: undefined });
    fc.assert(
      fc.property(anything, anything, fc.string(), (time, given, body) => {
        const verdict = verify({ timestamp: time, signature: given, body }, [secret], now);
        assert.ok(!verdict.genuine && verdict.why.length > 0);
      }),
    );
    assert.ok(!verify({ ...signed("x"), signature: signature("", timestamp, "x") }, [""], now).genuine);
    assert.ok(!verify(signed("x"), [], now).genuine);
  });

  it("lets a request in once, however often it is replayed at the same time", async () => {
    const claimed = new Map<string, Date>();
    const claim = async (name: string, until: Date) => !claimed.has(name) && claimed.set(name, until) !== undefined;
    const verdicts = await Promise.all([1, 2, 3].map(() => admit(signed("x"), [secret], now, claim)));
    assert.deepEqual(
      verdicts.map(({ genuine }) => genuine),
      [true, false, false],
    );
    assert.deepEqual([...claimed.values()], [new Date(now.getTime() + WINDOW_SECONDS * 1000)]);
    const forged = await admit({ ...signed("y"), body: "z" }, [secret], now, claim);
    assert.ok(!forged.genuine);
    assert.equal(claimed.size, 1);
  });
});

describe("a click in Slack", () => {
  const body = (changes: object = {}, action: object = {}) =>
    new URLSearchParams({
      payload: JSON.stringify({
        type: "block_actions",
        user: { id: "U0123456789", username: "ada", team_id: "T1" },
        team: { id: "T1" },
        container: { type: "message", message_ts: "1700000000.000100", channel_id: "C0123456789" },
        actions: [
          {
            type: "button",
            action_id: "bulwark:approve",
            block_id: "b",
            value: "inc-1@3",
            action_ts: "1.2",
            ...action,
          },
        ],
        ...changes,
      }),
    }).toString();

  it("says what is to be done to which incident, in which version, by whom", () => {
    assert.deepEqual(interactionOf(body()), {
      ok: true,
      interaction: {
        action: "approve",
        incident: "inc-1",
        version: 3,
        user: "U0123456789",
        channel: "C0123456789",
        message: "1700000000.000100",
      },
    });
  });

  it("is refused with words, and never throws, where it is anything else", () => {
    const wrong = [
      "",
      "payload=",
      "payload=null",
      "payload=%7B",
      body({ type: "view_submission" }),
      body({ user: {} }),
      body({ user: { id: "<@U1>" } }),
      body({ actions: [] }),
      body({}, { action_id: "bulwark:delete" }),
      body({}, { action_id: "approve" }),
      body({}, { value: "inc-1" }),
      body({}, { value: "inc 1@3" }),
      body({}, { value: "inc-1@0" }),
      body({}, { type: "static_select" }),
    ];
    for (const one of wrong) {
      const read = interactionOf(one);
      assert.ok(!read.ok && read.why.length > 0, one);
    }
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.json().map((json) => new URLSearchParams({ payload: json }).toString()),
        ),
        (any) => {
          assert.equal(interactionOf(any).ok, false);
        },
      ),
    );
  });

  it("reads each button that a message has", () => {
    fc.assert(
      fc.property(incidents, fc.constantFrom(...ACTIONS), (one, action) => {
        const read = interactionOf(body({}, { action_id: `bulwark:${action}`, value: `${one.id}@${one.version}` }));
        assert.ok(read.ok);
        assert.deepEqual(
          [read.interaction.action, read.interaction.incident, read.interaction.version],
          [action, one.id, one.version],
        );
      }),
    );
  });

  it("counts by the role of the person, and tells others what they lack", () => {
    const people: People = peopleSchema.parse(ROLES.map((role, at) => ({ user: `U000000000${at}`, name: role, role })));
    const may = (action: (typeof ACTIONS)[number]) =>
      people.filter(({ user }) => permission({ action, user }, people).ok).map(({ role }) => role);
    assert.deepEqual(may("approve"), ["approver", "administrator"]);
    assert.deepEqual(may("reject"), ["approver", "administrator"]);
    assert.deepEqual(may("undo"), ["operator", "approver", "administrator"]);
    assert.deepEqual(may("suppress"), ["operator", "approver", "administrator"]);
    assert.deepEqual(may("acknowledge"), ["team", "operator", "approver", "administrator"]);
    assert.deepEqual(permission({ action: "approve", user: "U0000000000" }, people), {
      ok: false,
      words: "To approve needs the role approver or administrator; you are viewer.",
    });
    const nobody = permission({ action: "approve", user: "U9999999999" }, people);
    assert.ok(!nobody.ok && nobody.words.includes("does not know you"));
  });
});

describe("escalation", () => {
  const policy = escalationSchema.parse({
    HIGH: [
      { afterMinutes: 15, tell: ["U0000000001"] },
      { afterMinutes: 60, tell: ["S0000000002"] },
    ],
  });
  const levels = (...given: Parameters<typeof escalations>) => escalations(...given).map(({ level }) => level);

  it("tells each level when its time has come, once", () => {
    const one = incident(["detected"]);
    assert.deepEqual(levels(one, policy, [], minutes(14)), []);
    assert.deepEqual(levels(one, policy, [], minutes(15)), [1]);
    assert.deepEqual(levels(one, policy, [1], minutes(59)), []);
    assert.deepEqual(levels(one, policy, [1], minutes(60)), [2]);
    assert.deepEqual(levels(one, policy, [], minutes(600)), [1, 2]);
    assert.deepEqual(levels(one, policy, [1, 2], minutes(600)), []);
    assert.deepEqual(levels({ ...one, severity: "LOW" }, policy, [], minutes(600)), []);
  });

  it("is silent where somebody looks after it or nothing is to be done, and begins anew after an undo", () => {
    const acknowledged = incident(["detected"], { acknowledged: { by: "Ada", at: "2026-01-05T08:10:00Z" } });
    assert.deepEqual(levels(acknowledged, policy, [], minutes(600)), []);
    for (const status of CLOSED) assert.deepEqual(levels(incident(["detected", status]), policy, [], minutes(600)), []);
    const undone = incident(["detected", "remediated", "undone"]);
    assert.deepEqual(waitingSince(undone), minutes(2));
    assert.deepEqual(levels(undone, policy, [], minutes(16)), []);
    assert.deepEqual(levels(undone, policy, [], minutes(17)), [1]);
  });

  it("never takes a level back as time goes on, and tells none twice", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...STATUSES), { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 40 }),
        (statuses, waits) => {
          const one = incident(statuses);
          const told: number[] = [];
          let now = 0;
          for (const wait of waits) {
            now += wait;
            told.push(...levels(one, policy, told, minutes(now)));
          }
          assert.deepEqual(told, [...new Set(told)].toSorted());
          assert.deepEqual(told, levels(one, policy, [], minutes(now)));
        },
      ),
    );
  });

  it("refuses levels that come at the same time or in the wrong order", () => {
    const level = (afterMinutes: number) => ({ afterMinutes, tell: ["U0000000001"] });
    assert.ok(!escalationSchema.safeParse({ HIGH: [level(15), level(15)] }).success);
    assert.ok(!escalationSchema.safeParse({ HIGH: [level(15), level(5)] }).success);
    assert.ok(!escalationSchema.safeParse({ HIGH: [{ afterMinutes: 5, tell: ["@ada"] }] }).success);
    assert.ok(!escalationSchema.safeParse({ URGENT: [level(15)] }).success);
  });
});
