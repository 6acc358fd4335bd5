import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { StackRunError } from "../../stacks/errors.ts";
import { processesOf } from "./probe/in-flight.ts";
import { type Installation, install, leftovers } from "./probe/installation.ts";
import { eventually, inSessions, processes, runChildren } from "./probe/processes.ts";

/** In flight until the test lets it go on, for long enough to be cancelled in, and for ever. */
const HELD = { slow: { hold: true } };
const SLOW = { slow: { sleepMs: 2500 } };
const ENDLESS = { slow: { sleepMs: 600_000 } };
const session = {
  accessKeyId: "ASIAMARKER00",
  secretAccessKey: "marker-of-a-session-key",
  sessionToken: "marker-of-a-session-token",
  expiration: "2026-01-01T00:00:00Z",
};

describe("the processes of a stack run", () => {
  // They are looked at through /proc.
  before(function () {
    if (process.platform !== "linux") this.skip();
  });
  let at: Installation;
  beforeEach(async () => {
    at = await install({
      environment: {
        ...process.env,
        DATABASE_URL: "postgres://marker-of-the-database",
        BULWARK_TOKEN: "marker-of-a-token",
        AWS_ACCESS_KEY_ID: "marker-of-a-service-key",
        AWS_SESSION_TOKEN: "marker-of-a-service-session",
        AWS_PROFILE: "marker-of-a-profile",
        PULUMI_ACCESS_TOKEN: "marker-of-an-access-token",
        NODE_OPTIONS: "--title=marker-of-node-options",
        HTTPS_PROXY: "http://proxy.test:3128",
        NO_PROXY: "127.0.0.1,localhost",
      },
    });
  });
  afterEach(() => at?.remove());

  /** Starts a run and waits until its plugin is in the middle of a call. */
  async function inFlight(request = at.request("account-1", "up", { items: HELD }), signal?: AbortSignal) {
    const before = (await at.journal()).length;
    const outcome = at.run(request, signal).then(
      ({ result }) => result,
      (error: unknown) => error,
    );
    await eventually("a call in flight", async () =>
      (await at.journal()).slice(before).find(({ phase }) => phase === "begin"),
    );
    const children = await runChildren();
    return { outcome, children, sids: children.map(({ pid }) => pid) };
  }
  const lockFiles = async (): Promise<string[]> => {
    const names = await readdir(join(at.backend, ".pulumi/locks"), { recursive: true }).catch(() => []);
    return names.filter((name) => name.endsWith(".json"));
  };
  const checkpoint = async (stack: string) =>
    JSON.parse(await readFile(join(at.backend, `.pulumi/stacks/bulwark/${stack}.json`), "utf8")).checkpoint.latest;
  const nothingLeft = async (sids: readonly number[]): Promise<void> => {
    assert.deepEqual(await inSessions(sids), []);
    assert.deepEqual(await leftovers(at), []);
  };

  it("know nothing of the service's environment, and are told no credentials by argument or environment", async () => {
    const credentials = { "100000000001": session };
    const { outcome, sids } = await inFlight(at.request("account-1", "up", { items: HELD }, { credentials }));
    // The guardian has a session of its own.
    const members = await processesOf(at);
    assert.deepEqual(
      members
        .filter(({ session }) => !sids.includes(session))
        .map(({ command }) => / guardian \d+ \S+ $/.test(command)),
      [true],
    );
    assert.ok(
      members.some(({ command }) => command.includes("/pulumi up")),
      "the CLI",
    );
    assert.ok(
      members.some(({ command }) => command.includes("probe/plugin.ts")),
      "the plugin",
    );
    for (const { command, environment, nice } of members) {
      assert.doesNotMatch(environment, /marker-of|MARKER/, command);
      assert.doesNotMatch(command, /marker-of|MARKER/);
      assert.match(environment, /HTTPS_PROXY=http:\/\/proxy\.test:3128/);
      assert.equal(nice, 10, command);
    }
    const [workspace = ""] = await leftovers(at);
    const file = join(at.workspaces, workspace, "aws/credentials");
    assert.match(await readFile(file, "utf8"), /\[bulwark-100000000001\]\naws_access_key_id = ASIAMARKER00/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await at.release();
    assert.ok(!((await outcome) instanceof Error));
    assert.deepEqual(await leftovers(at), []);
  });

  it("are one session, of which only the warm child is left when the run has ended", async () => {
    const { outcome, sids, children } = await inFlight();
    assert.equal(children.length, 1);
    assert.ok((await inSessions(sids)).length >= 3);
    await at.release();
    await outcome;
    assert.deepEqual(
      (await inSessions(sids)).map(({ pid }) => pid),
      sids,
    );
    await at.runner.close();
    await nothingLeft(sids);
    assert.deepEqual(await readdir(at.workspaces), []);
  });

  it("finish what is in flight when the run is cancelled, and leave no lock and no pending operation", async () => {
    const cancel = new AbortController();
    const items = { ...SLOW, after: {} };
    const { outcome, sids } = await inFlight(at.request("account-1", "up", { items }), cancel.signal);
    cancel.abort();
    const error = await outcome;
    assert.ok(error instanceof StackRunError, String(error));
    assert.equal(error.code, "cancelled");
    assert.equal(error.unclean, undefined);
    await nothingLeft(sids);
    assert.deepEqual(await lockFiles(), []);
    const state = await checkpoint("account-1");
    assert.deepEqual(state.pending_operations ?? [], []);
    assert.ok(
      state.resources.some(({ urn }: { urn: string }) => urn.endsWith("::slow")),
      "what was in flight is recorded",
    );
    const { result } = await at.run(at.request("account-1", "up", { items }));
    assert.equal(result.resources, 3);
  });

  it("are killed when a cancelled run does not end in time", async () => {
    const stubborn = await install({ cancelGraceMs: 300 });
    try {
      const cancel = new AbortController();
      const request = stubborn.request("account-1", "up", { items: ENDLESS });
      const outcome = stubborn.run(request, cancel.signal).catch((error: unknown) => error);
      await eventually("a call in flight", async () => (await stubborn.journal()).length > 0);
      const sids = (await runChildren()).map(({ pid }) => pid);
      cancel.abort();
      const error = await outcome;
      assert.ok(error instanceof StackRunError && error.code === "cancelled", String(error));
      assert.equal(error.unclean, true);
      assert.deepEqual(await inSessions(sids), []);
      assert.deepEqual(await leftovers(stubborn), []);
    } finally {
      await stubborn.remove();
    }
  });

  it("do nothing more when the run is cancelled before the engine has begun", async () => {
    const { outcome } = await inFlight(at.request("account-2", "up", { items: HELD }));
    const cancel = new AbortController();
    const request = at.request("account-1", "up", { items: { one: {} } });
    const second = at.runner
      .run(request, { onEvent: () => undefined, signal: cancel.signal })
      .catch((error: unknown) => error);
    await eventually("its workspace", async () => (await leftovers(at)).length === 2);
    cancel.abort();
    const error = await second;
    assert.ok(error instanceof StackRunError && error.code === "cancelled", String(error));
    assert.ok(!(await at.journal()).some(({ name }) => name === "one"));
    await at.release();
    await outcome;
  });

  it("end at the wall-clock limit", async () => {
    const request = at.request("account-1", "up", { items: SLOW }, { timeoutMs: 1_500 });
    const error = await at.run(request).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof StackRunError, String(error));
    assert.equal(error.code, "timeout");
    // On a slow machine the limit may strike before the child had its orders.
    if ((await at.journal()).length > 0) assert.equal(error.unclean, true);
    assert.match(error.message, /not finished after 2 s/);
    assert.deepEqual(await leftovers(at), []);
    assert.deepEqual(await lockFiles(), []);
  });

  it("all end when the run child is killed, and the run is told as crashed", async () => {
    const { outcome, children, sids } = await inFlight(at.request("account-1", "up", { items: ENDLESS }));
    process.kill(children[0]?.pid ?? 0, "SIGKILL");
    const error = await outcome;
    assert.ok(error instanceof StackRunError, String(error));
    assert.equal(error.code, "crashed");
    assert.equal(error.retryable, true);
    assert.equal(error.partial, undefined);
    assert.equal(error.unclean, true);
    await nothingLeft(sids);
  });

  it("are told as crashed too when the engine or a plugin is killed", async () => {
    for (const victim of ["/pulumi up", "probe/plugin.ts"]) {
      const stack = victim.includes("pulumi up") ? "account-1" : "account-2";
      const { outcome, sids } = await inFlight(at.request(stack, "up", { items: ENDLESS }));
      const target = (await inSessions(sids)).find(({ command }) => command.includes(victim));
      process.kill(target?.pid ?? 0, "SIGKILL");
      const error = await outcome;
      assert.ok(error instanceof StackRunError, `${victim}: ${String(error)}`);
      assert.equal(error.code, "crashed", `${victim}: ${error.message}`);
      assert.equal(error.unclean, true);
      // Where the engine lived on, it forgot what the plugin was creating: only the failure tells the recovery what to look for.
      const named = [error, ...(error.others ?? [])].flatMap(({ resource }) => resource ?? []);
      if (victim.includes("plugin")) assert.ok(named.length > 0, JSON.stringify(error));
      await nothingLeft(sids);
    }
  });

  it("end well when a plugin is killed that has nothing to do any more", async () => {
    const items = { ...HELD, done: { by: 2 } };
    const { outcome } = await inFlight(at.request("account-1", "up", { items }));
    const done = () =>
      at.journal().then((lines) => lines.find(({ name, phase }) => name === "done" && phase === "end"));
    await eventually("the call that ended", done);
    // The engine has to have the answer, or the call would be in flight.
    // Until then the state has it among the pending operations.
    await eventually("its resource in the state", async () => {
      const { resources = [] } = (await checkpoint("account-1")) as { resources?: readonly { readonly urn: string }[] };
      return resources.some(({ urn }) => urn.endsWith("::done"));
    });
    process.kill((await done())?.pid ?? 0, "SIGKILL");
    await at.release();
    const result = await outcome;
    assert.ok(!(result instanceof Error), String(result));
    assert.deepEqual((await checkpoint("account-1")).pending_operations ?? [], []);
    assert.deepEqual(await leftovers(at), []);
  });

  it("end with the service, without a lock, when the service is killed", async () => {
    const script = fileURLToPath(new URL("./probe/service.ts", import.meta.url));
    const service = spawn(at.config.node, [script], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const gone = new Promise((resolve) => service.once("exit", resolve));
    const { logger: _, environment: __, ...config } = at.config;
    service.send({ config, request: at.request("account-1", "up", { items: { slow: { sleepMs: 1500 } } }) });
    await eventually("a call in flight", async () => (await at.journal()).length > 0);
    const sids = (await runChildren(service.pid)).map(({ pid }) => pid);
    assert.equal(sids.length, 1);
    service.kill("SIGKILL");
    await gone;
    await eventually("the end of the session", async () => (await inSessions(sids)).length === 0);
    assert.deepEqual(await leftovers(at), []);
    assert.deepEqual(await lockFiles(), []);
    assert.deepEqual(await at.runner.sweep(), { folders: 1, processes: 0 });
    await at.runner.close();
    assert.deepEqual(await readdir(at.workspaces), []);
  });

  it("work side by side, each run in a child of its own, and the next run finds one warm", async () => {
    const runs = ["account-1", "account-2", "account-3"].map((stack) =>
      at.run(at.request(stack, "up", { items: { [`${stack}-item`]: { hold: true } } })),
    );
    const sids = await eventually("two children at work", async () => {
      const found = (await runChildren()).map(({ pid }) => pid);
      return (await at.journal()).length >= 2 && found.length === 2 && found;
    });
    await at.release();
    await Promise.all(runs);
    const begins = (await at.journal()).filter(({ verb }) => verb === "create");
    assert.deepEqual(
      begins.slice(0, 2).map(({ phase }) => phase),
      ["begin", "begin"],
      "the first two overlap",
    );
    assert.equal(begins.length, 6);
    await at.run(at.request("account-1", "preview", { items: { "account-1-item": { hold: true } } }));
    assert.deepEqual(new Set((await runChildren()).map(({ pid }) => pid)), new Set(sids));
  });

  it("are replaced after their number of runs", async () => {
    const other = await install({ runsPerChild: 1, concurrency: 1 });
    try {
      const request = () => other.request("account-1", "preview-refresh");
      await other.run(other.request("account-1", "up"));
      assert.deepEqual(await runChildren(), []);
      await other.run(request());
      assert.deepEqual(await runChildren(), []);
    } finally {
      await other.remove();
    }
  });

  it("are not started for a run that is cancelled while it waits its turn", async () => {
    const other = await install({ concurrency: 1 });
    try {
      const first = other.run(other.request("account-1", "up", { items: { one: { sleepMs: 500 } } }));
      const cancel = new AbortController();
      const second = other.run(other.request("account-2", "up"), cancel.signal).catch((error: unknown) => error);
      cancel.abort();
      const error = await second;
      assert.ok(error instanceof StackRunError && error.code === "cancelled");
      assert.equal((await first).result.resources, 2);
      assert.deepEqual(
        await readdir(join(other.backend, ".pulumi/stacks/bulwark")).then((names) =>
          names.filter((name) => name.startsWith("account-2")),
        ),
        [],
      );
    } finally {
      await other.remove();
    }
  });

  it("leave a stack alone that another process is working on", async () => {
    const { outcome } = await inFlight();
    const other = await install({ backendUrl: at.config.backendUrl, passphraseFile: at.config.passphraseFile });
    try {
      const error = await other.run(other.request("account-1", "up")).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof StackRunError, String(error));
      assert.equal(error.code, "locked");
      assert.equal(error.retryable, true);
      assert.match(error.remedy, /pulumi cancel --stack account-1/);
    } finally {
      await other.remove();
    }
    await at.release();
    assert.ok(!((await outcome) instanceof Error));
  });

  it("are ended by close, also in the middle of a run", async () => {
    const { outcome, sids } = await inFlight(at.request("account-1", "up", { items: SLOW }));
    await at.runner.close();
    const error = await outcome;
    assert.ok(error instanceof StackRunError && error.code === "cancelled", String(error));
    await nothingLeft(sids);
    assert.ok(
      !(await processes()).some(({ parent, command }) => parent === process.pid && command.includes("child/main.ts")),
    );
    await assert.rejects(at.run(at.request("account-1", "up")), /cancelled/);
  });
});
