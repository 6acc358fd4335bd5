import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lambdaZip } from "../../setup/lambda-zips.ts";

const ROOT = join(import.meta.dirname, "../..");
const ENTRY = "remediation/entry.ts";
/** A function that says what a remediation would decide. */
const SOURCE = `import { plan } from "./run.ts";
import { s3PublicAccessBlockRemediation as remediation } from "./s3-public-access-block/remediation.ts";
export const handler = async (event) => remediation.decide(event.state, event.target, {});
export const broken = async () => { throw new Error(String(plan)); };
`;

describe("the zip of a Lambda function", () => {
  const folders: string[] = [];
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  /** The sources in a folder of another name, with other times. */
  function copied(name: string): string {
    const folder = join(mkdtempSync(join(tmpdir(), "bulwark-zip-")), name);
    folders.push(join(folder, ".."));
    mkdirSync(folder);
    cpSync(join(ROOT, "remediation"), join(folder, "remediation"), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, ENTRY), SOURCE);
    utimesSync(join(folder, ENTRY), new Date(0), new Date(name.length * 1e12));
    return folder;
  }

  it("has the same bytes wherever and whenever it is made, and others for another source", async () => {
    const [one, two] = [copied("one"), copied("another-folder")];
    const first = await lambdaZip("responder", ENTRY, one);
    const zone = process.env.TZ;
    process.env.TZ = "Pacific/Auckland";
    const second = await lambdaZip("responder", ENTRY, two);
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
    assert.deepEqual(Buffer.from(first.bytes), Buffer.from(second.bytes));
    writeFileSync(join(two, ENTRY), `${SOURCE}export const more = 1;\n`);
    assert.notEqual((await lambdaZip("responder", ENTRY, two)).sha256, first.sha256);
  });

  it("holds a module that runs by itself, readable for everyone, and its map without sources or paths of this machine", async () => {
    const folder = copied("one");
    const { bytes } = await lambdaZip("responder", ENTRY, folder);
    const place = mkdtempSync(join(tmpdir(), "bulwark-unzipped-"));
    folders.push(place);
    writeFileSync(join(place, "code.zip"), bytes);
    const list = `import json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
z.extractall(sys.argv[2])
print(json.dumps([[i.filename, oct(i.external_attr >> 16), list(i.date_time)] for i in z.infolist()]))`;
    const listed = execFileSync("python3", ["-c", list, join(place, "code.zip"), place], { encoding: "utf8" });
    assert.deepEqual(JSON.parse(listed), [
      ["index.mjs", "0o100644", [1980, 1, 1, 0, 0, 0]],
      ["index.mjs.map", "0o100644", [1980, 1, 1, 0, 0, 0]],
    ]);
    const ask = `import { handler, broken } from "./index.mjs";
const closed = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true };
const trace = await broken().catch((error) => error.stack.split("\\n")[1].trim());
console.log(JSON.stringify([await handler({ state: null }), await handler({ state: closed }), trace]));`;
    writeFileSync(join(place, "ask.mjs"), ask);
    const answered = execFileSync(process.execPath, ["--enable-source-maps", "ask.mjs"], {
      cwd: place,
      encoding: "utf8",
    });
    const [open, closed] = JSON.parse(answered) as [{ kind: string }, { kind: string }];
    assert.deepEqual([open.kind, closed.kind], ["change", "nothing"]);
    assert.match(answered, /entry\.ts:4/);
    const text = Buffer.from(bytes).toString("latin1");
    assert.ok(!text.includes(ROOT) && !text.includes(place));
    const map = execFileSync("cat", [join(place, "index.mjs.map")], { encoding: "utf8" });
    assert.ok(!map.includes(folder) && !map.includes("sourcesContent"), map.slice(0, 300));
  });
});
