import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { canBuild, formatVersion, isPinnedMinor, parseVersion, pinnedVersion } from "../../engine/version.ts";

const version = fc.record({ major: fc.nat(999), minor: fc.nat(999), patch: fc.nat(999) }, { noNullPrototype: true });
const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

describe("the engine's version", () => {
  it("survives being written and read, whatever stands around it", () => {
    fc.assert(
      fc.property(
        version,
        fc.constantFrom("", "v", "go", "pulumi version v"),
        fc.constantFrom("", "-alpha.7", "\n", " linux/amd64"),
        (it, before, after) => {
          assert.deepEqual(parseVersion(`${before}${formatVersion(it)}${after}`), it);
        },
      ),
    );
  });

  it("is none in a text without one", () => {
    for (const text of ["", "dev", "v", "version 3"]) assert.equal(parseVersion(text), undefined, text);
    assert.deepEqual(parseVersion("go1.25 linux/amd64"), { major: 1, minor: 25, patch: 0 });
  });

  it("accepts an engine of the same minor and no other", () => {
    fc.assert(
      fc.property(version, version, (found, pinned) => {
        const same = found.major === pinned.major && found.minor === pinned.minor;
        assert.equal(isPinnedMinor(found, pinned), same);
        assert.equal(isPinnedMinor({ ...pinned, patch: found.patch }, pinned), true);
      }),
    );
    assert.equal(isPinnedMinor(undefined, { major: 3, minor: 256, patch: 0 }), false);
  });

  it("builds with Go 1.25 and later", () => {
    for (const good of ["go1.25", "go1.25.3", "go1.26.8 linux/amd64", "go2.0"])
      assert.equal(canBuild(good), true, good);
    for (const bad of ["go1.24.9", "go1.9", "", undefined, "devel"]) assert.equal(canBuild(bad), false, String(bad));
  });

  it("is pinned in one place: the SDK, the Go module and the lockfile agree", async () => {
    const pinned = formatVersion(pinnedVersion(JSON.parse(await read("package.json"))));
    assert.match(
      await read("engine/pulumi/go.mod"),
      new RegExp(`github.com/pulumi/pulumi/pkg/v3 v${pinned.replaceAll(".", "\\.")}\\b`),
    );
    const lock = JSON.parse(await read("package-lock.json"));
    assert.equal(lock.packages["node_modules/@pulumi/pulumi"].version, pinned);
  });

  it("is an error when package.json pins none", () => {
    assert.throws(() => pinnedVersion({ dependencies: {} }), /package\.json pins no @pulumi\/pulumi/);
  });
});
