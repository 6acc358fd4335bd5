import assert from "node:assert/strict";
import { StackRunError } from "../../stacks/errors.ts";
import { died, fakeUrn, gate, tell } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

const account = "100000000001";
const stack = `account-${account}`;
const onboarding = { body: { accountId: account } };

describe("a run that died", () => {
  let serving: Serving;
  beforeEach(async () => {
    serving = await serve({ dependencies: { random: () => 0 } });
  });
  afterEach(() => serving.stop());

  const runs = () => serving.db.selectFrom("runs").selectAll().orderBy("id").execute();

  it("is recovered from before the next run of its stack, is told, and uses up no ordinary attempt", async () => {
    const order: string[] = [];
    serving.runner.behave = (request) => {
      order.push(request.verb);
      if (order.length < 9) throw died(request);
      return {};
    };
    serving.runner.recovering = () => {
      order.push("recover");
      return { processesEnded: 2, locksRemoved: ["lock.json"] };
    };
    const { body } = await serving.call("POST", "/accounts", onboarding);
    await serving.db.updateTable("operations").set({ attempt: 0 }).where("id", "=", body.id).execute();
    const operation = await serving.ended(body.id);
    assert.equal(operation.status, "succeeded", JSON.stringify(operation));
    assert.deepEqual(order, [
      "up",
      // What the first run has left may be more than nothing, so it is looked at before.
      ...["recover", "preview", "recover", "preview", "recover", "preview", "recover", "preview", "up"],
    ]);
    const events = await serving.call("GET", `/operations/${body.id}/events`);
    assert.match(events.text, /ended 2 processes; removed the lock/);
    for (const run of await runs()) assert.ok(run.clean === true || run.recoveredAt !== null, JSON.stringify(run));
    const [first] = serving.runner.recoveries;
    assert.equal(first?.recovery.dead.length, 1);
    assert.equal(first?.recovery.dead[0]?.engines.length, 1);
  });

  it("and a database that went away in the middle of an attempt are no failures of the operation", async () => {
    let tried = 0;
    serving.runner.behave = () => {
      tried += 1;
      if (tried === 1) throw new Error("Connection terminated unexpectedly");
      if (tried === 2) throw Object.assign(new Error("the database system is in recovery mode"), { code: "57P03" });
      if (tried < 9) throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
      return {};
    };
    const { body } = await serving.call("POST", "/accounts", onboarding);
    const operation = await serving.ended(body.id);
    assert.equal(operation.status, "succeeded", JSON.stringify(operation.error));
    const events = await serving.call("GET", `/operations/${body.id}/events`);
    assert.match(events.text, /database could not be reached/);
  });

  it("is looked after for what it had begun to create, which counts as done once", async () => {
    const [sought, vain] = [fakeUrn(stack, "sought"), fakeUrn(stack, "vain")];
    let run = 0;
    serving.runner.behave = (request, hooks) => {
      run += 1;
      if (run > 1) return { changes: { create: 0, update: 1, replace: 0, delete: 0, same: 5, import: 0 } };
      for (const urn of [sought, vain]) {
        hooks.onEvent({ type: "step", status: "started", urn, resourceType: "aws:x:Y", name: "n", op: "create" });
      }
      tell(hooks, "update", fakeUrn(stack, "updated"));
      throw died(request);
    };
    serving.runner.recovering = () => ({
      imported: [{ urn: sought, type: "aws:x:Y", name: "sought", id: "1" }],
      cleared: [{ urn: vain, type: "aws:x:Y", name: "vain" }],
    });
    const { body } = await serving.call("POST", "/accounts", onboarding);
    const operation = await serving.ended(body.id);
    assert.deepEqual(serving.runner.recoveries[0]?.recovery.suspects.toSorted(), [sought, vain]);
    // "thing" and "sought" were created, "updated" updated, by the first attempt; the second one says what it updated itself.
    assert.deepEqual(operation.changes, { create: 2, update: 2, replace: 0, delete: 0, same: 2, import: 0 });
    const names = operation.result.steps.map(({ urn }: { urn: string }) => urn.split("::").at(-1));
    assert.deepEqual(names.toSorted(), ["sought", "thing", "updated"]);
  });

  it("is recovered from before its operation ends, also where that is cancelled meanwhile", async () => {
    const recovering = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    serving.runner.behave = (request) => {
      throw died(request);
    };
    serving.runner.recovering = async () => {
      recovering.resolve();
      await letGo.promise;
      return {};
    };
    const { body } = await serving.call("POST", "/accounts", onboarding);
    await recovering.promise;
    const answers = await Promise.all([1, 2].map(() => serving.call("POST", `/operations/${body.id}/cancel`)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [202, 202],
    );
    assert.equal((await serving.call("GET", `/operations/${body.id}`)).body.status, "running");
    letGo.resolve();
    const operation = await serving.ended(body.id);
    assert.equal(operation.status, "cancelled");
    assert.equal(operation.changes.create, 1);
    assert.equal(serving.runner.requests.length, 1);
    for (const run of await runs()) assert.ok(run.clean === true || run.recoveredAt !== null);
    assert.deepEqual(await serving.db.selectFrom("stackLeases").selectAll().execute(), []);
  });

  it("is recovered from by the very attempt that ends its operation as failed", async () => {
    serving.runner.behave = ({ verb, stack: name }) => {
      const message = `running ${verb} on stack ${name}: the program failed`;
      throw new StackRunError(
        { code: "program_error", retryable: false, message, remedy: "Mend it." },
        undefined,
        true,
      );
    };
    const { body } = await serving.call("POST", "/accounts", onboarding);
    const operation = await serving.ended(body.id);
    assert.deepEqual([operation.status, operation.attempt], ["failed", 1]);
    assert.equal(serving.runner.requests.length, 1);
    assert.equal(serving.runner.recoveries.length, 1);
    for (const run of await runs()) assert.ok(run.clean === true || run.recoveredAt !== null);
  });

  it("is recovered from by the operation that comes next, whatever that is, where its own has ended", async () => {
    const { body } = await serving.call("POST", "/accounts", onboarding);
    await serving.ended(body.id);
    const [run] = await runs();
    const inputs = JSON.stringify(serving.runner.requests[0]?.inputs);
    await serving.db
      .updateTable("runs")
      .set({ clean: null, endedAt: null, inputs })
      .where("id", "=", run?.id ?? 0)
      .execute();
    const drift = await serving.call("POST", `/accounts/${account}/drift-checks`);
    assert.equal((await serving.ended(drift.body.id)).status, "succeeded");
    assert.equal(serving.runner.recoveries.length, 1);
    assert.equal(serving.runner.requests.at(-1)?.verb, "preview-refresh");
  });

  it("is recovered from again where that failed; the operation goes on when it has succeeded", async () => {
    let failures = 1;
    serving.runner.behave = (request) => {
      if (serving.runner.requests.length === 1) throw died(request);
      return {};
    };
    serving.runner.recovering = () => {
      failures -= 1;
      if (failures < 0) return {};
      const message = "opening the state: no route to host";
      throw new StackRunError({ code: "backend_unavailable", retryable: true, message, remedy: "Wait." });
    };
    const { body } = await serving.call("POST", "/accounts", onboarding);
    const operation = await serving.ended(body.id);
    assert.equal(operation.status, "succeeded");
    assert.equal(serving.runner.recoveries.length, 2);
    assert.deepEqual(
      serving.runner.requests.map(({ verb }) => verb),
      ["up", "preview", "up"],
    );
  });

  it("and dies each time ends its operation as failed, in words that help", async () => {
    serving.runner.behave = (request) => {
      throw died(request);
    };
    const held = gate();
    serving.runner.recovering = async (request, hooks) => {
      await held.behave({ ...request, verb: "recover" }, hooks);
      return {};
    };
    const { body } = await serving.call("POST", "/accounts", onboarding);
    await held.entered;
    await serving.db.updateTable("operations").set({ crashes: 19 }).where("id", "=", body.id).execute();
    held.open();
    const operation = await serving.ended(body.id);
    assert.equal(operation.status, "failed");
    assert.equal(operation.error.type, "/problems/crashed");
    assert.match(operation.error.remedy, /memory/);
    for (const run of await runs()) assert.ok(run.clean === true || run.recoveredAt !== null);
  });
});
