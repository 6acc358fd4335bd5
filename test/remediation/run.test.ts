import assert from "node:assert/strict";
import type { Decision, Facts, Kept, Remediation, Session } from "../../remediation/remediation.ts";
import { apply, type Change, PROTECTED_TAG, plan, undo } from "../../remediation/run.ts";
import { s3PublicAccessBlock as manifest } from "../../remediation/s3-public-access-block/manifest.ts";

type Door = { readonly lock: boolean; readonly bolt: boolean };
const OPEN: Door = { lock: false, bolt: false };
const SHUT: Door = { lock: true, bolt: true };
const session = {} as Session;
const facts: Facts = { now: new Date(0), organizationAccounts: [], partnerAccounts: [], untouchable: [] };

/** A remediation of doors that are variables here; `breaks` says after how many changed fields a write is cut off. */
function doors(initial: Record<string, Door>) {
  const all = new Map(Object.entries(initial));
  const tags: Record<string, string> = {};
  const calls: string[] = [];
  const world = {
    all,
    tags,
    calls,
    breaks: Number.POSITIVE_INFINITY,
    decided: undefined as Decision<Door> | undefined,
  };
  const remediation: Remediation<string, Door> = {
    manifest,
    targetsOf: () => ["front"],
    told: (name) => `door ${name}`,
    tags: async () => tags,
    async read(_session, name) {
      calls.push("read");
      return all.get(name);
    },
    decide: (door) => world.decided ?? (door.lock && door.bolt ? { kind: "nothing" } : { kind: "change", to: SHUT }),
    async preserve(_session, name) {
      calls.push("preserve");
      return `picture of ${name}`;
    },
    async write(_session, name, _from, to) {
      let left = world.breaks;
      for (const field of ["lock", "bolt"] as const) {
        if (left-- <= 0) throw new Error("cut off");
        calls.push(field);
        all.set(name, { ...(all.get(name) ?? OPEN), [field]: to[field] });
      }
    },
  };
  return { ...world, world, remediation };
}

const keeping = () => {
  const kept: Change<string, Door>[] = [];
  return { kept, ledger: { record: async (change: Change<string, Door>) => void kept.push(change) } };
};

describe("running a remediation", () => {
  it("reads, records, keeps evidence, changes and reads again, in this order", async () => {
    const { remediation, calls, all } = doors({ front: OPEN });
    const record = async (change: Change<string, Door>) => void calls.push(`record ${change.evidence}`);
    const outcome = await apply(remediation, session, "front", facts, { record });
    assert.deepEqual(calls, ["read", "record null", "preserve", "record picture of front", "lock", "bolt", "read"]);
    const change = { target: "front", before: OPEN, after: SHUT, evidence: "picture of front" };
    assert.deepEqual(outcome, { kind: "changed", change });
    assert.deepEqual(all.get("front"), SHUT);
  });

  it("changes it also where evidence can't be kept before, tries that again after it, and is not done without", async () => {
    const { remediation, calls, all } = doors({ front: OPEN });
    const { kept, ledger } = keeping();
    let isOut = true;
    const preserve = async () => {
      calls.push("preserve");
      if (isOut) throw new Error("no more snapshots");
      return "picture";
    };
    const without = { ...remediation, preserve };
    await assert.rejects(apply(without, session, "front", facts, ledger), { step: "preserve" });
    assert.deepEqual(all.get("front"), SHUT, "who has got in does not stay because of it");
    assert.deepEqual(calls, ["read", "preserve", "lock", "bolt", "read", "preserve"]);
    isOut = false;
    const outcome = await apply(without, session, "front", facts, { ...ledger, recorded: kept.at(-1) });
    assert.ok(outcome.kind === "changed");
    assert.deepEqual([outcome.change.before, outcome.change.evidence], [OPEN, "picture"]);
  });

  it("tells what it would do and changes nothing", async () => {
    const { remediation, all } = doors({ front: OPEN });
    assert.deepEqual(await plan(remediation, session, "front", facts), { kind: "change", before: OPEN, after: SHUT });
    assert.deepEqual(all.get("front"), OPEN);
  });

  it("reads what a decision depends on before it, and gives it to the decision alone", async () => {
    const { remediation, calls } = doors({ front: OPEN });
    const given: Kept[] = [];
    const careful: Remediation<string, Door> = {
      ...remediation,
      circumstances: async (_session, name) => `weather at ${name}`,
      decide(door, _name, _facts, circumstances) {
        given.push(circumstances);
        return remediation.decide(door, _name, _facts, circumstances);
      },
    };
    const { ledger, kept } = keeping();
    await apply(careful, session, "front", facts, ledger);
    assert.deepEqual(given, ["weather at front"]);
    assert.deepEqual(kept.at(-1), { target: "front", before: OPEN, after: SHUT, evidence: "picture of front" });
    calls.length = 0;
    const away: Remediation<string, Door> = { ...careful, circumstances: () => Promise.reject(new Error("fog")) };
    await assert.rejects(plan(away, session, "front", facts), {
      step: "read",
      message: "reading what door front depends on: fog",
    });
  });

  it("leaves what is gone, what is well, what its owner protects, and what a person has to look at", async () => {
    const { ledger, kept } = keeping();
    const run = async (made: ReturnType<typeof doors>) =>
      (await apply(made.remediation, session, "front", facts, ledger)).kind;
    assert.equal(await run(doors({})), "gone");
    assert.equal(await run(doors({ front: SHUT })), "nothing");
    for (const [value, kind] of [
      ["", "protected"],
      ["until March", "protected"],
      ["false", "changed"],
    ] as const) {
      const made = doors({ front: OPEN });
      made.tags[PROTECTED_TAG] = value;
      assert.equal(await run(made), kind, value);
    }
    kept.length = 0;
    const made = doors({ front: OPEN });
    made.world.decided = { kind: "refuse", why: "the last door" };
    assert.equal(await run(made), "refused");
    assert.deepEqual(kept, []);
  });

  it("goes on where an attempt was cut off, from what that recorded, so that undo gives back what was at first", async () => {
    for (const cut of [0, 1]) {
      const made = doors({ front: OPEN });
      const { ledger, kept } = keeping();
      made.world.breaks = cut;
      await assert.rejects(apply(made.remediation, session, "front", facts, ledger), { step: "change" });
      made.world.breaks = Number.POSITIVE_INFINITY;
      const outcome = await apply(made.remediation, session, "front", facts, { ...ledger, recorded: kept.at(-1) });
      assert.ok(outcome.kind === "changed");
      assert.deepEqual(outcome.change.before, OPEN);
      assert.equal(made.calls.filter((call) => call === "preserve").length, 1, "evidence is kept once");
      made.world.breaks = cut;
      await assert.rejects(undo(made.remediation, session, outcome.change), { step: "undo" });
      made.world.breaks = Number.POSITIVE_INFINITY;
      await undo(made.remediation, session, outcome.change, true);
      assert.deepEqual(made.all.get("front"), OPEN);
    }
  });

  it("hands evidence over once the change is made, and again until AWS is ready, without changing anything twice", async () => {
    const made = doors({ front: OPEN });
    const { ledger, kept } = keeping();
    let ready = false;
    const delivering: Remediation<string, Door> = {
      ...made.remediation,
      async deliver(_session, _name, _facts, evidence) {
        assert.deepEqual(made.all.get("front"), SHUT);
        if (!ready) throw new Error("still copying");
        return `copy of ${String(evidence).replace("copy of ", "")}`;
      },
    };
    await assert.rejects(apply(delivering, session, "front", facts, ledger), { step: "deliver" });
    ready = true;
    const outcome = await apply(delivering, session, "front", facts, { ...ledger, recorded: kept.at(-1) });
    assert.ok(outcome.kind === "changed");
    assert.equal(outcome.change.evidence, "copy of picture of front");
    assert.deepEqual(kept.at(-1), outcome.change);
    const never = { record: () => assert.fail("recorded twice"), recorded: outcome.change };
    assert.deepEqual(await apply(delivering, session, "front", facts, never), outcome);
    assert.equal(made.calls.filter((call) => call === "lock").length, 1);
  });

  it("gives nothing back over what somebody has set since, and twice is as once", async () => {
    const { remediation, all } = doors({ front: SHUT });
    const change = { target: "front", before: OPEN, after: SHUT };
    await undo(remediation, session, change);
    await undo(remediation, session, change);
    assert.deepEqual(all.get("front"), OPEN);
    all.set("front", { lock: true, bolt: false });
    await assert.rejects(undo(remediation, session, change), {
      step: "undo",
      message: /somebody has changed it since/,
    });
    assert.deepEqual(all.get("front"), { lock: true, bolt: false });
    all.delete("front");
    await assert.rejects(undo(remediation, session, change), { step: "undo", message: /not there any more/ });
  });

  it("is not done before AWS shows it, forth and back", async () => {
    const { remediation } = doors({ front: OPEN });
    const deaf: Remediation<string, Door> = { ...remediation, write: async () => undefined };
    const { ledger } = keeping();
    await assert.rejects(apply(deaf, session, "front", facts, ledger), {
      step: "verify",
      message: /door front.*AWS answers with .*false.* afterwards/,
    });
    const back: Pick<Change<string, Door>, "target" | "before" | "after"> = {
      target: "front",
      before: SHUT,
      after: OPEN,
    };
    await assert.rejects(undo(deaf, session, back), { step: "verify" });
  });

  it("names what it was at when AWS refused", async () => {
    const { remediation } = doors({ front: OPEN });
    const denied: Remediation<string, Door> = {
      ...remediation,
      read: async () => Promise.reject(Object.assign(new Error("no"), { name: "AccessDenied" })),
    };
    const failure: Kept = "reading door front: no";
    await assert.rejects(plan(denied, session, "front", facts), { step: "read", message: failure });
  });
});
