import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { StackRunError } from "../../stacks/errors.ts";
import type { RunRequest } from "../../stacks/runner.ts";
import { type Installation, install } from "../stacks/probe/installation.ts";
import { eventually, inSessions, runChildren } from "../stacks/probe/processes.ts";
import type { ProbeInputs } from "../stacks/probe/program.ts";
import { filesUnder, leaksIn, marker, processesOf } from "./places.ts";

const SECRET = marker("an-input");
const OUTPUT = marker("an-output");
const session = {
  accessKeyId: "ASIA0000000000000000",
  secretAccessKey: marker("a-session-key"),
  sessionToken: marker("a-session-token"),
  expiration: "2026-01-01T00:00:00Z",
};

describe("a secret of a stack run is nowhere to be read", () => {
  let at: Installation;
  let log: string[];
  let cases: string;
  before(async () => {
    log = [];
    const warn = (fields: object, message: string) => void log.push(JSON.stringify([fields, message]));
    const folder = await mkdtemp(join(tmpdir(), "bulwark-secrets-"));
    cases = join(folder, "cases.json");
    await writeFile(cases, "{}");
    at = await install({
      programs: await secretive(folder),
      logger: { warn, info: warn } as never,
      environment: {
        ...process.env,
        BULWARK_TOKEN: marker("the-token"),
        DATABASE_URL: `postgres://bulwark:${marker("the-database")}@db/bulwark`,
        AWS_SECRET_ACCESS_KEY: marker("the-service"),
        AWS_SESSION_TOKEN: marker("the-service-session"),
        PULUMI_CONFIG_PASSPHRASE: marker("a-passphrase"),
      },
    });
    await writeFile(at.config.passphraseFile, marker("the-passphrase"));
  });
  after(async () => {
    await at?.remove();
    if (cases !== undefined) await rm(dirname(cases), { recursive: true, force: true });
  });

  /** Runs, and gives everything that a caller is told, as one text. */
  async function told(
    stack: string,
    verb: RunRequest["verb"],
    inputs: Partial<ProbeInputs>,
    more: Partial<RunRequest> = {},
  ): Promise<{ text: string; failed: boolean }> {
    const events: unknown[] = [];
    await writeFile(cases, JSON.stringify({ ...JSON.parse(await readFile(cases, "utf8")), [stack]: inputs }));
    const request = at.request(stack, verb, {}, { credentials: { "100000000001": session }, ...more });
    try {
      const result = await at.runner.run(request, { onEvent: (event) => void events.push(event) });
      return { text: JSON.stringify([events, result]), failed: false };
    } catch (error) {
      assert.ok(error instanceof StackRunError, String(error));
      return { text: JSON.stringify([events, error, error.message, error.stack, error.partial]), failed: true };
    }
  }
  const clean = async (text: string): Promise<void> => {
    assert.deepEqual(leaksIn({ told: text, log: log.join("\n"), ...(await filesUnder(at.backend)) }), []);
  };

  it("in what a deployment, its preview and its drift check tell, and in the state", async () => {
    const items = { one: { value: 1, token: SECRET } };
    for (const [verb, token] of [
      ["preview", SECRET],
      ["up", SECRET],
      ["preview", `${SECRET}-changed`],
      ["up", `${SECRET}-changed`],
      ["preview-refresh", SECRET],
      ["refresh", SECRET],
    ] as const) {
      const { text, failed } = await told("account-1", verb, {
        items: { one: { ...items.one, token } },
        secretOutput: OUTPUT,
      });
      assert.ok(!failed, text);
      await clean(text);
    }
  });

  it("in the engine's debug diagnostics and in what a program logs or prints", async () => {
    const logs = { debug: SECRET, info: `info ${SECRET}`, warn: `warn ${SECRET}` };
    const { text, failed } = await told("account-2", "up", {
      items: { one: { token: SECRET } },
      logs,
      prints: `printed ${SECRET}`,
    });
    assert.ok(!failed, text);
    assert.match(text, /info \[secret\]/);
    await clean(text);
  });

  it("in the error of a provider that repeats it", async () => {
    const error = "InvalidParameterValue: the value '{token}' ({json}, {uri}) is bad";
    const { text, failed } = await told("account-3", "up", { items: { one: { token: SECRET, error } } });
    assert.ok(failed);
    assert.match(text, /the value '\[secret\]'/);
    await clean(text);
  });

  it("in the error of a provider that repeats it whose program no longer knows it", async () => {
    const item = { token: SECRET, errorOnDelete: "it is still in use by '{token}'" };
    assert.ok(!(await told("account-4", "up", { items: { one: item } })).failed);
    for (const verb of ["destroy", "up"] as const) {
      const { text, failed } = await told("account-4", verb, { items: {} });
      assert.ok(failed);
      assert.match(text, /deleting one of stack account-4[^"]*: the provider's words are withheld/);
      await clean(text);
    }
  });

  it("in the exception of a program, and in one as long as a message may be", async () => {
    for (const before of ["", "x".repeat(590)]) {
      const throws = `${before} no such user: ${SECRET}`;
      const { text, failed } = await told("account-5", "up", { items: { one: { token: SECRET } }, throws });
      assert.ok(failed);
      await clean(text);
    }
  });

  it("in an error that repeats the run's AWS session", async () => {
    const { text } = await told("account-6", "up", { items: { one: { error: "AccessDenied: {sessions}" } } });
    assert.match(text, /aws_session_token = \[secret\]/);
    await clean(text);
  });

  it("in a violated plan, which the engine prints in plaintext", async () => {
    const error = "resource urn:x violates plan: properties changed: ~~token[{{token}}=>{other}]";
    const { text } = await told("account-7", "up", { items: { one: { error, token: SECRET } } });
    assert.match(text, /no longer the one that was planned/);
    await clean(text);
  });

  it("in the error of a backend that can't be reached", async () => {
    const password = marker("the-backend").replaceAll(/["é]/g, "");
    const other = await install({ backendUrl: `postgres://bulwark:${password}@127.0.0.1:1/state?sslmode=disable` });
    try {
      const error = await other.run(other.request("account-1", "up")).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof StackRunError);
      assert.equal(error.code, "backend_unavailable");
      assert.deepEqual(leaksIn({ told: JSON.stringify([error, error.message, error.stack]) }), []);
    } finally {
      await other.remove();
    }
  });

  it("in arguments, environments and readable files of the run's processes, nor in what is logged of their death", async function () {
    if (process.platform !== "linux") this.skip();
    const items = { slow: { token: SECRET, hold: true } };
    const outcome = told("account-8", "up", { items, prints: `printed ${SECRET}` });
    await eventually("a call in flight", async () =>
      (await at.journal()).find(({ name, phase }) => name === "slow" && phase === "begin"),
    );
    const sids = (await runChildren()).map(({ pid }) => pid);
    assert.ok((await inSessions(sids)).length >= 3);
    assert.deepEqual(leaksIn(await processesOf(sids)), []);
    const open = await readableByOthers(at.workspaces);
    assert.deepEqual(open, []);
    for (const pid of sids) process.kill(pid, "SIGKILL");
    const { text, failed } = await outcome;
    assert.ok(failed);
    await clean(text);
  });
});

/** Programs that know their secrets from somewhere else than their inputs, as from Secrets Manager: inputs are not secret. */
async function secretive(folder: string): Promise<string> {
  const probe = fileURLToPath(new URL("../stacks/probe/program.ts", import.meta.url));
  const path = join(folder, "program.ts");
  const text = `
    import { readFileSync } from "node:fs";
    import { programFor as probe } from ${JSON.stringify(probe)};
    const cases = () => JSON.parse(readFileSync(new URL("./cases.json", import.meta.url), "utf8"));
    export const programFor = (stack: string) => ({
      run: (inputs: Parameters<ReturnType<typeof probe>["run"]>[0]) => probe(stack).run({ ...inputs, ...cases()[stack] }),
    });
  `;
  await writeFile(path, text);
  return path;
}

/** Files and folders that others than their owner may look into, if they may enter all folders above. */
async function readableByOthers(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isSymbolicLink()) return [];
      const { mode } = await stat(path).catch(() => ({ mode: 0 }));
      if (entry.isDirectory()) return (mode & 0o001) !== 0 ? readableByOthers(path) : [];
      return entry.isFile() && (mode & 0o004) !== 0 ? [path] : [];
    }),
  );
  return found.flat();
}
