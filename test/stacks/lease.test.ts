import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { machineNow, suspendAwareClock, switchTimes } from "../../stacks/lease-switch.ts";
import type { LeaseClock } from "../../stacks/runner.ts";
import { asRunError, lockFiles, processesOf, runInFlight, serviceInFlight } from "./probe/in-flight.ts";
import { type Installation, install, leftovers } from "./probe/installation.ts";
import { eventually, inSessions } from "./probe/processes.ts";

/** Long enough that a busy machine sees it under way, and shorter than the share of a lease that is kept for ending. */
const SHORT = { slow: { sleepMs: 5_000 } };
const ENDLESS = { slow: { sleepMs: 600_000 } };

/** A lease that a test renews. */
function leaseOf(lengthMs: number): LeaseClock & { renew(lengthMs: number): void } {
  let until = machineNow() + lengthMs;
  const listeners = new Set<() => void>();
  return {
    validUntil: () => until,
    onRenewed(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    renew(more) {
      until = machineNow() + more;
      for (const listener of listeners) listener();
    },
  };
}

describe("the dead man's switch", () => {
  it("asks first, kills later, and both before the lease has run out", () => {
    const duration = fc.double({ min: 1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), duration, (until, length) => {
        const { interruptAt, killAt } = switchTimes(until, length);
        assert.ok(interruptAt < killAt && killAt < until);
      }),
    );
  });

  it("leaves a run alone of whose renewals one after another fails", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e6, noNaN: true }), (length) => {
        assert.ok(switchTimes(length, length).interruptAt > (length / 4) * 2);
      }),
    );
  });
});

describe("the clock of leases", () => {
  it("goes on in a suspend, in which the monotonic one stands still, and never goes back", () => {
    let monotonic = 1_000;
    let sinceBoot = 5_000;
    const now = suspendAwareClock(
      () => monotonic,
      () => sinceBoot,
    );
    const begun = now();
    monotonic += 10;
    sinceBoot += 10;
    assert.equal(now() - begun, 10);
    sinceBoot += 60_000;
    assert.equal(now() - begun, 60_010);
    sinceBoot -= 30_000;
    assert.equal(now() - begun, 60_010);
    monotonic += 5;
    assert.equal(now() - begun, 60_015);
  });

  it("is the same in all processes of the machine", async () => {
    const module = new URL("../../stacks/lease-switch.ts", import.meta.url).href;
    const script = `import(${JSON.stringify(module)}).then(({ machineNow }) => console.log(machineNow()))`;
    const before = machineNow();
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", script]);
    const after = machineNow();
    // What `os.uptime` leaves out.
    const resolution = 10;
    assert.ok(Number(stdout) > before - resolution && Number(stdout) < after + resolution, stdout);
  });
});

describe("a run under a lease", () => {
  before(function () {
    if (process.platform !== "linux") this.skip();
  });
  let at: Installation;
  beforeEach(async () => {
    at = await install();
  });
  afterEach(() => at?.remove());

  it("does not begin when the lease has run out already", async () => {
    const outcome = await at.runner
      .run(at.request("account-1", "up", { items: { one: {} } }), { onEvent() {}, lease: leaseOf(0) })
      .catch((error: unknown) => error);
    const error = asRunError(outcome);
    assert.equal(error.code, "crashed");
    assert.equal(error.unclean, undefined);
    assert.deepEqual(await at.journal(), []);
  });

  it("goes on as long as the lease is renewed", async () => {
    const lease = leaseOf(3_000);
    const timer = setInterval(() => lease.renew(3_000), 500);
    try {
      const items = { slow: { sleepMs: 4_000 } };
      const { outcome } = await runInFlight(at, at.request("account-1", "up", { items }), { lease });
      assert.ok(!((await outcome) instanceof Error), String(await outcome));
    } finally {
      clearInterval(timer);
    }
  });

  it("finishes what is in flight when the lease is no longer renewed, and leaves nothing to recover", async () => {
    const lease = leaseOf(60_000);
    const request = at.request("account-1", "up", { items: { ...SHORT, waits: { of: "slow" } } });
    const { outcome, sids } = await runInFlight(at, request, { lease });
    // Less than the share of the lease that is kept for ending.
    lease.renew(17_000);
    const error = asRunError(await outcome);
    const endedAt = machineNow();
    assert.equal(error.code, "crashed");
    assert.match(error.message, /the lease on the stack was not renewed/);
    assert.equal(error.unclean, undefined);
    assert.ok(endedAt < lease.validUntil());
    assert.deepEqual(await inSessions(sids), []);
    assert.deepEqual(await lockFiles(at), []);
    assert.deepEqual(
      (await at.journal()).map(({ name, phase }) => `${name} ${phase}`),
      ["slow begin", "slow end"],
    );
  });

  it("is killed before the lease has run out when it does not end by itself", async () => {
    const lease = leaseOf(5_000);
    const keep = setInterval(() => lease.renew(5_000), 200);
    const request = at.request("account-1", "up", { items: ENDLESS });
    const { outcome, sids } = await runInFlight(at, request, { lease }).finally(() => clearInterval(keep));
    const error = asRunError(await outcome);
    const endedAt = machineNow();
    assert.equal(error.code, "crashed");
    assert.equal(error.unclean, true);
    assert.deepEqual(await inSessions(sids), []);
    assert.deepEqual(await leftovers(at), []);
    assert.ok(endedAt < lease.validUntil(), "before another may have the stack");
  });

  it("ends by itself when its service is stopped for longer than the lease, and the service learns of it", async () => {
    const other = await serviceInFlight(at, at.request("account-1", "up", { items: ENDLESS }), 2_000);
    try {
      assert.ok((await inSessions([other.sid])).length >= 3);
      other.service.kill("SIGSTOP");
      await eventually("the end of the run", async () => (await inSessions([other.sid])).length === 0);
      other.service.kill("SIGCONT");
      const { code, unclean } = await other.told;
      assert.deepEqual([code, unclean], ["crashed", true]);
      assert.deepEqual(await leftovers(at), []);
    } finally {
      await other.kill();
    }
  });

  it("ends with its lease when its service is killed, though what is in flight has no end", async () => {
    const other = await serviceInFlight(at, at.request("account-1", "up", { items: ENDLESS }), 2_000);
    await other.kill();
    await eventually("the end of the run", async () => (await inSessions([other.sid])).length === 0);
    assert.equal((await lockFiles(at)).length, 1, "it was killed");
  });

  it("ends with its child, guardian and all, when child and service are killed at once", async () => {
    const other = await serviceInFlight(at, at.request("account-1", "up", { items: ENDLESS }), 60_000);
    assert.ok((await processesOf(at)).length >= 4, "child, engine, plugin, guardian");
    process.kill(other.sid, "SIGKILL");
    await other.kill();
    await eventually("the end of all", async () => (await processesOf(at)).length === 0);
    assert.deepEqual(await leftovers(at), [], "no session of an account is left on the disk");
  });

  it("has a guardian again when that is killed", async () => {
    const { outcome, sids } = await runInFlight(at, at.request("account-1", "up", { items: ENDLESS }));
    const guardianOf = async () => (await processesOf(at)).find(({ command }) => command.includes("guardian"));
    const first = await guardianOf();
    process.kill(first?.pid ?? 0, "SIGKILL");
    await eventually("another", async () => {
      const found = await guardianOf();
      return found !== undefined && found.pid !== first?.pid;
    });
    process.kill(sids[0] ?? 0, "SIGKILL");
    assert.equal(asRunError(await outcome).unclean, true);
    await eventually("the end of all", async () => (await processesOf(at)).length === 0);
  });
});
