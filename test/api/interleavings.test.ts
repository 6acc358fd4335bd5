import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { sql } from "kysely";
import { StackRunError } from "../../stacks/errors.ts";
import type { RunHooks, RunRequest } from "../../stacks/run.ts";
import { died } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

/** What befalls one run after another of an operation; those that follow end well. */
const fate = fc.constantFrom("ends", "dies", "is throttled", "is refused", "loses its lease");
type Fate = "ends" | "dies" | "is throttled" | "is refused" | "loses its lease";
/** When somebody cancels the operation, and a second one right after. */
const moment = fc.constantFrom("never", "accepted", "running", "recovering", "waiting");
const plan = fc.record({ fates: fc.array(fate, { maxLength: 3 }), cancelled: moment });
type Plan = { readonly fates: readonly Fate[]; readonly cancelled: string };

describe("operations of one stack, whatever befalls them, in whatever order", function () {
  this.timeout(900_000);
  let serving: Serving;
  const underWay = new Map<string, { plan: Plan; left: Fate[]; cancelled: boolean }>();
  let writers = 0;

  before(async () => {
    serving = await serve({ dependencies: { random: () => 0 } });
    serving.runner.behave = behave;
    serving.runner.recovering = async ({ operationId }) => {
      await cancelAt("recovering", operationId);
      return {};
    };
  });
  after(() => serving.stop());

  async function behave(request: RunRequest, hooks: RunHooks) {
    writers += 1;
    try {
      assert.equal(writers, 1, "two runs of one stack at once");
      const { operationId } = request;
      while (!underWay.has(operationId)) await sleep(2);
      await cancelAt("running", operationId);
      const next = underWay.get(operationId)?.left.shift() ?? "ends";
      if (next === "loses its lease") await loseLease(request, hooks);
      if (next === "dies") throw died(request);
      const failure = { message: next, remedy: "Look.", call: "x:Y" };
      if (next === "is throttled") throw new StackRunError({ code: "throttled", retryable: true, ...failure });
      if (next === "is refused") throw new StackRunError({ code: "access_denied", retryable: false, ...failure });
      if (hooks.signal?.aborted) throw new StackRunError({ code: "cancelled", retryable: true, ...failure });
      return {};
    } finally {
      writers -= 1;
    }
  }

  /** Somebody else has taken it, and dies with it. */
  async function loseLease(request: RunRequest, { signal }: RunHooks): Promise<never> {
    const taken = sql`update stack_leases set token = nextval('fencing_tokens'), owner = 'thief',
      expires_at = clock_timestamp() + interval '1500 milliseconds' where stack = ${request.stack}`;
    await taken.execute(serving.db);
    while (signal?.aborted !== true) await sleep(5);
    throw died(request);
  }

  async function cancelAt(now: string, operationId: string): Promise<void> {
    const operation = underWay.get(operationId);
    if (operation === undefined || operation.cancelled || operation.plan.cancelled !== now) return;
    operation.cancelled = true;
    const answers = await Promise.all([1, 2].map(() => serving.call("POST", `/operations/${operationId}/cancel`)));
    for (const { status } of answers) assert.ok(status === 202 || status === 409, String(status));
  }

  async function follow(wanted: Plan): Promise<void> {
    const { body } = await serving.call("POST", "/admin/deployments");
    underWay.set(body.id, { plan: wanted, left: [...wanted.fates], cancelled: false });
    await cancelAt("accepted", body.id);
    let operation = body;
    while (!["succeeded", "failed", "cancelled"].includes(operation.status)) {
      await sleep(15);
      operation = (await serving.call("GET", `/operations/${body.id}`)).body;
      if (operation.retryAt !== undefined) await cancelAt("waiting", body.id);
    }
    if (operation.status === "cancelled") assert.ok(underWay.get(body.id)?.cancelled, "nobody had cancelled it");
    if (operation.status === "failed") assert.ok(wanted.fates.includes("is refused"), JSON.stringify(operation));
    const { text } = await serving.call("GET", `/operations/${body.id}/events`);
    const finals = [...text.matchAll(/event: status\ndata: .*"status":"(succeeded|failed|cancelled)"/g)];
    assert.deepEqual(
      finals.map(([, status]) => status),
      [operation.status],
    );
  }

  it("end once, one run at a time, and leave no lease, no job, no run that nobody has recovered from", () =>
    fc.assert(
      fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 4 }), async (plans) => {
        await Promise.all(plans.map(follow));
        const { db } = serving;
        assert.deepEqual(await db.selectFrom("stackLeases").selectAll().execute(), []);
        const left =
          await sql`select id, state from pgboss.job where name = 'operations' and state in ('created', 'retry', 'failed')`;
        assert.deepEqual((await left.execute(db)).rows, []);
        const runs = await db.selectFrom("runs").selectAll().execute();
        for (const run of runs) assert.ok(run.clean === true || run.recoveredAt !== null, JSON.stringify(run));
      }),
      { numRuns: 10, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
    ));
});
