import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const entry = new URL("../../api/main.ts", import.meta.url).pathname;
const settingsFile = new URL("../../sandbox/organization/settings.json", import.meta.url).pathname;

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

const children: ChildProcess[] = [];

function start(environment: Record<string, string>): Started {
  const { PATH = "", HOME = "", NODE_COMPILE_CACHE = "" } = process.env;
  const child = spawn(process.execPath, [entry], {
    env: { PATH, HOME, NODE_COMPILE_CACHE, BULWARK_SETTINGS: settingsFile, BULWARK_CONCURRENCY: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let output = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (output += chunk));
  return { child, output: () => output, exit: once(child, "close").then(([code]) => code as number | null) };
}

async function untilServing({ output, exit }: Started): Promise<string> {
  let code: number | null | undefined;
  void exit.then((ended) => {
    code = ended;
  });
  for (let tried = 0; tried < 600; tried++) {
    const url = /"url":"(http[^"]+)".*"msg":"serving"/.exec(output())?.[1];
    if (url !== undefined) return url;
    assert.equal(code, undefined, output());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`the service does not serve: ${output()}`);
}

/** Processes whose command line names the folder. */
async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(folder)).map((line) => line.replaceAll("\0", " "));
}

describe("the service's process", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "bulwark-process-"));
    // mkdtemp makes it for its owner alone, and the database's user has to pass.
    await chmod(folder, 0o755);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGTERM");
      await once(child, "close");
    }
    await rm(folder, { recursive: true, force: true });
  });

  it("ends with 1 and one message for all that is wrong, without a stack trace", async () => {
    const { exit, output } = start({ BULWARK_DATA: folder, PORT: "x", BULWARK_ROLE: "y" });
    assert.equal(await exit, 1);
    assert.match(output(), /PORT[\s\S]*BULWARK_ROLE/);
    assert.doesNotMatch(output(), / at .*\.ts:/);
  });

  it("ends with 1 and leaves nothing when its port is taken", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as { port: number };
    const { exit, output } = start({ BULWARK_DATA: folder, PORT: String(port) });
    assert.equal(await exit, 1);
    assert.match(output(), new RegExp(`port ${port} of 127.0.0.1 is taken`));
    holder.close();
    assert.deepEqual(await processesOf(folder), []);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`ends with 0 on ${signal}, and leaves no process`, async () => {
      const started = start({ BULWARK_DATA: folder, PORT: "0" });
      const url = await untilServing(started);
      assert.equal((await fetch(`${url}/healthz`)).status, 200);
      assert.ok((await processesOf(folder)).length > 0, "the database runs");
      started.child.kill(signal);
      assert.equal(await started.exit, 0, started.output());
      assert.deepEqual(await processesOf(folder), []);
    });
  }

  it("makes a token and a passphrase of mode 0600 where it was given none, and logs neither", async () => {
    const started = start({ BULWARK_DATA: folder, PORT: "0" });
    const url = await untilServing(started);
    for (const name of ["token", "passphrase", "postgres/password"]) {
      const path = join(folder, name);
      if (name.startsWith("postgres") && (await stat(path).catch(() => undefined)) === undefined) continue;
      assert.equal((await stat(path)).mode & 0o777, 0o600, name);
      assert.ok(!started.output().includes((await readFile(path, "utf8")).trim()), name);
    }
    const token = (await readFile(join(folder, "token"), "utf8")).trim();
    const answer = await fetch(`${url}/accounts`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 200);
    const facts = await readFile(join(folder, "service.json"), "utf8");
    assert.ok(!facts.includes(token));
    started.child.kill("SIGTERM");
    await started.exit;
  });

  it("goes on with the database that a killed one left", async () => {
    const first = start({ BULWARK_DATA: folder, PORT: "0" });
    await untilServing(first);
    first.child.kill("SIGKILL");
    await first.exit;
    const second = start({ BULWARK_DATA: folder, PORT: "0" });
    await untilServing(second);
    assert.match(second.output(), /"takenOver":true/);
    second.child.kill("SIGTERM");
    assert.equal(await second.exit, 0);
    assert.deepEqual(await processesOf(folder), []);
  });

  it("shares its folder with another: one of them starts the database again when it dies, the last one stops it", async () => {
    const services = [start({ BULWARK_DATA: folder, PORT: "0" }), start({ BULWARK_DATA: folder, PORT: "0" })];
    const urls = await Promise.all(services.map(untilServing));
    const token = (await readFile(join(folder, "token"), "utf8")).trim();
    const list = (url: string | undefined) =>
      fetch(`${url}/operations`, { headers: { authorization: `Bearer ${token}` } }).then(({ status }) => status);
    assert.deepEqual(await Promise.all(urls.map(list)), [200, 200]);

    const before = await postmasterOf(folder);
    process.kill(before, "SIGKILL");
    for (const url of urls)
      while ((await list(url)) !== 200 || (await postmasterOf(folder)) === before) await sleep(50);

    const [first, second] = services;
    first?.child.kill("SIGTERM");
    assert.equal(await first?.exit, 0, first?.output());
    assert.equal(await list(urls[1]), 200);
    second?.child.kill("SIGTERM");
    assert.equal(await second?.exit, 0, second?.output());
    assert.deepEqual(await processesOf(folder), []);
  });
});

async function postmasterOf(folder: string): Promise<number> {
  return Number.parseInt(await readFile(join(folder, "postgres/cluster/postmaster.pid"), "utf8").catch(() => "0"), 10);
}
