import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type EmbeddedServer, postmasterPid, startEmbeddedServer } from "../../api/store/embedded/server.ts";
import { type Supervisor, superviseServer } from "../../api/store/embedded/supervisor.ts";
import { gate } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

const onboarding = { body: { accountId: "100000000001" } };

describe("a service whose database", function () {
  this.timeout(600_000);
  let folder: string;
  let server: EmbeddedServer;
  let supervisor: Supervisor | undefined;
  let serving: Serving;
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);

  beforeEach(async () => {
    process.on("unhandledRejection", note);
    folder = await mkdtemp(join(tmpdir(), "bulwark-outage-"));
    await chmod(folder, 0o755);
    server = await startEmbeddedServer(folder);
    serving = await serve({ database: server.address });
  });
  afterEach(async () => {
    await supervisor?.stop();
    supervisor = undefined;
    await server.revive(AbortSignal.timeout(90_000));
    await serving.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
    process.off("unhandledRejection", note);
    assert.deepEqual(unhandled.splice(0), []);
  });

  function supervise(): Promise<void> {
    const revived = Promise.withResolvers<void>();
    supervisor = superviseServer(server, {
      onDied: () => undefined,
      onRevived: revived.resolve,
      onError: revived.reject,
    });
    return revived.promise;
  }

  /** Every process of the cluster, the server's first: a `kill -9` of all at once. */
  async function kill(): Promise<void> {
    const postmaster = await postmasterPid(server.location);
    assert.ok(postmaster);
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
    const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")));
    const backends = pids.filter((pid, index) => folders[index] === server.location.cluster && pid !== postmaster);
    for (const pid of [postmaster, ...backends]) process.kill(pid, "SIGKILL");
    // The kernel takes a moment to end it, and its parent to hear of that.
    for (;;) {
      const stat = await readFile(`/proc/${postmaster}/stat`, "utf8").catch(() => "Z");
      if (/\) [ZX] |^Z$/.test(stat)) return;
      await sleep(10);
    }
  }

  async function begin(): Promise<{ id: string; open: () => void; runs: () => number }> {
    const held = gate();
    let runs = 0;
    serving.runner.behave = (request, hooks) => {
      runs += 1;
      return runs === 1 ? held.behave(request, hooks) : {};
    };
    const { body } = await serving.call("POST", "/accounts", onboarding);
    await held.entered;
    return { id: body.id, open: held.open, runs: () => runs };
  }

  async function assertEndedOnce(id: string): Promise<void> {
    const operation = await serving.ended(id);
    assert.equal(operation.status, "succeeded", JSON.stringify(operation));
    const { text } = await serving.call("GET", `/operations/${id}/events`);
    assert.equal(text.match(/"status":"succeeded","changes"/g)?.length, 1, text);
    assert.deepEqual(await serving.db.selectFrom("stackLeases").selectAll().execute(), []);
  }

  it("is killed starts it again and goes on: a run that is under way ends as if nothing had been", async () => {
    // The server takes longer than two seconds to come back where the machine is busy: no lease may end by then.
    await serving.stop();
    serving = await serve({ database: server.address, options: { leaseMs: 60_000 } });
    const { id, open, runs } = await begin();
    const revived = supervise();
    await kill();
    await revived;
    await sleep(200);
    open();
    await assertEndedOnce(id);
    assert.equal(runs(), 1);
    const next = await serving.call("POST", "/admin/deployments");
    assert.equal((await serving.ended(next.body.id)).status, "succeeded");
  });

  it("is gone answers 503 and when to come again, and answers as before when it is back", async () => {
    await kill();
    for (const [method, path] of [
      ["GET", "/operations"],
      ["POST", "/admin/deployments"],
    ] as const) {
      const answer = await serving.call(method, path);
      assert.equal(answer.status, 503, answer.text);
      assert.equal(answer.body.type, "/problems/unavailable");
      assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/);
    }
    assert.equal((await serving.call("GET", "/healthz")).status, 200);
    assert.equal((await serving.call("GET", "/readyz")).status, 503);
    await server.revive(AbortSignal.timeout(90_000));
    assert.equal((await serving.call("GET", "/operations")).status, 200);
  });

  it("is gone for longer than a lease ends its runs by then, and does the work when it is back", async () => {
    const { id, runs } = await begin();
    await kill();
    await until(() => serving.log.join("").includes("a lease is lost"));
    assert.equal(serving.runner.running, 0);
    await server.revive(AbortSignal.timeout(90_000));
    await assertEndedOnce(id);
    // The next attempt looks at what the first has left before it goes on.
    assert.equal(runs(), 3);
  });

  it("is gone can be stopped, and the next one does what it had accepted", async () => {
    const { id } = await begin();
    await kill();
    await serving.service.stop();
    await server.revive(AbortSignal.timeout(90_000));
    const next = await serve({ database: server.address });
    try {
      assert.equal((await next.ended(id)).status, "succeeded");
    } finally {
      await next.stop();
    }
  });
});

async function until(holds: () => boolean): Promise<void> {
  for (let tried = 0; !holds(); tried++) {
    assert.ok(tried < 1_200, "it did not happen");
    await sleep(25);
  }
}
