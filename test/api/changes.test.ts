import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { createLogger } from "../../api/logger.ts";
import { openQueue } from "../../api/queue/queue.ts";
import { StackRunError } from "../../stacks/errors.ts";
import type { ResourceStep, RunRequest, RunResult } from "../../stacks/run.ts";
import { gate, type RunBehaviour } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

const none = { create: 0, update: 0, replace: 0, delete: 0, same: 0, import: 0 };
const accountId = "100000000001";
const stack = `account-${accountId}`;

function step(name: string, op: ResourceStep["op"], type = "aws:guardduty/detector:Detector"): ResourceStep {
  return { urn: `urn:pulumi:${stack}::bulwark::${type}::${name}`, type, name, op, region: "us-west-2" };
}

const detectorGoes: Partial<RunResult> = {
  changes: { ...none, delete: 1, same: 40 },
  steps: [{ ...step("detector-us-west-2", "delete"), old: { enable: true } }],
  baseHash: "base",
};
const harmless: Partial<RunResult> = {
  changes: { ...none, update: 1, same: 40 },
  steps: [step("queue", "update", "aws:sqs/queue:Queue")],
  baseHash: "base",
};

/** Previews find `found`; everything else changes nothing. */
const finding =
  (found: () => Partial<RunResult>): RunBehaviour =>
  ({ verb }) =>
    verb === "preview" ? found() : {};

describe("changes", () => {
  let serving: Serving;
  let tokens: Record<string, string>;
  const verbs = () => serving.runner.requests.map(({ verb }: RunRequest) => verb);

  beforeEach(async () => {
    serving = await serve();
    tokens = {};
    for (const [name, role] of Object.entries({ olga: "approver", paul: "approver", otto: "operator" })) {
      tokens[name] = await makeToken(name, role);
    }
    const { body } = await serving.call("POST", "/accounts", { body: { accountId } });
    assert.equal((await serving.ended(body.id)).status, "succeeded");
    serving.runner.requests.length = 0;
    serving.runner.behave = finding(() => detectorGoes);
  });
  afterEach(() => serving.stop());

  async function makeToken(name: string, role: string): Promise<string> {
    const made = await serving.call("POST", "/tokens", { body: { name, role } });
    assert.equal(made.status, 201, made.text);
    return made.body.token;
  }

  async function deploy(token?: string, body: object = {}): Promise<string> {
    const accepted = await serving.call("POST", `/accounts/${accountId}/deployments`, {
      body,
      ...(token === undefined ? {} : { token }),
    });
    assert.equal(accepted.status, 202, accepted.text);
    return accepted.body.id;
  }

  async function waits(id: string) {
    for (let tried = 0; tried < 1_000; tried++) {
      const { body } = await serving.call("GET", `/operations/${id}`);
      if (body.status === "awaiting_approval") return body;
      if (["succeeded", "failed", "cancelled"].includes(body.status)) break;
      await sleep(20);
    }
    assert.fail(`operation ${id} does not wait for approval:\n${serving.log.slice(-20).join("")}`);
  }

  async function stopped(token?: string): Promise<{ operationId: string; changeId: string }> {
    const operationId = await deploy(token);
    const { result } = await waits(operationId);
    return { operationId, changeId: result.change };
  }

  const change = async (id: string) => (await serving.call("GET", `/changes/${id}`)).body;
  const decide = (id: string, verb: "approve" | "reject", name: string, body?: object) =>
    serving.call("POST", `/changes/${id}/${verb}`, {
      token: tokens[name] ?? "",
      ...(body === undefined ? {} : { body }),
    });
  const audited = async (target: string) => {
    const rows = await serving.db
      .selectFrom("audit")
      .select(["action", "actor"])
      .where("target", "=", target)
      .orderBy("seq")
      .execute();
    return rows.map(({ action, actor }) => `${action} ${actor}`);
  };

  it("are made of what the guard stops, whatever the caller said, and say what and why", async () => {
    const { operationId, changeId } = await stopped();
    assert.deepEqual(verbs(), ["preview"]);
    const found = await change(changeId);
    assert.equal(found.status, "pending");
    assert.equal(found.operationId, operationId);
    assert.deepEqual([found.stack, found.accountId, found.requestedBy], [stack, accountId, "bootstrap"]);
    assert.deepEqual(found.changes, detectorGoes.changes);
    assert.deepEqual(found.steps, detectorGoes.steps);
    assert.match(found.reasons[0].message, /detector-us-west-2 .* is protected and would be deleted/);
    assert.equal(found.hashes.baseState, "base");
    assert.match(found.hashes.diff, /^[0-9a-f]{64}$/);
    assert.ok(new Date(found.expiresAt) > new Date(found.createdAt));
    const { body: operation } = await serving.call("GET", `/operations/${operationId}`);
    assert.deepEqual(operation.changes, detectorGoes.changes);
    assert.equal(operation.finishedAt, undefined);
    assert.deepEqual(await audited(changeId), ["change.created bootstrap"]);
  });

  it("are listed by status and account, without their steps", async () => {
    const { changeId } = await stopped();
    const ids = async (query: string) => {
      const { body } = await serving.call("GET", `/changes?${query}`);
      assert.ok(body.items.every((item: object) => !("steps" in item)));
      return body.items.map(({ id }: { id: string }) => id);
    };
    assert.deepEqual(await ids("status=pending"), [changeId]);
    assert.deepEqual(await ids(`accountId=${accountId}&limit=1`), [changeId]);
    assert.deepEqual(await ids("status=applied"), []);
    assert.deepEqual(await ids("accountId=100000000002"), []);
    assert.equal((await serving.call("GET", "/changes?status=lost")).status, 400);
    assert.equal((await serving.call("GET", "/changes/chg-1")).status, 404);
    assert.equal((await decide("chg-1", "approve", "olga")).status, 404);
  });

  it("that are approved are applied by their operation, which was no obstacle to others meanwhile", async () => {
    const { operationId, changeId } = await stopped();
    const check = await serving.call("POST", `/accounts/${accountId}/drift-checks`);
    assert.equal((await serving.ended(check.body.id)).status, "succeeded");
    serving.runner.requests.length = 0;
    const answer = await decide(changeId, "approve", "olga", { comment: "the desk has closed" });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(
      [answer.body.status, answer.body.decidedBy, answer.body.comment],
      ["approved", "olga", "the desk has closed"],
    );
    const operation = await serving.ended(operationId);
    assert.equal(operation.status, "succeeded", JSON.stringify(operation.error));
    assert.equal(operation.result.change, changeId);
    assert.deepEqual(verbs(), ["preview", "up"]);
    assert.equal((await change(changeId)).status, "applied");
    assert.deepEqual(await audited(changeId), [
      "change.created bootstrap",
      "change.approved olga",
      "change.applied bootstrap",
    ]);
    const events = await serving.db
      .selectFrom("operationEvents")
      .select("data")
      .where("operationId", "=", operationId)
      .where("type", "=", "status")
      .orderBy("id")
      .execute();
    assert.deepEqual(
      events.map(({ data }) => data.status),
      ["queued", "running", "awaiting_approval", "queued", "running", "succeeded"],
    );
  });

  it("that are rejected end their operation as cancelled, with who said so", async () => {
    const { operationId, changeId } = await stopped();
    const answer = await decide(changeId, "reject", "paul", { comment: "not this week" });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.status, "rejected");
    const operation = await serving.ended(operationId);
    assert.equal(operation.status, "cancelled");
    assert.match(operation.result.done, /^nothing: paul rejected .*not this week$/);
    assert.deepEqual(verbs(), ["preview"]);
    assert.deepEqual(await audited(changeId), ["change.created bootstrap", "change.rejected paul"]);
    const late = await decide(changeId, "approve", "olga");
    assert.equal(late.status, 409);
    assert.match(late.body.detail, /rejected by paul/);
  });

  it("are never decided on by who asked for the operation, under whatever token, key or spelling of the name", async () => {
    const anna = await serving.call("POST", "/tokens", { body: { name: "anna", role: "administrator" } });
    const { changeId } = await stopped(anna.body.token);
    tokens.anna = anna.body.token;
    for (const verb of ["approve", "reject"] as const) {
      const refused = await decide(changeId, verb, "anna");
      assert.equal(refused.status, 403);
      assert.equal(refused.body.type, "/problems/four-eyes");
    }
    assert.equal((await serving.call("DELETE", `/tokens/${anna.body.id}`)).status, 204);
    for (const name of ["anna", "ANNA"]) {
      tokens[name] = await makeToken(name, "approver");
      assert.equal((await decide(changeId, "approve", name)).status, 403, name);
    }
    // The answer to somebody else's key is nobody else's.
    const headers = { "idempotency-key": "decision-1" };
    const path = `/changes/${changeId}/approve`;
    const olga = await serving.call("POST", path, { token: tokens.olga ?? "", headers });
    assert.equal(olga.status, 200, olga.text);
    assert.equal((await serving.call("POST", path, { token: tokens.anna ?? "", headers })).status, 403);
    const again = await serving.call("POST", path, { token: tokens.olga ?? "", headers });
    assert.deepEqual([again.status, again.text], [200, olga.text]);
  });

  it("are decided on by approvers and administrators only", async () => {
    const { changeId } = await stopped(tokens.otto);
    for (const verb of ["approve", "reject"] as const) assert.equal((await decide(changeId, verb, "otto")).status, 403);
    assert.equal((await serving.call("POST", `/changes/${changeId}/approve`, { token: null })).status, 401);
    assert.equal((await serving.call("POST", `/changes/${changeId}/approve`, { body: { commend: "x" } })).status, 400);
    assert.equal((await change(changeId)).status, "pending");
    assert.equal((await serving.call("POST", `/changes/${changeId}/approve`)).status, 200);
  });

  it("are decided on once, when several do so at the same time", async () => {
    const { operationId, changeId } = await stopped();
    const verdicts = ["approve", "reject", "approve", "reject"] as const;
    const answers = await Promise.all(
      verdicts.map((verb, index) => decide(changeId, verb, index < 2 ? "olga" : "paul")),
    );
    const won = answers.filter(({ status }) => status === 200);
    assert.equal(won.length, 1);
    for (const { status, body } of answers.filter((answer) => answer !== won[0])) {
      assert.equal(status, 409);
      assert.match(body.detail, new RegExp(`it is (${won[0]?.body.status}|applied)`));
    }
    const { status } = await serving.ended(operationId);
    assert.equal(status, won[0]?.body.status === "approved" ? "succeeded" : "cancelled");
  });

  it("are decided on as they were seen, where If-Match says so", async () => {
    const { changeId } = await stopped();
    const seen = await serving.call("GET", `/changes/${changeId}`);
    const approve = (etag: string) =>
      serving.call("POST", `/changes/${changeId}/approve`, { token: tokens.olga ?? "", headers: { "if-match": etag } });
    assert.equal((await approve('"another"')).status, 412);
    assert.equal((await approve(seen.headers.get("etag") ?? "")).status, 200);
  });

  it("are closed when their operation is cancelled", async () => {
    const { operationId, changeId } = await stopped();
    const cancelled = await serving.call("POST", `/operations/${operationId}/cancel`);
    assert.equal(cancelled.status, 202, cancelled.text);
    assert.equal(cancelled.body.status, "cancelled");
    assert.match(cancelled.body.result.done, /nothing: it waited for approval/);
    const closed = await change(changeId);
    assert.equal(closed.status, "rejected");
    assert.match(closed.outcome, /was cancelled before anything was done/);
    assert.equal((await decide(changeId, "approve", "olga")).status, 409);
  });

  for (const [what, later] of [
    [
      "what would be done",
      { ...detectorGoes, steps: [...(detectorGoes.steps ?? []), step("hub-us-west-2", "delete")] },
    ],
    ["the stack's state", { ...detectorGoes, baseHash: "another base" }],
  ] as const) {
    it(`are not applied when ${what} has changed since: another one asks`, async () => {
      const { operationId, changeId } = await stopped();
      serving.runner.behave = finding(() => later);
      assert.equal((await decide(changeId, "approve", "olga")).status, 200);
      const { result } = await waits(operationId);
      assert.notEqual(result.change, changeId);
      assert.deepEqual(verbs(), ["preview", "preview"]);
      const [old, next] = [await change(changeId), await change(result.change)];
      assert.equal(old.status, "superseded");
      assert.equal(old.decidedBy, "olga");
      assert.match(old.outcome, new RegExp(what));
      assert.equal(next.status, "pending");
      assert.deepEqual(next.steps, later.steps);
      assert.equal((await decide(result.change, "approve", "olga")).status, 200);
      assert.equal((await serving.ended(operationId)).status, "succeeded");
    });
  }

  it("are not applied by another program or with other inputs", async () => {
    const { operationId, changeId } = await stopped();
    const { database, runner, aws } = serving;
    await serving.stop();
    aws.regions = ["us-east-1"];
    serving = await serve({ database, runner, aws, options: { programVersion: "another" } });
    assert.equal((await decide(changeId, "approve", "olga")).status, 200);
    await waits(operationId);
    assert.match((await change(changeId)).outcome, /the stack's inputs, the program changed/);
    assert.ok(!verbs().includes("up"));
  });

  it("are not needed any more where only harmless things are left to do", async () => {
    const { operationId, changeId } = await stopped();
    serving.runner.behave = finding(() => harmless);
    assert.equal((await decide(changeId, "approve", "olga")).status, 200);
    const operation = await serving.ended(operationId);
    assert.equal(operation.status, "succeeded");
    assert.equal(operation.result.change, undefined);
    assert.equal((await change(changeId)).status, "superseded");
  });

  it("are superseded by a newer deployment of the stack, whether it is stopped, too, or not", async () => {
    const first = await stopped();
    const second = await stopped();
    assert.equal((await serving.ended(first.operationId)).status, "cancelled");
    const superseded = await change(first.changeId);
    assert.equal(superseded.status, "superseded");
    assert.match(superseded.outcome, new RegExp(second.operationId));
    assert.equal((await change(second.changeId)).status, "pending");
    serving.runner.behave = finding(() => harmless);
    assert.equal((await serving.ended(await deploy())).status, "succeeded");
    assert.equal((await change(second.changeId)).status, "superseded");
    assert.match((await serving.ended(second.operationId)).result.done, /superseded/);
  });

  it("are superseded by an offboarding, which carries its own confirmation and isn't stopped", async () => {
    const { operationId, changeId } = await stopped();
    const { body } = await serving.call("DELETE", `/accounts/${accountId}?confirm=${accountId}`);
    assert.equal((await serving.ended(body.id)).status, "succeeded");
    assert.equal((await change(changeId)).status, "superseded");
    assert.equal((await serving.ended(operationId)).status, "cancelled");
  });

  it("outlive the service between approval and application", async () => {
    const { operationId, changeId } = await stopped();
    const { database, runner, aws } = serving;
    await serving.stop();
    serving = await serve({ database, runner, aws, options: { role: "api" } });
    assert.equal((await decide(changeId, "approve", "olga")).status, 200);
    await serving.stop();
    serving = await serve({ database, runner, aws });
    assert.equal((await serving.ended(operationId)).status, "succeeded");
    assert.equal((await change(changeId)).status, "applied");
    assert.deepEqual(verbs(), ["preview", "preview", "up"]);
  });

  it("do not begin by a job that is delivered once more", async () => {
    const { operationId, changeId } = await stopped();
    const queue = await openQueue(serving.database, createLogger("silent"), false);
    try {
      const row = await serving.db
        .selectFrom("operations")
        .select("jobId")
        .where("id", "=", operationId)
        .executeTakeFirst();
      const jobId = `${row?.jobId.slice(0, -1)}${row?.jobId.endsWith("0") ? "1" : "0"}`;
      await serving.db
        .transaction()
        .execute((transaction) => queue.enqueue(transaction, { jobId, operationId, queueKey: "another" }));
      const check = await serving.call("POST", `/accounts/${accountId}/drift-checks`);
      await serving.ended(check.body.id);
      await sleep(1_000);
    } finally {
      await queue.stop();
    }
    assert.equal((await serving.call("GET", `/operations/${operationId}`)).body.status, "awaiting_approval");
    assert.equal((await change(changeId)).status, "pending");
    assert.equal((await serving.call("GET", "/changes")).body.items.length, 1);
  });

  describe("that were being applied when the run died", () => {
    const both: Partial<RunResult> = {
      ...detectorGoes,
      steps: [...(detectorGoes.steps ?? []), step("hub-us-west-2", "replace", "aws:securityhub/account:Account")],
    };
    async function dies(left: Partial<RunResult>) {
      let attempts = 0;
      serving.runner.behave = ({ verb, stack: name }) => {
        if (verb === "preview") return attempts === 0 ? both : left;
        if (verb !== "up" || attempts++ > 0) return {};
        const message = `running ${verb} on stack ${name}: the run's process died`;
        throw new StackRunError({ code: "crashed", retryable: true, message, remedy: "Run it again." });
      };
      const made = await stopped();
      assert.equal((await decide(made.changeId, "approve", "olga")).status, 200);
      return made;
    }

    it("go on with what is left of them, without being approved anew", async () => {
      const left = step("hub-us-west-2", "delete", "aws:securityhub/account:Account");
      const { operationId, changeId } = await dies({ ...detectorGoes, steps: [left], baseHash: "half done" });
      assert.equal((await serving.ended(operationId)).status, "succeeded");
      assert.equal((await change(changeId)).status, "applied");
      assert.deepEqual(verbs().filter((verb) => verb === "up").length, 2);
    });

    it("ask again where something else would be done", async () => {
      const more = step("detector-us-east-1", "delete");
      const { operationId, changeId } = await dies({ ...detectorGoes, steps: [more], baseHash: "half done" });
      const { result } = await waits(operationId);
      assert.notEqual(result.change, changeId);
      assert.equal((await change(changeId)).status, "superseded");
      assert.deepEqual(verbs().filter((verb) => verb === "up").length, 1);
    });
  });

  it("that nobody decides on in time expire, and so does their operation", async () => {
    const { operationId, changeId } = await stopped();
    const { createdAt, expiresAt } = await change(changeId);
    assert.equal(Math.round((Date.parse(expiresAt) - Date.parse(createdAt)) / 86_400_000), 7);
    await serving.db
      .updateTable("changes")
      .set({ expiresAt: new Date(createdAt) })
      .execute();
    const late = await decide(changeId, "approve", "olga");
    assert.equal(late.status, 409);
    assert.match(late.body.detail, /expired/);
    const { database, runner, aws } = serving;
    await serving.stop();
    serving = await serve({ database, runner, aws });
    const operation = await serving.ended(operationId);
    assert.equal(operation.status, "cancelled");
    assert.match(operation.result.done, /nobody decided/);
    assert.equal((await change(changeId)).status, "expired");
    assert.deepEqual(await audited(changeId), ["change.created bootstrap", "change.expired bulwark"]);
  });

  it("do not expire by the clock of a service that is set forward", async () => {
    const { operationId, changeId } = await stopped();
    const { database, runner, aws } = serving;
    await serving.stop();
    const now = () => new Date(Date.now() + 30 * 86_400_000);
    serving = await serve({ database, runner, aws, dependencies: { now } });
    assert.equal((await decide(changeId, "approve", "olga")).status, 200);
    assert.equal((await serving.ended(operationId)).status, "succeeded");
  });

  it("of the admin stack are made, too", async () => {
    const accepted = await serving.call("POST", "/admin/deployments");
    const { result } = await waits(accepted.body.id);
    const found = await change(result.change);
    assert.deepEqual([found.stack, found.accountId], ["admin", undefined]);
    assert.equal((await decide(result.change, "approve", "olga")).status, 200);
    assert.equal((await serving.ended(accepted.body.id)).status, "succeeded");
  });
});

describe("a deployment of a stack that stands", () => {
  let serving: Serving;
  const verbs = () => serving.runner.requests.map(({ verb }) => verb);
  beforeEach(async () => {
    serving = await serve();
    assert.equal((await done("/accounts", { accountId })).status, "succeeded");
    assert.deepEqual(verbs(), ["up"]);
    serving.runner.requests.length = 0;
    serving.runner.behave = () => ({});
  });
  afterEach(() => serving.stop());

  async function done(path: string, body: object = {}) {
    return serving.ended((await serving.call("POST", path, { body })).body.id);
  }
  const deploy = (body?: object) => done(`/accounts/${accountId}/deployments`, body);

  it("is over with its preview where that finds the stack as it was deployed", async () => {
    const { status, result } = await deploy();
    assert.equal(status, "succeeded");
    assert.deepEqual(verbs(), ["preview"]);
    assert.equal(result.outputs.accountId, accountId);
  });

  for (const [what, found] of [
    ["another output", { outputs: { accountId: "another" } }],
    ["another number of resources", { resources: 3 }],
    ["something harmless to change", harmless],
  ] as const) {
    it(`goes on where the preview finds ${what}`, async () => {
      serving.runner.behave = finding(() => found);
      assert.equal((await deploy()).status, "succeeded");
      assert.deepEqual(verbs(), ["preview", "up"]);
    });
  }

  it("goes on where a program or inputs are others, though the preview finds nothing: options of resources don't show", async () => {
    const { database, runner, aws } = serving;
    await serving.stop();
    serving = await serve({ database, runner, aws, options: { programVersion: "another" } });
    await deploy();
    assert.deepEqual(verbs(), ["preview", "up"]);
    await deploy();
    assert.deepEqual(verbs(), ["preview", "up", "preview"]);
    await serving.call("PATCH", `/accounts/${accountId}`, { body: { owner: "clearing" } });
    await deploy();
    assert.deepEqual(verbs().slice(3), ["preview", "up"]);
  });

  it("goes on after one that was not finished, though the preview finds nothing", async () => {
    const held = gate();
    serving.runner.behave = (request, hooks) => (request.verb === "up" ? held.behave(request, hooks) : harmless);
    const { body } = await serving.call("POST", `/accounts/${accountId}/deployments`);
    await held.entered;
    await serving.call("POST", `/operations/${body.id}/cancel`);
    assert.equal((await serving.ended(body.id)).status, "cancelled");
    serving.runner.requests.length = 0;
    serving.runner.behave = () => ({});
    await deploy();
    assert.deepEqual(verbs(), ["preview", "up"]);
  });

  it("brings the state up to date first where it is to read the live one, and previews what it then is", async () => {
    await deploy({ refresh: true });
    assert.deepEqual(verbs(), ["refresh", "preview"]);
    assert.ok(serving.runner.requests.every(({ refresh }) => refresh !== true));
  });
});
