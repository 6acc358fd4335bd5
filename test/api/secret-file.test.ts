import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { readSecretFile } from "../../api/secret-file.ts";

describe("the file of a secret", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "bulwark-secret-"));
    path = join(folder, "made", "token");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("is made once, for its owner alone, whoever asks first", async () => {
    const secrets = await Promise.all(Array.from({ length: 16 }, () => readSecretFile(path)));
    assert.equal(new Set(secrets).size, 1);
    assert.match(secrets[0] ?? "", /^[\w-]{43}$/);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(join(folder, "made")), ["token"]);
  });

  it("is whole whenever another process looks", async () => {
    const seen = new Set<string>();
    let making = true;
    const secret = readSecretFile(path).finally(() => {
      making = false;
    });
    while (making) {
      try {
        seen.add(readFileSync(path, "utf8").trim());
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, "ENOENT");
      }
      await nextTurn();
    }
    for (const one of seen) assert.equal(one, await secret);
  });

  it("is kept where a person has put one, and refused where it is empty", async () => {
    path = join(folder, "token");
    await writeFile(path, "  chosen by a person\n");
    assert.equal(await readSecretFile(path), "chosen by a person");
    await writeFile(path, "\n");
    await assert.rejects(readSecretFile(path), /the file is empty\. Remove it, or put the secret in\./);
  });
});
