import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startMark, thisHost } from "../../stacks/host.ts";
import { endDeadRun, endProcessesOf } from "../../stacks/orphans.ts";
import { createRunner, type RunIdentity } from "../../stacks/runner.ts";
import { sessionMembers } from "../../stacks/session.ts";
import { asRunError, lockFiles, processesOf, runInFlight, serviceInFlight } from "./probe/in-flight.ts";
import { type Installation, install, leftovers } from "./probe/installation.ts";
import { eventually, inSessions, processes } from "./probe/processes.ts";

const ENDLESS = { slow: { sleepMs: 600_000 } };
const here = thisHost();

describe("what dead services left", () => {
  before(function () {
    if (process.platform !== "linux") this.skip();
  });
  let at: Installation;
  beforeEach(async () => {
    at = await install({ orphanGraceMs: 0 });
  });
  afterEach(() => at?.remove());

  it("is ended and removed by the next start, whatever had been killed", async () => {
    const other = await serviceInFlight(at, at.request("account-1", "up", { items: ENDLESS }));
    // Its child can't see that the service has gone.
    process.kill(other.sid, "SIGSTOP");
    await other.kill();
    const before = await inSessions([other.sid]);
    assert.ok(before.length >= 3);
    const swept = await at.runner.sweep();
    assert.equal(swept.folders, 1);
    assert.ok(swept.processes >= before.length);
    await eventually("the end of every process", async () => (await processesOf(at)).length === 0);
    assert.deepEqual(await readdir(at.workspaces), ["engines"]);
    assert.deepEqual(await at.runner.sweep(), { folders: 0, processes: 0 });
  });

  it("is left alone while its service lives, whose folder it shares", async () => {
    const other = await serviceInFlight(at, at.request("account-1", "up", { items: { slow: { hold: true } } }));
    try {
      assert.deepEqual(await at.runner.sweep(), { folders: 0, processes: 0 });
      other.service.kill("SIGSTOP");
      assert.deepEqual(await at.runner.sweep(), { folders: 0, processes: 0 });
      other.service.kill("SIGCONT");
      await at.release();
      assert.equal((await other.told).code, "done");
    } finally {
      await other.kill();
    }
  });

  it("is told from a living service by the start of its process and of the machine, by its host, and by its silence", async () => {
    const own = startMark(process.pid) ?? "";
    const owners: Record<string, object> = {
      "service-of-this-process": { ...here, pid: process.pid, startedAt: own },
      "service-with-a-reused-id": { ...here, pid: process.pid, startedAt: "1" },
      "service-of-another-container": {
        ...here,
        bootId: `${here.bootId.split(" ")[0]} pid:[1]`,
        pid: 1,
        startedAt: "1",
      },
      "service-before-a-restart": { ...here, bootId: "another", pid: process.pid, startedAt: own },
      "service-of-a-host-with-this-name": { ...here, bootId: "another", pid: process.pid, startedAt: own },
      "service-of-another-host": { host: "another", bootId: "another", pid: process.pid, startedAt: "1" },
    };
    for (const [name, owner] of Object.entries(owners)) {
      await mkdir(join(at.workspaces, name));
      await writeFile(join(at.workspaces, name, "owner.json"), JSON.stringify(owner));
    }
    // It is silent; the host with the same name was heard a moment ago.
    const longAgo = new Date(Date.now() - 2 * 60 * 60_000);
    await utimes(join(at.workspaces, "service-before-a-restart", "owner.json"), longAgo, longAgo);
    assert.equal((await at.runner.sweep()).folders, 2);
    assert.deepEqual((await readdir(at.workspaces)).sort(), [
      "service-of-a-host-with-this-name",
      "service-of-another-container",
      "service-of-another-host",
      "service-of-this-process",
    ]);
  });

  it("is let finish what is in flight where its child still does", async () => {
    const patient = createRunner({ ...at.config, orphanGraceMs: 60_000 });
    const other = await serviceInFlight(at, at.request("account-1", "up", { items: { slow: { sleepMs: 2_000 } } }));
    await other.kill();
    await patient.sweep();
    await eventually("the end of every process", async () => (await processesOf(at)).length === 0);
    assert.deepEqual(await lockFiles(at), []);
    assert.equal((await at.journal()).at(-1)?.phase, "end");
    await patient.close();
  });
});

describe("a dead run", () => {
  before(function () {
    if (process.platform !== "linux") this.skip();
  });
  const strangers: ChildProcess[] = [];
  afterEach(async () => {
    for (const { pid } of strangers.splice(0)) {
      for (const member of await sessionMembers(pid ?? 0)) process.kill(member, "SIGKILL");
    }
  });

  /** A session whose leader has gone, and in which a process lives. */
  async function headless(environment: Record<string, string> = {}): Promise<number> {
    const leader = spawn("/bin/sh", ["-c", "sleep 600 & exit 0"], {
      detached: true,
      stdio: "ignore",
      env: { PATH: process.env.PATH, ...environment },
    });
    strangers.push(leader);
    await once(leader, "exit");
    return leader.pid ?? 0;
  }
  const identity = (session: number, more: Partial<RunIdentity> = {}): RunIdentity => ({
    ...here,
    session,
    startedAt: "1",
    folder: "/data/runs/service-a/child-b/run-op-c",
    ...more,
  });

  it("is not taken for a later process with its id", async () => {
    const stranger = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
    strangers.push(stranger);
    const session = stranger.pid ?? 0;
    assert.equal(await endDeadRun(identity(session), here), 0);
    assert.ok(startMark(session) !== undefined);
    const startedAt = startMark(session) ?? "";
    assert.equal(await endDeadRun(identity(session, { startedAt, folder: process.cwd() }), here), 1);
  });

  it("that has settled does not take its child along, which may be at work for another stack", async () => {
    const child = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
    strangers.push(child);
    const session = child.pid ?? 0;
    assert.equal(await endDeadRun(identity(session, { startedAt: startMark(session) ?? "" }), here), 0);
    assert.ok(startMark(session) !== undefined);
  });

  it("is not taken for a later session with its id, whose leader has gone too", async () => {
    const session = await headless({ HOME: "/data/runs/service-a/child-bb" });
    assert.equal(await endDeadRun(identity(session), here), 0);
    assert.equal((await sessionMembers(session)).length, 1);
  });

  it("is ended where its leader has gone, proved by the home of what is left", async () => {
    const session = await headless({ HOME: "/data/runs/service-a/child-b/run-op-c" });
    assert.equal(await endDeadRun(identity(session), here), 1);
    assert.deepEqual(await sessionMembers(session), []);
  });

  it("is ended where what is left starts one program after another, and for a moment has no environment", async () => {
    // Each shell becomes the next one, so it is often within execve when it is looked at.
    const chain = 'exec /bin/sh -c "$1" sh "$1"';
    for (let round = 0; round < 10; round++) {
      const leader = spawn("/bin/sh", ["-c", '/bin/sh -c "$1" sh "$1" & exit 0', "sh", chain], {
        detached: true,
        stdio: "ignore",
        env: { PATH: process.env.PATH, HOME: "/data/runs/service-a/child-b/run-op-c" },
      });
      strangers.push(leader);
      await once(leader, "exit");
      assert.equal(await endDeadRun(identity(leader.pid ?? 0), here), 1, `round ${round}`);
    }
  });

  it("is never looked for on another machine, nor after this one was started again", async () => {
    const session = await headless({ HOME: "/data/runs/service-a/child-b/run-op-c" });
    assert.equal(await endDeadRun(identity(session, { host: "another" }), here), 0);
    assert.equal(await endDeadRun(identity(session, { bootId: "another" }), here), 0);
    assert.equal((await sessionMembers(session)).length, 1);
  });

  it("does not take a person's shell along that looks into its folder", async () => {
    const shell = spawn("/bin/sh", ["-c", "HOME=/data/runs/service-a/child-b sleep 600; true"], {
      detached: true,
      stdio: "ignore",
    });
    strangers.push(shell);
    await eventually("its process", async () => (await sessionMembers(shell.pid ?? 0)).length === 2);
    await eventually("its home", async () =>
      (await processes()).some((one) => one.session === shell.pid && one.environment.includes("HOME=/data/runs/")),
    );
    assert.equal(await endProcessesOf("/data/runs/service-a", 0), 0);
    await delay(50);
    assert.equal((await sessionMembers(shell.pid ?? 0)).length, 2);
  });
});

describe("the identity of a run", () => {
  before(function () {
    if (process.platform !== "linux") this.skip();
  });
  let at: Installation;
  beforeEach(async () => {
    at = await install();
  });
  afterEach(() => at?.remove());

  it("is told before its processes know what to do, and is enough to end it", async () => {
    let identity: RunIdentity | undefined;
    let engines: number[] = [];
    const { outcome, sids } = await runInFlight(at, at.request("account-1", "up", { items: ENDLESS }), {
      async onStarting(told) {
        identity = told;
        assert.deepEqual(await at.journal(), []);
        assert.deepEqual(
          (await processesOf(at)).filter(({ command }) => command.includes("/pulumi ")),
          [],
        );
      },
      onEngine: (pid) => void engines.push(pid),
    });
    assert.ok(identity !== undefined);
    assert.deepEqual([identity.host, identity.bootId, [identity.session]], [here.host, here.bootId, sids]);
    assert.equal(identity.startedAt, startMark(identity.session));
    assert.deepEqual(await leftovers(at), [identity.folder.slice(at.workspaces.length + 1)]);
    const [engine] = (await inSessions(sids)).filter(({ command }) => command.includes("/pulumi up"));
    engines = engines.filter((pid) => pid === engine?.pid);
    assert.equal(engines.length, 1);
    assert.ok((await endDeadRun(identity, here)) >= 3);
    assert.equal(asRunError(await outcome).unclean, true);
    assert.deepEqual(await inSessions(sids), []);
  });

  it("keeps the run from beginning where it can't be written down", async () => {
    const refused = new Error("fenced");
    const request = at.request("account-1", "up", { items: { one: {} } });
    const onStarting = () => Promise.reject(refused);
    await assert.rejects(at.runner.run(request, { onEvent() {}, onStarting }), refused);
    assert.deepEqual(await at.journal(), []);
    assert.deepEqual(await leftovers(at), []);
    await eventually("the end of every process", async () => (await processesOf(at)).length === 0);
  });

  it("holds the engine back until its process is written down", async () => {
    const written = Promise.withResolvers<void>();
    const known: number[] = [];
    const running = at.runner.run(at.request("account-1", "up", { items: { one: {} } }), {
      onEvent() {},
      onEngine(pid) {
        known.push(pid);
        return written.promise;
      },
    });
    await eventually("the engine's process", async () => known.length === 1);
    const [engine] = (await processes()).filter(({ pid }) => pid === known[0]);
    assert.match(engine?.command ?? "", /^\/bin\/sh -c read -r go && exec /);
    assert.deepEqual(await lockFiles(at), []);
    written.resolve();
    assert.equal((await running).resources, 2);
    assert.ok(known.length > 1);
  });

  it("ends the run where an engine can't be written down, before that has done anything", async () => {
    const refused = new Error("fenced");
    const request = at.request("account-1", "up", { items: { one: {} } });
    const hooks = { onEvent() {}, onEngine: () => Promise.reject(refused) };
    await assert.rejects(at.runner.run(request, hooks), refused);
    assert.deepEqual(await at.journal(), []);
    assert.deepEqual(await readdir(join(at.backend, ".pulumi")).catch(() => []), []);
  });

  it("stays on the disk, engines and all, when the run did not end well, and goes when it did", async () => {
    const engines: number[] = [];
    await at.run(at.request("account-2", "up"));
    assert.deepEqual(await readdir(join(at.workspaces, "engines")), []);
    const { outcome, sids } = await runInFlight(at, at.request("account-1", "up", { items: ENDLESS }), {
      onEngine: (pid) => void engines.push(pid),
    });
    process.kill(sids[0] ?? 0, "SIGKILL");
    assert.equal(asRunError(await outcome).unclean, true);
    assert.equal((await readdir(join(at.workspaces, "engines"))).length, 1);
    assert.equal((await lockFiles(at)).length, 1);
  });
});
