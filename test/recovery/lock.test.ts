import assert from "node:assert/strict";
import fc from "fast-check";
import { deadOwner, type Lock, lockOwner, locksOf, type Machine } from "../../stacks/recovery/lock.ts";
import type { DeadRun } from "../../stacks/run.ts";

const hosts = fc.constantFrom("here", "there");
const boots = fc.constantFrom("boot-1", "boot-2");
const pids = fc.integer({ min: 1, max: 4 });
const times = fc.integer({ min: 0, max: 6 }).map((minutes) => Date.UTC(2026, 10, 22, 4, minutes));
const runs: fc.Arbitrary<DeadRun> = fc.record({
  host: hosts,
  bootId: boots,
  session: pids,
  startedAt: fc.constant("1"),
  folder: fc.constant("/runs/run-op-1"),
  engines: fc.array(pids, { maxLength: 2 }),
  begunAt: times.map((at) => new Date(at).toISOString()),
});
const locks: fc.Arbitrary<Lock> = fc.record(
  {
    name: fc.constant("lock.json"),
    owner: fc.record({ pid: pids, username: fc.constant("root"), hostname: hosts, at: times }),
    writtenAt: times,
  },
  { requiredKeys: ["name"] },
);
const machines: fc.Arbitrary<Machine> = fc.record({ host: hosts, bootId: boots, bootedAt: times });
const living = fc.array(pids, { maxLength: 4 });

describe("a lock", () => {
  it("is a dead run's only if that run's engine on that host took it, not before the run began, and is gone", () => {
    fc.assert(
      fc.property(locks, fc.array(runs, { maxLength: 3 }), machines, living, (lock, dead, machine, alive) => {
        const { owner } = lock;
        const run = deadOwner(lock, dead, machine, (_, pid) => alive.includes(pid));
        if (run === undefined) return;
        assert.ok(dead.includes(run));
        const begunAt = Date.parse(run.begunAt);
        const here = run.host === machine.host && run.bootId === machine.bootId;
        if (owner === undefined) {
          assert.ok(run.host === machine.host && run.bootId !== machine.bootId);
          assert.ok(lock.writtenAt !== undefined && lock.writtenAt >= begunAt && lock.writtenAt < machine.bootedAt);
          return;
        }
        assert.equal(owner.hostname, run.host);
        assert.ok(run.engines.includes(owner.pid));
        assert.ok(owner.at >= begunAt);
        assert.ok(!here || !alive.includes(owner.pid));
      }),
      { numRuns: 5000 },
    );
  });

  const machine: Machine = { host: "here", bootId: "boot-1", bootedAt: Date.UTC(2026, 10, 22) };
  const run: DeadRun = {
    ...{ host: "here", bootId: "boot-1", session: 10, startedAt: "1", folder: "/runs/run-op-1" },
    ...{ engines: [12], begunAt: "2026-11-22T04:00:00.500Z" },
  };
  const lock = (change: object = {}): Lock => ({
    name: "lock.json",
    owner: { pid: 12, username: "root", hostname: "here", at: Date.parse("2026-11-22T04:00:01Z"), ...change },
  });
  const isDead = (of: Lock, from = run, on = machine, lives = false) => deadOwner(of, [from], on, () => lives) === from;

  it("of the engine of a dead run is that run's", () => assert.ok(isDead(lock())));
  it("of another process id is nobody's", () => assert.ok(!isDead(lock({ pid: 13 }))));
  it("of another host is nobody's", () => assert.ok(!isDead(lock({ hostname: "there" }))));
  it("from before the run is somebody else's with the same process id", () =>
    assert.ok(!isDead(lock({ at: Date.parse("2026-11-22T04:00:00.499Z") }))));
  it("with a time that can't be read is nobody's", () => assert.ok(!isDead(lock({ at: Number.NaN }))));
  it("of an engine that still lives stays", () => assert.ok(!isDead(lock(), run, machine, true)));
  it("is a dead run's after a restart of the machine, whatever has the process id now", () =>
    assert.ok(isDead(lock(), { ...run, bootId: "boot-0" }, machine, true)));
  it("of a run on another machine is that run's: its lease has run out", () =>
    assert.ok(isDead(lock({ hostname: "there" }), { ...run, host: "there", bootId: "boot-9" })));
  it("that lost its content is a dead run's only when the machine was started anew since", () => {
    const torn = { name: "lock.json", writtenAt: Date.parse(run.begunAt) + 1 };
    const later = { ...machine, bootId: "boot-2", bootedAt: torn.writtenAt + 1 };
    assert.ok(!isDead(torn));
    assert.ok(isDead(torn, run, later));
    assert.ok(!isDead(torn, run, { ...later, bootedAt: torn.writtenAt }));
    assert.ok(!isDead({ ...torn, writtenAt: 0 }, run, later));
    assert.ok(!isDead({ name: "lock.json" }, run, later));
  });

  it("is read from the engine's refusal, to the end of the second that it tells", () => {
    const text = `error: could not create stack: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  s3://state/.pulumi/locks/organization/bulwark/admin/aa.json?region=us-east-1: created by root@host-1 (pid 99) at 2026-11-22T04:00:00Z
  s3://state/.pulumi/locks/organization/bulwark/admin/bb.json: created by a person@x.example (pid 7) at 2026-11-22T06:00:00+02:00
`;
    assert.deepEqual(locksOf(text), [
      {
        name: "s3://state/.pulumi/locks/organization/bulwark/admin/aa.json",
        owner: { pid: 99, username: "root", hostname: "host-1", at: Date.UTC(2026, 10, 22, 4, 0, 0, 999) },
      },
      {
        name: "s3://state/.pulumi/locks/organization/bulwark/admin/bb.json",
        owner: { pid: 7, username: "a person", hostname: "x.example", at: Date.UTC(2026, 10, 22, 4, 0, 0, 999) },
      },
    ]);
    assert.equal(locksOf("error: stack 'organization/bulwark/admin' already exists"), undefined);
  });

  it("is read from its file, or not where that is not whole", () => {
    const content = `{"pid":12,"username":"root","hostname":"here","timestamp":"2026-11-22T04:00:01.25Z"}`;
    assert.equal(lockOwner(content)?.at, Date.UTC(2026, 10, 22, 4, 0, 1, 250));
    for (let length = 0; length < content.length; length++)
      assert.equal(lockOwner(content.slice(0, length)), undefined);
    assert.equal(lockOwner("{}"), undefined);
    assert.equal(lockOwner("null"), undefined);
  });
});
