import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readAccount } from "./account-state.ts";
import type { Operation } from "./api.ts";
import { type Environment, quickOrganization } from "./environment.ts";
import { inject } from "./faults.ts";
import { processesOf } from "./processes.ts";
import { until } from "./until.ts";

const cancelled = "100000000014";
const interrupted = "100000000015";
const regions = ["us-east-1", "us-west-2"];

describe("an onboarding", function () {
  this.timeout(600_000);
  let environment: Environment;
  before(async () => {
    environment = await quickOrganization();
  });
  afterEach(async () => {
    await inject(environment);
  });

  /** Starts one and waits until its run is at work on AWS: Security Hub answers slowly there. */
  async function begin(accountId: string): Promise<Operation> {
    const { api } = environment;
    await inject(environment, { service: "securityhub", accountId, kind: "latency", latencyMs: 1_500 });
    const operation = await api.accepted("POST", "/accounts", { accountId });
    await until(`a resource of ${accountId} to be made`, async () => {
      const calls = await fetch(`${environment.aws}/_sandbox/calls?accountId=${accountId}&operation=CreateDetector`);
      return ((await calls.json()) as unknown[]).length > 0;
    });
    return operation;
  }

  async function assertComplete(accountId: string): Promise<void> {
    const { api, root } = environment;
    const state = await readAccount(root, accountId, regions);
    for (const region of regions) {
      assert.equal(state.regions[region]?.hub?.administrator, "222222222222", region);
      assert.equal(state.regions[region]?.detector?.administrator, "222222222222", region);
    }
    const check = await api.done("POST", `/accounts/${accountId}/drift-checks`);
    assert.equal(check.result.drifted, false, JSON.stringify(check.result.drift));
    assert.equal((await api.call("GET", `/accounts/${accountId}`)).body.status, "active");
  }

  it("that is cancelled while it runs leaves no lock and nothing pending, and a deployment finishes its work", async () => {
    const { api } = environment;
    const { id } = await begin(cancelled);
    const answer = await api.call("POST", `/operations/${id}/cancel`);
    assert.equal(answer.status, 202, answer.text);
    const operation = await api.ended(id);
    assert.equal(operation.status, "cancelled");
    const events = await api.events(id);
    assert.equal(events.at(-1)?.data.status, "cancelled");
    assert.deepEqual(await locks(environment), []);
    assert.deepEqual(await pendingOperations(environment, cancelled), []);
    assert.equal((await api.call("POST", `/operations/${id}/cancel`)).status, 409);

    await inject(environment);
    const deployment = await api.done("POST", `/accounts/${cancelled}/deployments`);
    assert.ok((deployment.changes?.create ?? 0) > 0);
    await assertComplete(cancelled);
  });

  it("survives the end of the service: SIGTERM ends it and every run of it, the next start finishes the work", async () => {
    const { api, folder, service } = environment;
    const { id } = await begin(interrupted);
    const before = await processesOf(folder);
    assert.ok(before.some((line) => line.includes("stacks/child/main.ts")));
    assert.ok(before.some((line) => line.includes("pulumi")));

    assert.equal(await service.stop(), "exit code 0");
    const left = (await processesOf(folder)).filter((line) => !/sandbox\/|ministack|moto/.test(line));
    assert.deepEqual(left, [], "processes of the service were left");
    assert.deepEqual(await locks(environment), []);

    await inject(environment);
    await service.start();
    const operation = await api.ended(id);
    assert.equal(operation.status, "succeeded", JSON.stringify(operation.error));
    const statuses = (await api.events(id)).filter(({ type }) => type === "status").map(({ data }) => data.status);
    assert.equal(statuses.filter((status) => status === "succeeded").length, 1);
    await assertComplete(interrupted);
  });
});

/** Lock files of the state's backend. */
async function locks({ data }: Environment): Promise<string[]> {
  const folder = join(data, "state/.pulumi/locks");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".attrs")).map(({ name }) => name);
}

/** What the state of an account's stack says is under way. */
async function pendingOperations({ data }: Environment, accountId: string): Promise<unknown[]> {
  const path = join(data, `state/.pulumi/stacks/bulwark/account-${accountId}.json`);
  const { checkpoint } = JSON.parse(await readFile(path, "utf8")) as {
    checkpoint: { latest: { pending_operations?: unknown[] } };
  };
  return checkpoint.latest.pending_operations ?? [];
}
