import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { makeLinks } from "../../api/store/embedded/binaries.ts";
import { type EmbeddedServer, postmasterPid, startEmbeddedServer } from "../../api/store/embedded/server.ts";

const isRoot = process.getuid?.() === 0;

async function ask<Row>(server: EmbeddedServer, sql: string): Promise<Row[]> {
  const client = new pg.Client(server.address);
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie that waits for its reaper is no process any more.
    return true;
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  for (let tried = 0; tried < 200 && lives(pid); tried++) await sleep(25);
  assert.ok(!lives(pid), `process ${pid} lives`);
}

describe("the embedded PostgreSQL", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "bulwark-embedded-"));
    // mkdtemp makes it for its owner alone; a service's data folder can be passed through.
    await chmod(folder, 0o755);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("starts in an empty folder, listens on no network, keeps what was committed, and leaves no process", async () => {
    const first = await startEmbeddedServer(folder);
    assert.equal(first.started, true);
    const [network] = await ask<{ listen_addresses: string }>(first, "show listen_addresses");
    assert.equal(network?.listen_addresses, "");
    const [owner] = await ask<{ durable: string }>(first, "select current_setting('fsync') as durable");
    assert.equal(owner?.durable, "on");
    await ask(first, "create table kept as select 42 as answer");
    const { mode } = await stat(first.location.passwordFile);
    assert.equal(mode & 0o777, 0o600);
    const pid = (await postmasterPid(first.location)) ?? 0;
    await first.stop();
    await untilGone(pid);
    const second = await startEmbeddedServer(folder);
    assert.deepEqual(await ask(second, "select answer from kept"), [{ answer: 42 }]);
    await second.stop();
  });

  it("lets nobody in without its password", async () => {
    const server = await startEmbeddedServer(folder);
    try {
      const client = new pg.Client({ ...server.address, password: "guess" });
      await assert.rejects(client.connect(), { code: "28P01" });
    } finally {
      await server.stop();
    }
  });

  it("is taken over where the service before was killed and it lives", async () => {
    const server = await startEmbeddedServer(folder);
    const pid = await postmasterPid(server.location);
    const second = await startEmbeddedServer(folder);
    assert.equal(second.started, false);
    assert.equal(await postmasterPid(second.location), pid);
    await second.stop();
    await untilGone(pid ?? 0);
  });

  it("recovers where it was killed too, without losing an acknowledged row", async () => {
    const server = await startEmbeddedServer(folder);
    await ask(server, "create table kept (n int)");
    await ask(server, "insert into kept select generate_series(1, 1000)");
    const pid = (await postmasterPid(server.location)) ?? 0;
    process.kill(pid, "SIGKILL");
    const again = await startEmbeddedServer(folder);
    assert.deepEqual(await ask(again, "select count(*)::int as n from kept"), [{ n: 1000 }]);
    await again.stop();
  });

  it("is left running by a service that stops while another one uses it", async () => {
    const server = await startEmbeddedServer(folder);
    const other = new pg.Client(server.address);
    await other.connect();
    await server.stop();
    assert.deepEqual((await other.query("select 1 as one")).rows, [{ one: 1 }]);
    await other.end();
    const pid = (await postmasterPid(server.location)) ?? 0;
    await server.stop();
    await untilGone(pid);
  });

  it("is stopped by the last of two services that stop at the same time, and by none while another starts", async () => {
    const script = `
      import { startEmbeddedServer } from ${JSON.stringify(new URL("../../api/store/embedded/server.ts", import.meta.url))};
      const server = await startEmbeddedServer(${JSON.stringify(folder)});
      console.log("ready");
      process.stdin.once("data", async () => { await server.stop(); process.exit(0); });`;
    const services = [1, 2].map(() =>
      spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["pipe", "pipe", "inherit"] }),
    );
    await Promise.all(
      services.map((service) =>
        Promise.race([
          once(service.stdout, "data"),
          once(service, "exit").then(([code]) => assert.fail(`a service ended with ${code} while it started`)),
        ]),
      ),
    );
    const mine = await startEmbeddedServer(folder);
    const pid = (await postmasterPid(mine.location)) ?? 0;
    const ended = services.map((service) => once(service, "exit"));
    for (const { stdin } of services) stdin.write("stop");
    await Promise.all(ended);
    assert.ok(lives(pid), "it runs while this one needs it, although nobody is connected");
    await mine.stop();
    await untilGone(pid);
  });

  it("is one server when two services start at the same time", async () => {
    const servers = await Promise.all([startEmbeddedServer(folder), startEmbeddedServer(folder)]);
    const found = await Promise.all(
      servers.map((server) => ask(server, "select pg_postmaster_start_time()::text as at")),
    );
    assert.deepEqual(found[0], found[1]);
    for (const server of servers) await server.stop();
  });

  it("says where and why when it can't start", async () => {
    const server = await startEmbeddedServer(folder);
    await server.stop();
    await rm(join(server.location.cluster, "global"), { recursive: true });
    await assert.rejects(startEmbeddedServer(folder, { startTimeoutMs: 5_000 }), (error: Error) => {
      assert.match(error.message, /starting the embedded PostgreSQL in /);
      assert.ok(error.message.includes(server.location.home));
      return true;
    });
  });

  it("takes a path that is too long for a socket", async () => {
    const deep = join(folder, "a".repeat(60), "b".repeat(60));
    const server = await startEmbeddedServer(deep);
    try {
      assert.ok(server.address.host.length < 90);
      assert.equal((await ask(server, "select 1")).length, 1);
    } finally {
      await server.stop();
      await rm(server.address.host, { recursive: true, force: true });
    }
  });

  it("makes the links that the package's install script would have made, and again without harm", async () => {
    const server = await startEmbeddedServer(folder);
    await server.stop();
    const { folder: native } = server.location.binaries;
    const links = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")) as { target: string }[];
    for (const { target } of links) await stat(join(native, "..", target));
    assert.equal(await makeLinks(native), true);
  });

  (isRoot ? describe : describe.skip)("of a service that runs as root", () => {
    it("runs as an unprivileged user", async () => {
      const server = await startEmbeddedServer(folder);
      const pid = await postmasterPid(server.location);
      const { uid } = await stat(`/proc/${pid}`);
      assert.notEqual(uid, 0);
      assert.equal(uid, server.location.user.uid);
      await server.stop();
    });

    it("moves to a reachable folder where that user can't pass, says which, and finds it again", async () => {
      const closed = join(folder, "closed");
      await mkdir(closed, { mode: 0o700 });
      const data = join(closed, "data");
      const notices: string[] = [];
      const server = await startEmbeddedServer(data, { onNotice: (notice) => notices.push(notice) });
      const { home } = server.location;
      try {
        assert.equal(server.location.moved, true);
        assert.ok(!home.startsWith(closed));
        assert.ok(notices.join().includes(home));
        await ask(server, "create table kept as select 1");
        await server.stop();
        const again = await startEmbeddedServer(data);
        assert.equal(again.location.home, home);
        assert.equal((await ask(again, "select * from kept")).length, 1);
        const neighbour = await startEmbeddedServer(join(closed, "other"));
        assert.notEqual(neighbour.location.home, home);
        await neighbour.stop();
        await rm(neighbour.location.home, { recursive: true });
        await again.stop();
      } finally {
        await rm(home, { recursive: true, force: true });
      }
    });
  });

  (isRoot ? it : it.skip)("works as a normal user, too", async () => {
    const uid = 65534;
    const script = `
      import { startEmbeddedServer } from ${JSON.stringify(new URL("../../api/store/embedded/server.ts", import.meta.url))};
      const server = await startEmbeddedServer(${JSON.stringify(join(folder, "own"))});
      console.log(process.getuid(), server.location.moved);
      await server.stop();`;
    await chmod(folder, 0o777);
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { uid, gid: uid, cwd: "/" });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    await once(child, "close");
    // A checkout below a folder that others may not enter can't be read by that user at all.
    if (/EACCES|permission denied/i.test(output)) return;
    assert.equal(output.trim(), `${uid} false`);
  });
});
