import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

const read = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), "utf8");
const all = (text: string, pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, found = ""]) => found)),
];

describe("what operators are told", () => {
  let operations: string;
  before(async () => {
    operations = await read("docs/operations.md");
  });

  it("names every variable of the configuration, and none that is not", async () => {
    const known = all(await read("api/configuration.ts"), /^ {2}([A-Z][A-Z_]+):/gm);
    assert.ok(known.length > 15);
    for (const name of known.filter((name) => !name.startsWith("AWS_"))) {
      assert.ok(operations.includes(`\`${name}\``), `${name} is not in docs/operations.md`);
    }
    for (const name of all(operations, /\b(BULWARK_[A-Z_]+)\b/g)) {
      assert.ok(known.includes(name), `there is no ${name}`);
    }
  });

  it("names every metric of Bulwark's own, and none that is not", async () => {
    const known = all(await read("api/http/metrics.ts"), /name: "(bulwark_\w+)"/g);
    assert.deepEqual(all(operations, /`(bulwark_[a-z_]+)[{`]/g).sort(), known.sort());
  });

  it("calls no command that the Makefile doesn't have, and links to nothing that is missing", async () => {
    const targets = all(await read("Makefile"), /^([a-z-]+):/gm);
    for (const name of all(operations, /(?:[`(]|&& |^)make (?:-s )?([a-z][a-z-]+)/gm))
      assert.ok(targets.includes(name), name);
    for (const path of all(operations, /\]\(([\w./-]+)/g)) {
      await assert.doesNotReject(read(`docs/${path}`), path);
    }
  });
});
