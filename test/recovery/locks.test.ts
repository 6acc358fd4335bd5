import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { StackRunError } from "../../stacks/errors.ts";
import { projectSettings } from "../../stacks/project.ts";
import { locksByEngine, removeDeadLocks } from "../../stacks/recovery/locks.ts";
import type { DeadRun } from "../../stacks/run.ts";

const PULUMI = join(import.meta.dirname, "../../.bulwark/bin/pulumi");

// The engine does the same for every backend; a folder is the one that can be looked into.
describe("the locks of a backend that only the engine can reach", () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const inState = (name: string): string => at(`state/.pulumi/${name}`);
  const locksOf = (stack: string): string => inState(`locks/organization/bulwark/${stack}`);
  const machine = { host: "here", bootId: "boot-1", bootedAt: 0 };
  const dead: DeadRun = {
    ...{ host: "there", bootId: "boot-7", session: 10, startedAt: "1", folder: "/runs/run-op-1", engines: [12] },
    begunAt: "2026-11-22T04:00:00.900Z",
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "bulwark-locks-"));
    await Promise.all(["state", "work", "home"].map((name) => mkdir(at(name))));
    await writeFile(at("work/Pulumi.yaml"), projectSettings(`file://${at("state")}`));
    await engine("stack", "init", "account-1");
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function engine(...args: string[]): Promise<string> {
    const env = { PATH: "/usr/bin:/bin", HOME: folder, PULUMI_HOME: at("home"), PULUMI_CONFIG_PASSPHRASE: "test" };
    const settings = { cwd: at("work"), env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" } };
    const { stdout } = await promisify(execFile)(PULUMI, [...args, "--non-interactive"], settings);
    return stdout;
  }
  async function lock(stack: string, name: string, pid: number): Promise<void> {
    await mkdir(locksOf(stack), { recursive: true });
    const content = { pid, username: "root", hostname: "there", timestamp: "2026-11-22T04:00:00.950123Z" };
    await writeFile(join(locksOf(stack), name), JSON.stringify(content));
  }
  const recover = (stack: string) =>
    removeDeadLocks({ stack, store: locksByEngine(engine, stack, "passphrase"), dead: [dead], machine });
  const state = (stack: string): Promise<string> => readFile(inState(`stacks/bulwark/${stack}.json`), "utf8");

  it("are none on a stack that nobody works on, and looking changes nothing", async () => {
    const before = await state("account-1");
    assert.deepEqual(await recover("account-1"), []);
    assert.equal(await state("account-1"), before);
    assert.deepEqual(await readdir(locksOf("account-1")), []);
  });

  it("go where they are all a dead run's", async () => {
    await lock("account-1", "aa.json", 12);
    const [removed = "", ...more] = await recover("account-1");
    assert.match(removed, /account-1\/aa\.json$/);
    assert.deepEqual([more, await readdir(locksOf("account-1"))], [[], []]);
  });

  it("all stay where one of them is somebody else's, who is named", async () => {
    await lock("account-1", "aa.json", 12);
    await lock("account-1", "bb.json", 13);
    await assert.rejects(recover("account-1"), (error) => {
      assert.ok(error instanceof StackRunError);
      assert.deepEqual([error.code, error.retryable], ["locked", true]);
      assert.match(error.message, /bb\.json of root@there, process 13/);
      assert.doesNotMatch(error.message, /aa\.json/);
      assert.match(error.remedy, /pulumi cancel --stack account-1/);
      return true;
    });
    assert.deepEqual((await readdir(locksOf("account-1"))).sort(), ["aa.json", "bb.json"]);
    await rm(locksOf("account-1"), { recursive: true });
  });

  it("go too from a stack that a run died in making, and no stack is left", async () => {
    await lock("account-2", "aa.json", 12);
    assert.equal((await recover("account-2")).length, 1);
    assert.deepEqual(await readdir(locksOf("account-2")), []);
    await assert.rejects(state("account-2"), { code: "ENOENT" });
    await assert.rejects(state("account-2-recovery"), { code: "ENOENT" });
  });

  it("are none of a stack that was never made, and none is made", async () => {
    assert.deepEqual(await recover("account-3"), []);
    await assert.rejects(state("account-3"), { code: "ENOENT" });
  });
});
