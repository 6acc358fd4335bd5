import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const repository = new URL("../../", import.meta.url);

/** The packages that are loaded in a process of Node after `script`. */
async function packagesAfter(script: string): Promise<Set<string>> {
  const listing = `
    const { createRequire } = await import("node:module");
    const loaded = Object.keys(createRequire(${JSON.stringify(repository.href)}).cache);
    console.log(JSON.stringify(loaded.map((file) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1])));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", `${script}\n${listing}`],
    { cwd: repository },
  );
  return new Set(JSON.parse(stdout) as string[]);
}

describe("what a run child loads", () => {
  const start = `
    const { standInForArborist } = await import("./stacks/child/without-arborist.ts");
    standInForArborist();
    await import("./stacks/child/serve.ts");
    await import("./programs/program.ts");`;

  it("is neither npm's dependency resolver nor an AWS client, before a recovery needs one", async () => {
    const loaded = await packagesAfter(start);
    assert.ok(loaded.has("@pulumi/pulumi"));
    assert.deepEqual(
      [...loaded].filter((name) => /^(@npmcli|@sigstore|@aws-sdk)\/|^(pacote|cacache|tar)$/.test(name)),
      [],
    );
  });

  it("says what to do where a program wants a function packed", async () => {
    const { Arborist } = await import("../../stacks/child/without-arborist.ts");
    assert.throws(() => new Arborist(), /bundle the function's code before/);
  });
});
