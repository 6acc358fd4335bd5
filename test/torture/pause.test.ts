import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { FEW_FEATURES } from "../few-features.ts";
import { type Installation, install } from "./installation.ts";
import { embeddedDatabaseOf, type Observer, observe } from "./observer.ts";
import { type Process, signal } from "./processes.ts";
import { leftovers } from "./promises/leftovers.ts";
import { brokenOperations } from "./promises/operations.ts";
import { trespassingCalls } from "./promises/writers.ts";
import { type Call, holdCalls, readCalls, releaseCalls } from "./sandbox-calls.ts";

// On a busy machine the processes of a run wait for a core for more than two seconds, and end themselves where they hear of no heartbeat.
const leaseSeconds = 6;

describe("two services of which one is paused for longer than its lease", function () {
  this.timeout(900_000);
  let installation: Installation;
  let observer: Observer;

  before(async () => {
    installation = await install({
      regions: ["us-east-1"],
      features: FEW_FEATURES,
      services: 2,
      leaseSeconds,
      concurrency: 1,
      restartAfterMs: () => 500,
    });
    observer = await observe(await embeddedDatabaseOf(installation.data));
    const { client } = installation;
    const admin = await client.ended((await client.accepted("POST", "/admin/deployments", {}))?.id ?? "");
    assert.equal(admin.status, "succeeded", JSON.stringify(admin.error));
  });
  after(async () => {
    for (const { pid } of await installation.processes()) signal(pid, "SIGCONT");
    await observer.close();
    const { left } = await installation.close();
    assert.deepEqual(left, []);
  });

  /** Begins an onboarding, stops who is at work on it in the middle of a call, and lets it go on when another has taken over. */
  async function pause(accountId: string, whom: (all: readonly Process[], session: number) => readonly Process[]) {
    const { aws, client } = installation;
    await holdCalls(aws, [{ service: "guardduty", operation: "CreateDetector", accountId }]);
    const accepted = await client.accepted("POST", "/accounts", { accountId });
    const id = accepted?.id ?? "";
    await untilHeld(aws);
    const [first] = (await observer.seenRuns()).filter(({ operationId }) => operationId === id).slice(-1);
    const stopped = whom(await installation.processes(), first?.session ?? 0);
    for (const { pid } of stopped) signal(pid, "SIGSTOP");
    // Its answer comes while it can't take it.
    await releaseCalls(aws);
    let taken: Date | undefined;
    while (taken === undefined) {
      await sleep(100);
      taken = (await observer.seenRuns()).find(
        (run) => run.operationId === id && run.token > (first?.token ?? 0),
      )?.begunAt;
    }
    for (const { pid } of stopped) signal(pid, "SIGCONT");
    const operation = await client.ended(id);
    await sleep(leaseSeconds * 1_000);
    return { id, operation, token: first?.token, paused: stopped.find(({ role }) => role === "service")?.pid };
  }

  async function assertKept(accountId: string, { id, operation, token, paused }: Awaited<ReturnType<typeof pause>>) {
    const { aws, client } = installation;
    assert.equal(operation.status, "succeeded", JSON.stringify(operation.error));
    assert.ok(paused !== undefined, "no service was stopped");
    const calls = await readCalls(aws);
    assert.deepEqual(trespassingCalls(await observer.seenRuns(), calls), []);
    assert.equal(made(calls, accountId, "CreateDetector").length, 1, "the detector was made once");
    assert.deepEqual(await observer.trespasses(), []);
    assert.deepEqual(await brokenOperations(installation, observer, []), []);
    // By whichever service: the fenced one may take it anew once it goes on, as any that has nothing to do.
    const attempts = await observer.rows<{ token: number; pid: number }>(
      "select token, pid from torture.leases where operation_id = $1 order by token",
      [id],
    );
    assert.ok(Number(attempts.at(-1)?.token) > Number(token), "a later attempt ended it");
    const next = attempts.find((attempt) => Number(attempt.token) > Number(token));
    assert.notEqual(next?.pid, paused, "another service took it over");
    assert.deepEqual(await leftovers(installation, observer), []);
    const preview = await client.ended(
      (await client.accepted("POST", `/accounts/${accountId}/previews`, {}))?.id ?? "",
    );
    const { same: _, ...changes } = preview.changes ?? { same: 0 };
    assert.ok(
      Object.values(changes).every((count) => count === 0),
      JSON.stringify(preview.changes),
    );
  }

  it("end its operation once: the fenced service writes nothing more when it goes on", async () => {
    const owner = (all: readonly Process[], session: number) => {
      const parent = all.find(({ pid }) => pid === session)?.parent;
      return all.filter(({ pid, role }) => role === "service" && pid === parent);
    };
    await assertKept("100000000014", await pause("100000000014", owner));
  });

  it("and neither does its run, that was paused with it", async () => {
    // But not the database, which may be a child of this service: without it the other could not take over.
    const group = (all: readonly Process[], session: number) => {
      const parent = all.find(({ pid }) => pid === session)?.parent;
      const related = ({ pid, parent: of, session: own }: Process) =>
        [pid, of].includes(parent ?? 0) || own === session;
      return all.filter((process) => related(process) && !["database", "backend"].includes(process.role));
    };
    await assertKept("100000000015", await pause("100000000015", group));
  });
});

function made(calls: readonly Call[], accountId: string, operation: string): readonly Call[] {
  return calls.filter((call) => call.accountId === accountId && call.operation === operation && call.status === 200);
}

async function untilHeld(aws: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${aws}/_sandbox/held`);
    if (((await answer.json()) as unknown[]).length > 0) return;
    await sleep(50);
  }
}
