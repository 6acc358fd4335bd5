import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, open, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { postmasterPid, startEmbeddedServer } from "../../api/store/embedded/server.ts";
import type { Operation, OperationEvent } from "../e2e/api.ts";
import { FEW_FEATURES } from "../few-features.ts";
import { type Installation, install } from "./installation.ts";
import { type Observer, observe } from "./observer.ts";
import { signal } from "./processes.ts";
import { leftovers } from "./promises/leftovers.ts";
import { brokenOperations } from "./promises/operations.ts";
import { unaccounted } from "./promises/resources.ts";
import { trespassingCalls } from "./promises/writers.ts";
import { heldCalls, holdCalls, readCalls, releaseCalls } from "./sandbox-calls.ts";

const accountId = "100000000016";
// On a busy machine the processes of a run wait for a core for more than two seconds, and end themselves where they hear of no heartbeat.
const leaseSeconds = 6;
const diskBytes = 24 * 1024 ** 2;
/** A small disk that whoever started these tests has mounted for them. */
const lentDisk = process.env.BULWARK_TORTURE_DISK;

type Server = Awaited<ReturnType<typeof startEmbeddedServer>>;

describe("what a service needs and loses for a while", function () {
  this.timeout(900_000);
  let installation: Installation;
  let observer: Observer;
  let database: Server;
  /** Holds the state; a small disk of its own where this user may mount one. */
  let disk: string;
  let mounted = false;
  let ownFolder: string;

  before(async () => {
    installation = await install({
      regions: ["us-east-1"],
      features: FEW_FEATURES,
      services: 1,
      leaseSeconds,
      concurrency: 1,
      restartAfterMs: () => 500,
      async prepare(data) {
        ownFolder = join(data, "../database");
        await mkdir(ownFolder);
        database = await startEmbeddedServer(ownFolder);
        disk = lentDisk ?? join(data, "../disk");
        await mkdir(disk, { recursive: true });
        mounted = lentDisk !== undefined || mount(disk);
        await mkdir(join(disk, "state"), { mode: 0o700 });
        const { host, password } = database.address;
        return {
          DATABASE_URL: `postgresql://bulwark:${password}@localhost/postgres?host=${encodeURIComponent(host)}`,
          BULWARK_BACKEND_URL: `file://${join(disk, "state")}`,
        };
      },
      async cleanUp() {
        await database?.stop();
        if (mounted && lentDisk === undefined) execFileSync("umount", [disk]);
      },
    });
    observer = await observe(database.address);
    await succeeds("POST", "/admin/deployments");
  });
  after(async () => {
    await observer?.close();
    if (installation === undefined) return;
    const { left, endings } = await installation.close();
    assert.deepEqual(left, []);
    assert.deepEqual(endings, ["exit code 0"], "the service was never ended by what it lost");
  });

  async function begins(method: string, path: string, body: object = {}): Promise<string> {
    const operation = await installation.client.accepted(method, path, body);
    assert.ok(operation !== undefined, `${method} ${path} was refused`);
    return operation.id;
  }

  async function succeeds(method: string, path: string, body?: object): Promise<Operation> {
    return ended(await begins(method, path, body));
  }

  async function ended(id: string): Promise<Operation> {
    const operation = await installation.client.ended(id);
    assert.equal(operation.status, "succeeded", JSON.stringify(operation.error, null, 2));
    return operation;
  }

  /** Waits until an attempt of the operation has ended in vain, and answers what it told of it. */
  async function retryOf(id: string): Promise<OperationEvent> {
    for (;;) {
      const rows = await observer.rows<{ id: number; data: OperationEvent["data"] }>(
        "select id, data from operation_events where operation_id = $1 and type = 'progress' and data ? 'retryInMs'",
        [id],
      );
      const [row] = rows;
      if (row !== undefined) return { ...row, type: "progress" };
      const { body } = await installation.client.ask("GET", `/operations/${id}`);
      assert.ok(!["failed", "succeeded", "cancelled"].includes(body.status), JSON.stringify(body.error ?? body.status));
      await sleep(100);
    }
  }

  async function assertNothingLost(): Promise<void> {
    assert.deepEqual(await brokenOperations(installation, observer, []), []);
    assert.deepEqual(trespassingCalls(await observer.seenRuns(), await readCalls(installation.aws)), []);
    const { changes } = await succeeds("POST", `/accounts/${accountId}/previews`, { refresh: true });
    const { same, ...others } = changes ?? { same: 0 };
    assert.ok(same > 0);
    assert.deepEqual(
      Object.values(others).filter((count) => count !== 0),
      [],
      JSON.stringify(changes),
    );
    assert.deepEqual(await unaccounted(installation, `account-${accountId}`), []);
    assert.deepEqual(await leftovers(installation, observer), []);
  }

  it("is the database, in the middle of a run: requests hear 503, the run ends, the operation is done when it is back", async () => {
    const { aws, client, services } = installation;
    await holdCalls(aws, [{ service: "guardduty", operation: "CreateDetector", accountId }]);
    const id = await begins("POST", "/accounts", { accountId });
    while ((await heldCalls(aws)).length === 0) await sleep(50);
    const pid = await postmasterPid(database.location);
    signal(pid ?? 0, "SIGINT");
    await sleep(leaseSeconds * 1_000);
    const answer = await fetch(`${services[0]?.url}/operations/${id}`, {
      headers: { authorization: "Bearer administrator-token-of-the-torture" },
    });
    assert.equal(answer.status, 503);
    const problem = (await answer.json()) as { type: string; detail: string };
    assert.equal(problem.type, "/problems/unavailable");
    assert.match(problem.detail, /database/);
    await sleep(leaseSeconds * 2_000);
    assert.equal(
      (await installation.processes()).filter(({ role }) => role === "engine").length,
      0,
      "the run has ended",
    );
    await releaseCalls(aws);
    database = await startEmbeddedServer(ownFolder);
    await ended(id);
    assert.equal((await client.ask("GET", `/accounts/${accountId}`)).body.status, "active");
    await assertNothingLost();
  });

  it("is the folder of the state: the operation says so, waits, and is done when it is back", async () => {
    const state = join(disk, "state");
    await rename(state, `${state}.away`);
    const id = await begins("POST", `/accounts/${accountId}/deployments`, { refresh: true });
    const { data } = await retryOf(id);
    // Fails where somebody began a new, empty state in its place.
    await rename(`${state}.away`, state);
    assert.match(data.message, /state|backend/i);
    await ended(id);
    await assertNothingLost();
  });

  it("is space on the disk of the state: the operation says so, waits, and is done when there is some", async function () {
    if (!mounted) return (await inNamespace(this.test?.title ?? "")) ? undefined : this.skip();
    if (lentDisk !== undefined) await succeeds("POST", "/accounts", { accountId });
    const filler = join(disk, "filler");
    await fill(filler);
    const id = await begins("POST", `/accounts/${accountId}/deployments`, { refresh: true });
    const { data } = await retryOf(id);
    await rm(filler);
    assert.match(data.message, /no space left|full/i);
    await ended(id);
    await assertNothingLost();
  });
});

/** Mounts a small disk in memory; false where this user must not. */
function mount(at: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${diskBytes},mode=0755`, "tmpfs", at], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * A user who may not mount may do so in a user namespace: the test runs once more in one, on a disk that is mounted there.
 *
 * @returns false where this machine allows no such namespaces
 */
async function inNamespace(title: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "bulwark-disk-"));
  const mounting = `mount -t tmpfs -o size=${diskBytes},mode=0755 tmpfs "$1" || exit 111; shift; exec "$@"`;
  const unshare = ["--user", "--map-root-user", "--mount", "sh", "-c", mounting, "sh", folder, "unshare", "--user"];
  const mocha = join(import.meta.dirname, "../../node_modules/.bin/mocha");
  const test = [mocha, "--exit", "--fgrep", title, import.meta.filename];
  const back = [`--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`, process.execPath, ...test];
  const child = spawn("unshare", [...unshare, ...back], {
    env: { ...process.env, BULWARK_TORTURE_DISK: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
  const code = await new Promise<number | null>((settle) => {
    child.once("error", () => settle(null));
    child.once("close", settle);
  });
  await rm(folder, { recursive: true, force: true });
  if (/ 1 passing/.test(output)) return true;
  if (code === 111 || code === null || /^unshare:/m.test(output)) return false;
  assert.fail(output);
}

/** Writes until nothing more goes in. */
async function fill(path: string): Promise<void> {
  const file = await open(path, "w");
  try {
    for (let size = 64 * 1024; size >= 512; ) {
      await file.write(Buffer.alloc(size, 1)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOSPC") throw error;
        size /= 2;
      });
    }
  } finally {
    await file.close();
  }
}
