import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { supervise } from "../../bench/supervised.ts";

const python = resolve(import.meta.dirname, "../../.bulwark/venv/bin/python");

/** Burns CPU seconds by its own clock of CPU time, so that a busy machine makes it take longer but not use more. */
const burn = (seconds: number) => `while (process.cpuUsage().user < ${seconds * 1e6});`;

/** Writes what the process itself says it used, its start with it: a slow machine makes that more, too. */
const own = `{ const { user, system } = process.cpuUsage(); require("node:fs").appendFileSync("own", (user + system) + "\\n"); }`;

describe("the benchmark's supervisor", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "bulwark-supervisor-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const start = (program: string) =>
    supervise(python, {
      argv: [process.execPath, "-e", program],
      env: { PATH: process.env.PATH ?? "" },
      cwd: folder,
      logPath: join(folder, "log"),
    });

  it("counts the CPU of a process, of its child, and of a grandchild that outlived its parent in a session of its own", async () => {
    const spawned = (program: string) =>
      `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(program)}], { detached: true, stdio: "ignore" })`;
    const orphaned = `${spawned(`${burn(0.8)} ${own}`)}; ${own} process.exit(0)`;
    const running = start(`${spawned(orphaned)}.once("exit", () => { ${burn(0.8)} ${own} process.exit(3) })`);
    assert.equal(await running.exited, 3);
    const { code, mark } = await running.ended;
    assert.equal(code, 3);
    const used = (await readFile(join(folder, "own"), "utf8")).trimEnd().split("\n").map(Number);
    assert.equal(used.length, 3);
    const seconds = used.reduce((sum, microseconds) => sum + microseconds, 0) / 1e6;
    // Three processes' ends and the rounding of /proc are between the two counts; none of those that burn fits in there, missed or counted twice.
    assert.ok(Math.abs(mark.cpuSeconds - seconds) < 0.5, `${mark.cpuSeconds} s, by their own count ${seconds} s`);
  });

  it("tells what a living process used until now, and its memory", async () => {
    const running = start(`${burn(0.3)} setInterval(() => {}, 1000); process.once("SIGTERM", () => process.exit(0))`);
    let mark = await running.mark();
    while (mark.cpuSeconds < 0.25) mark = await running.mark();
    assert.ok(mark.rssBytes > 10e6 && mark.pssBytes > 1e6, JSON.stringify(mark));
    await running.stop();
    assert.ok((await running.ended).mark.cpuSeconds >= mark.cpuSeconds);
  });
});
