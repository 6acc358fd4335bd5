import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { DisableEbsEncryptionByDefaultCommand, EC2Client } from "@aws-sdk/client-ec2";
import { readAccount } from "./account-state.ts";
import type { Operation } from "./api.ts";
import { type Environment, quickOrganization } from "./environment.ts";
import { inject } from "./faults.ts";
import { until } from "./until.ts";

const accountId = "100000000007";
const kept = "us-east-1";
const dropped = "us-west-2";

/** The steps build on one another: each begins where the one before has left the account. */
describe("a deployment that would take protection away", function () {
  this.timeout(600_000);
  let environment: Environment;
  let approver: string;
  let settings: { regions: string[] };
  before(async () => {
    environment = await quickOrganization();
    settings = JSON.parse(await readFile(environment.settingsFile, "utf8")) as typeof settings;
    const made = await environment.api.call("POST", "/tokens", { body: { name: "change-board", role: "approver" } });
    approver = made.body.token;
    await environment.api.done("POST", "/accounts", { accountId });
  });
  after(() => serveWith({}));

  async function serveWith(change: Record<string, unknown>): Promise<void> {
    await environment.service.stop();
    await writeFile(environment.settingsFile, JSON.stringify({ ...settings, ...change }));
    await environment.service.start();
  }

  const withoutRegion = () => ({ regions: settings.regions.filter((region) => region !== dropped) });

  async function stopped(body: object = {}): Promise<Operation & { readonly change: string }> {
    const { id } = await environment.api.accepted("POST", `/accounts/${accountId}/deployments`, body);
    return waiting(id);
  }

  async function waiting(id: string): Promise<Operation & { readonly change: string }> {
    for (;;) {
      const { body } = await environment.api.call("GET", `/operations/${id}`);
      assert.ok(["queued", "running", "awaiting_approval"].includes(body.status), JSON.stringify(body));
      if (body.status === "awaiting_approval") return { ...body, change: body.result.change };
      await new Promise((settle) => setTimeout(settle, 150));
    }
  }

  const change = async (id: string) => (await environment.api.call("GET", `/changes/${id}`)).body;
  const decide = (id: string, verb: "approve" | "reject", token?: string) =>
    environment.api.call("POST", `/changes/${id}/${verb}`, token === undefined ? {} : { token });
  const inDropped = async () => (await readAccount(environment.root, accountId, [dropped])).regions[dropped];
  const runsOf = async (id: string) => {
    const events = await environment.api.events(id);
    return events.flatMap(({ data }) => /^(\S+) of stack /.exec(data.message ?? "")?.[1] ?? []);
  };

  it("is none where nothing has changed: its preview is all that runs", async () => {
    const { id, changes, result } = await environment.api.done("POST", `/accounts/${accountId}/deployments`);
    assert.deepEqual([changes?.create, changes?.update, changes?.replace, changes?.delete], [0, 0, 0, 0]);
    assert.equal(changes?.same, result.resources);
    assert.deepEqual(await runsOf(id), ["preview"]);
  });

  it("waits for approval when a region is taken out of the settings, and names what would go", async () => {
    await serveWith(withoutRegion());
    const before = await inDropped();
    const { id, changes, change: changeId } = await stopped();
    const found = await change(changeId);
    assert.equal(found.status, "pending");
    const named = found.reasons.map(({ name }: { name?: string }) => name);
    for (const what of ["hub", "detector", "recorder", "hub-member", "detector-member"]) {
      assert.ok(named.includes(`${what}-${dropped}`), `${what} is not among ${named}`);
    }
    assert.ok(found.reasons.some(({ rule }: { rule: string }) => rule === "share"));
    assert.equal(found.changes.delete, changes?.delete);
    assert.ok((changes?.delete ?? 0) >= 8);
    for (const { name, op } of found.steps) assert.ok(op !== "delete" || name.endsWith(dropped), `${name} would go`);
    assert.deepEqual(await inDropped(), before);

    const own = await decide(changeId, "approve");
    assert.equal(own.status, 403);
    assert.equal(own.body.type, "/problems/four-eyes");
    const rejected = await decide(changeId, "reject", approver);
    assert.equal(rejected.status, 200, rejected.text);
    assert.equal((await environment.api.ended(id)).status, "cancelled");
    assert.deepEqual(await runsOf(id), ["preview"]);
    assert.deepEqual(await inDropped(), before);
  });

  it("is not applied as it was approved after somebody has changed the account, but asks again; then it is", async () => {
    const { id, change: first } = await stopped({ refresh: true });
    const ec2 = new EC2Client(environment.root(accountId, kept));
    await ec2.send(new DisableEbsEncryptionByDefaultCommand({}));
    assert.equal((await decide(first, "approve", approver)).status, 200);
    const { change: second } = await waitingAnew(id, first);
    const superseded = await change(first);
    assert.equal(superseded.status, "superseded");
    assert.match(superseded.outcome, /what would be done, the stack's state changed/);
    const asked = await change(second);
    assert.ok(
      asked.steps.some(
        ({ name, op }: { name: string; op: string }) => name === `ebs-encryption-${kept}` && op !== "delete",
      ),
    );
    assert.notEqual((await inDropped())?.hub, undefined);

    assert.equal((await decide(second, "approve", approver)).status, 200);
    const operation = await environment.api.ended(id);
    assert.equal(operation.status, "succeeded", JSON.stringify(operation.error, null, 2));
    assert.equal((await change(second)).status, "applied");
    assert.equal(operation.changes?.delete, asked.changes.delete);
    const [gone, { regions }] = [await inDropped(), await readAccount(environment.root, accountId, [kept])];
    assert.deepEqual([gone?.hub, gone?.detector, gone?.recorders], [undefined, undefined, []]);
    assert.equal(regions[kept]?.ebsEncryptionByDefault, true);
    assert.equal((await decide(second, "approve", approver)).status, 409);
  });

  async function waitingAnew(id: string, formerly: string) {
    for (;;) {
      const operation = await waiting(id);
      if (operation.change !== formerly) return operation;
      await new Promise((settle) => setTimeout(settle, 150));
    }
  }

  it("waits when it takes more than the share, too, until a newer deployment has nothing to take", async () => {
    const standards = ["fsbp-1.0.0"];
    await serveWith({ ...withoutRegion(), standards, guard: { share: 0, shareFloor: 0 } });
    const { id, change: changeId } = await stopped();
    const { reasons } = await change(changeId);
    const { body: account } = await environment.api.call("GET", `/accounts/${accountId}`);
    // The other standard, in each region that is left.
    const lost = account.regions.length;
    assert.deepEqual(
      reasons.map((reason: { rule: string; lost: number }) => [reason.rule, reason.lost]),
      [["share", lost]],
    );

    await serveWith({});
    const back = await environment.api.done("POST", `/accounts/${accountId}/deployments`);
    assert.ok((back.changes?.create ?? 0) > 8);
    assert.equal(back.changes?.delete, 0);
    assert.equal((await change(changeId)).status, "superseded");
    assert.equal((await environment.api.ended(id)).status, "cancelled");
    assert.notEqual((await inDropped())?.hub, undefined);
  });

  it("is seen, too, where the first deployment was cancelled half way: what it has made stands", async () => {
    const { api } = environment;
    const half = "100000000008";
    const inHalf = async () => (await readAccount(environment.root, half, [dropped])).regions[dropped];
    const delivery = { service: "config", operation: "PutDeliveryChannel", accountId: half, region: kept };
    await inject(environment, { ...delivery, kind: "latency", latencyMs: 4_000, times: 1 });
    const { id: first } = await api.accepted("POST", "/accounts", { accountId: half });
    await until(`a hub in ${half}`, async () => (await inHalf())?.hub !== undefined);
    await api.call("POST", `/operations/${first}/cancel`);
    assert.equal((await api.ended(first)).status, "cancelled");
    await inject(environment);

    await serveWith(withoutRegion());
    const { id } = await api.accepted("POST", `/accounts/${half}/deployments`);
    const { change: changeId } = await waiting(id);
    const names = (await change(changeId)).reasons.map(({ name }: { name?: string }) => name);
    assert.ok(names.includes(`hub-${dropped}`), `the hub is not among ${names}`);
    assert.notEqual((await inHalf())?.hub, undefined);
    assert.equal((await decide(changeId, "approve", approver)).status, 200);
    assert.equal((await api.ended(id)).status, "succeeded");
    assert.equal((await inHalf())?.hub, undefined);
    await serveWith({});
  });
});
