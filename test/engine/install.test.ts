import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firstThatWorks, isInstalled, NoEngineError } from "../../engine/install.ts";
import { withLock } from "../../engine/lock.ts";
import type { Place, Way } from "../../engine/ways.ts";
import { WAYS, which } from "../../engine/ways.ts";

const pinned = { major: 3, minor: 256, patch: 0 };

describe("installing the engine", () => {
  let folder: string;
  let place: Place;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "bulwark-engine-"));
    place = { pinned, modules: folder, target: join(folder, "engine"), path: folder, environment: {}, say() {} };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function executable(name: string, script: string): Promise<void> {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  const way = (name: string, outcome: string | Error, calls: string[]): Way => ({
    name,
    async try() {
      calls.push(name);
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
  });

  it("takes the first way that works and tries no further", async () => {
    const calls: string[] = [];
    const ways = [way("a", new Error("no"), calls), way("b", "/b/pulumi", calls), way("c", "/c/pulumi", calls)];
    assert.deepEqual(await firstThatWorks(ways, place), { way: "b", pulumi: "/b/pulumi" });
    assert.deepEqual(calls, ["a", "b"]);
  });

  it("says which ways it tried, why none worked, and what to do, in one error", async () => {
    const ways = [way("pulumi on PATH", new Error("there is none"), []), way("build with Go", new Error("no go"), [])];
    await assert.rejects(firstThatWorks(ways, place), (error: Error) => {
      assert.ok(error instanceof NoEngineError);
      assert.match(error.message, /1\. pulumi on PATH: there is none/);
      assert.match(error.message, /2\. build with Go: no go/);
      assert.match(error.message, /install Go >= 1\.25/);
      return true;
    });
  });

  it("takes a pulumi on PATH only at the pinned minor", async () => {
    const [onPath] = WAYS;
    await assert.rejects(onPath?.try(place) ?? Promise.resolve(), /there is none/);
    await executable("pulumi", "echo v3.255.1");
    await assert.rejects(onPath?.try(place) ?? Promise.resolve(), /is v3\.255\.1, and 3\.256 is needed/);
    await executable("pulumi", "echo v3.256.4");
    assert.equal(await onPath?.try(place), join(folder, "pulumi"));
  });

  it("does not build with a Go that is too old, or without one", async () => {
    const build = WAYS.at(-1);
    await mkdir(join(folder, "pulumi"));
    await assert.rejects(build?.try({ ...place, path: "" }) ?? Promise.resolve(), /there is no go on PATH/);
    await executable("go", "echo go1.24.1");
    await assert.rejects(build?.try(place) ?? Promise.resolve(), /is go1\.24\.1, and 1\.25 or newer is needed/);
  });

  it("finds executables as a shell does", async () => {
    await mkdir(join(folder, "sub"));
    await writeFile(join(folder, "sub/tool"), "not executable");
    await executable("tool", "true");
    assert.equal(await which("tool", `${join(folder, "sub")}::${folder}`), join(folder, "tool"));
    assert.equal(await which("absent", folder), undefined);
  });

  it("has nothing to do when the pinned engine is there, and installs again when it is not whole", async () => {
    await Promise.all([mkdir(join(folder, "bin")), mkdir(join(folder, "engine"))]);
    assert.equal(await isInstalled(folder, pinned), false);
    const pulumi = join(folder, "engine/pulumi");
    await writeFile(pulumi, "binary");
    await symlink("../engine/pulumi", join(folder, "bin/pulumi"));
    const record = { version: "3.256.0", way: "build with Go", pulumi, bytes: 6 };
    await writeFile(join(folder, "engine/installed.json"), JSON.stringify(record));
    assert.equal(await isInstalled(folder, pinned), true);
    assert.equal(await isInstalled(folder, { ...pinned, minor: 257 }), false);
    await writeFile(pulumi, "bin");
    assert.equal(await isInstalled(folder, pinned), false);
  });

  it("lets one setup work while the other waits, and takes over the lock of a dead one", async () => {
    const lock = join(folder, "lock");
    await writeFile(lock, "999999999");
    const order: string[] = [];
    let waited = 0;
    const hasBegun = Promise.withResolvers<void>();
    const isWaiting = Promise.withResolvers<void>();
    const first = withLock(
      lock,
      () => waited++,
      async () => {
        order.push("first begins");
        hasBegun.resolve();
        await isWaiting.promise;
        order.push("first ends");
      },
    );
    await hasBegun.promise;
    const wait = () => {
      waited++;
      isWaiting.resolve();
    };
    const second = withLock(lock, wait, async () => {
      order.push("second begins", "second ends");
    });
    await Promise.all([first, second]);
    assert.deepEqual(order, ["first begins", "first ends", "second begins", "second ends"]);
    assert.equal(waited, 1);
  });
});
