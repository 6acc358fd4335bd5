import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { engineBackendUrl } from "../../stacks/project.ts";
import { KEPT_UPDATES, surplusBackups, surplusHistory, tidyState } from "../../stacks/state-hygiene.ts";
import { type Installation, install } from "./probe/installation.ts";

const stamps = fc.uniqueArray(fc.bigInt({ min: 1n, max: 2n ** 63n }), { maxLength: 60 });
const updatesOf = (all: readonly bigint[]) =>
  all.flatMap((stamp) => [`admin-${stamp}.history.json`, `admin-${stamp}.checkpoint.json.gz`]);

describe("what of a stack's history can go", () => {
  it("is whole updates, the oldest ones, and never one of those that are kept", () => {
    fc.assert(
      fc.property(stamps, fc.nat(30), (all, kept) => {
        const surplus = surplusHistory(updatesOf(all), kept);
        const newest = [...all].sort((a, b) => (a < b ? 1 : -1)).slice(0, kept);
        assert.equal(surplus.length, 2 * Math.max(0, all.length - kept));
        for (const name of updatesOf(newest)) assert.ok(!surplus.includes(name), name);
      }),
    );
  });

  it("is nothing that isn't an update", () => {
    const names = ["notes.txt", "admin.json", "admin-x.history.json", "admin-12.history.json.18c9f.tmp"];
    assert.deepEqual(surplusHistory(names, 0), []);
  });

  it("leaves the newest backups alone", () => {
    const names = ["admin.9.json", "admin.10.json", "admin.11.json.gz", "notes"];
    assert.deepEqual(surplusBackups(names, 2), ["admin.9.json"]);
  });
});

describe("the state of a stack in files", () => {
  let at: Installation;
  before(async () => {
    at = await install();
  });
  after(() => at.remove());

  const names = async (): Promise<string[]> => {
    const found = await readdir(join(at.backend, ".pulumi"), { recursive: true, withFileTypes: true });
    return found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  };

  it("has no sidecars and no second copies of the history", async () => {
    for (const value of [1, 2]) await at.run(at.request("account-1", "up", { items: { one: { value } } }));
    const found = (await names()).map((path) => path.slice(at.backend.length + "/.pulumi/".length));
    assert.deepEqual(found.map((path) => path.replace(/\d{15,}/, "N")).sort(), [
      ...Array.from({ length: 2 }, () => "history/bulwark/account-1/account-1-N.checkpoint.json"),
      ...Array.from({ length: 2 }, () => "history/bulwark/account-1/account-1-N.history.json"),
      "meta.yaml",
      "stacks/bulwark/account-1.json",
      "stacks/bulwark/account-1.json.bak",
    ]);
  });

  it("is bounded by the next run, whatever earlier versions and killed engines left", async () => {
    const history = join(at.backend, ".pulumi/history/bulwark/account-1");
    const backups = join(at.backend, ".pulumi/backups/bulwark/account-1");
    const stacks = join(at.backend, ".pulumi/stacks/bulwark");
    const locks = join(at.backend, ".pulumi/locks/organization/bulwark/account-1");
    await Promise.all([history, backups, locks].map((folder) => mkdir(folder, { recursive: true })));
    const left = [
      ...Array.from({ length: 30 }, (_, n) => join(history, `account-1-${1000 + n}.history.json`)),
      ...Array.from({ length: 30 }, (_, n) => join(history, `account-1-${1000 + n}.checkpoint.json.attrs`)),
      ...Array.from({ length: 3 }, (_, n) => join(backups, `account-1.${1000 + n}.json`)),
      join(locks, "0b8e.json.attrs"),
      // Empty sidecars are what a kill leaves; the engine could not read the checkpoint.
      join(stacks, "account-1.json.bak.attrs"),
    ];
    const abandoned = join(stacks, "account-1.json.18c9f00d11223344.tmp");
    await Promise.all([...left, abandoned].map((path) => writeFile(path, "")));
    await utimes(abandoned, 0, 0);
    const others = join(stacks, "account-10.json.attrs");
    await writeFile(others, "{}");
    await at.run(at.request("account-1", "up", { items: { one: { value: 3 } } }));
    const found = await names();
    assert.equal(
      found.filter((path) => dirname(path) === history && path.endsWith(".history.json")).length,
      KEPT_UPDATES,
    );
    assert.deepEqual(
      found.filter((path) => dirname(path) === backups),
      [join(backups, "account-1.1002.json")],
    );
    assert.deepEqual(
      found.filter((path) => path.endsWith(".attrs")),
      [others],
    );
    assert.ok(!found.includes(abandoned));
    assert.equal(
      (await at.run(at.request("account-1", "up", { items: { one: { value: 3 } } }))).result.changes.same,
      2,
    );
  });

  it("keeps what an engine may be writing just now", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bulwark-state-"));
    const file = join(folder, ".pulumi/stacks/bulwark/admin.json.18c9f00d11223344.tmp");
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, "{}");
      assert.equal(await tidyState(`file://${folder}`, "admin"), 0);
      assert.equal(await readFile(file, "utf8"), "{}");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("is told to the engine as it is configured, but for the sidecars", () => {
    assert.equal(engineBackendUrl("file:///srv/state"), "file:///srv/state?metadata=skip");
    assert.equal(
      engineBackendUrl("file:///srv/state?no_tmp_dir=false"),
      "file:///srv/state?no_tmp_dir=false&metadata=skip",
    );
    for (const url of ["file:///s?metadata=", "s3://bucket?region=us-east-1", "postgres://db/state"]) {
      assert.equal(engineBackendUrl(url), url);
    }
  });
});
