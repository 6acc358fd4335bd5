import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type StateFolder, stateFolder } from "../../stacks/recovery/state-folder.ts";

describe("a state folder after a crash", () => {
  let root: string;
  let folder: StateFolder;
  const LOCKS = ".pulumi/locks/organization/bulwark/account-1";
  const STATE = ".pulumi/stacks/bulwark/account-1.json";
  const HISTORY = ".pulumi/history/bulwark/account-1";
  const lock = `{"pid":12,"username":"root","hostname":"here","timestamp":"2026-11-22T04:00:01.25Z"}`;
  const checkpoint = (serial: number): string => JSON.stringify({ version: 3, checkpoint: { latest: { serial } } });

  async function put(path: string, content: string): Promise<void> {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  const get = (path: string): Promise<string> => readFile(join(root, path), "utf8");

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "bulwark-state-folder-"));
    const found = stateFolder(`file://${root}?no_tmp_dir=true`, "account-1");
    assert.ok(found);
    folder = found;
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("is not what an object store or a database is", () => {
    for (const url of ["s3://state?region=us-east-1", "postgres://db/state"])
      assert.equal(stateFolder(url, "a"), undefined);
  });

  it("that was never there has no locks and needs no mending", async () => {
    assert.deepEqual(await folder.locks(), []);
    assert.deepEqual(await folder.removeUnfinished(), []);
    assert.equal(await folder.mendCheckpoint(), undefined);
  });

  it("tells its stack's locks, and removes the one it is told to", async () => {
    await put(`${LOCKS}/aa.json`, lock);
    await put(`${LOCKS}/bb.json`, "");
    await put(".pulumi/locks/organization/bulwark/account-11/cc.json", lock);
    const [one, torn, ...more] = (await folder.locks()).sort((a, b) => a.name.localeCompare(b.name));
    assert.deepEqual(more, []);
    assert.equal(one?.owner?.pid, 12);
    assert.ok(torn?.owner === undefined && (torn?.writtenAt ?? 0) > 0);
    assert.ok(one);
    await folder.removeLock(one);
    assert.deepEqual(await readdir(join(root, LOCKS)), ["bb.json"]);
  });

  it("loses what the engine had not finished writing, and nothing else", async () => {
    const kept = [`${LOCKS}/aa.json`, STATE, `${STATE}.bak`, ".pulumi/stacks/bulwark/account-11.json.18a.tmp"];
    for (const path of kept) await put(path, "{}");
    const unfinished = [`${LOCKS}/bb.json.18a.tmp`, `${STATE}.18b.tmp`, `${HISTORY}/account-1-1.history.json.18c.tmp`];
    for (const path of unfinished) await put(path, "{");
    await put(`${STATE}.attrs`, "");
    const removed = (await folder.removeUnfinished()).map((file) => file.slice(root.length + 1));
    assert.deepEqual(removed.sort(), [...unfinished, `${STATE}.attrs`].sort());
    for (const path of kept) assert.equal(await get(path), "{}");
  });

  for (const torn of ["", `{"version":3,"checkpoint":{"la`, "null", "{}"]) {
    it(`takes the checkpoint before for one that is ${JSON.stringify(torn)}`, async () => {
      await put(STATE, torn);
      await put(`${STATE}.bak`, checkpoint(2));
      await put(`${HISTORY}/account-1-1.checkpoint.json`, checkpoint(1));
      assert.equal(await folder.mendCheckpoint(), join(root, `${STATE}.bak`));
      assert.equal(await get(STATE), checkpoint(2));
    });
  }

  it("takes the newest whole one of its history where that is torn too", async () => {
    await put(STATE, "");
    await put(`${STATE}.bak`, "");
    await put(`${HISTORY}/account-1-1790000000000000001.checkpoint.json`, checkpoint(1));
    await put(`${HISTORY}/account-1-1790000000000000002.checkpoint.json`, checkpoint(2));
    await put(`${HISTORY}/account-1-1790000000000000003.checkpoint.json`, "");
    await folder.mendCheckpoint();
    assert.equal(await get(STATE), checkpoint(2));
  });

  it("leaves a whole checkpoint as it is, and one that can't be mended too", async () => {
    await put(STATE, checkpoint(3));
    await put(`${STATE}.bak`, checkpoint(2));
    assert.equal(await folder.mendCheckpoint(), undefined);
    assert.equal(await get(STATE), checkpoint(3));
    await put(STATE, "{");
    await put(`${STATE}.bak`, "{");
    assert.equal(await folder.mendCheckpoint(), undefined);
    assert.equal(await get(STATE), "{");
  });
});
