import assert from "node:assert/strict";
import { DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { readAccount } from "./account-state.ts";
import type { Operation, OperationEvent } from "./api.ts";
import { type Environment, quickOrganization } from "./environment.ts";
import { inject } from "./faults.ts";

/** Answers OptInRequired for its first 20 s. */
const fresh = "100000000090";
const throttled = "100000000010";
const denied = "100000000012";
/** Where calls are throttled before the engine runs, and refused while it runs. */
const slow = { accountId: throttled, region: "us-west-2" };
const regions = ["us-east-1", "us-west-2"];

interface Followed {
  readonly operation: Operation;
  readonly events: readonly OperationEvent[];
}

describe("what AWS refuses", function () {
  this.timeout(600_000);
  let environment: Environment;
  const onboarded = new Map<string, Followed>();

  before("three accounts are onboarded while AWS refuses two of them", async () => {
    environment = await quickOrganization();
    const { api } = environment;
    await inject(
      environment,
      // As often as the SDK tries by itself: the operation has to try again.
      { ...slow, service: "guardduty", operation: "ListDetectors", kind: "throttle", times: 5 },
      { ...slow, service: "securityhub", operation: "EnableSecurityHub", kind: "opt-in-required", times: 1 },
    );
    await Promise.all(
      [fresh, throttled, denied].map(async (accountId) => {
        const { id } = await api.accepted("POST", "/accounts", { accountId });
        const events = await api.events(id);
        onboarded.set(accountId, { events, operation: await api.ended(id) });
      }),
    );
    await inject(environment);
  });

  function retriesOf(accountId: string): OperationEvent[] {
    const { events = [] } = onboarded.get(accountId) ?? {};
    return events.filter(({ type, data }) => type === "progress" && typeof data.retryInMs === "number");
  }

  async function assertOnboarded(accountId: string): Promise<void> {
    const { operation } = onboarded.get(accountId) ?? {};
    assert.equal(operation?.status, "succeeded", JSON.stringify(operation?.error));
    const state = await readAccount(environment.root, accountId, regions);
    for (const region of regions) assert.equal(state.regions[region]?.hub?.administrator, "222222222222");
  }

  it("because an account is not ready yet is tried again until it is, and told", async () => {
    await assertOnboarded(fresh);
    const retries = retriesOf(fresh);
    assert.ok(retries.length >= 1);
    for (const { data } of retries) {
      assert.equal(data.code, "opt_in_required");
      assert.match(data.message, /100000000090/);
      assert.match(data.message, /OptInRequired/);
      assert.ok(data.retryInMs > 0);
    }
    assert.equal(onboarded.get(fresh)?.operation.attempt, retries.length + 1);
  });

  it("for a while, before the engine runs and while it runs, is tried again, and told", async () => {
    await assertOnboarded(throttled);
    const retries = retriesOf(throttled);
    assert.deepEqual(
      retries.map(({ data }) => data.code),
      ["throttled", "opt_in_required"],
    );
    assert.match(retries[0]?.data.message, /guardduty:ListDetectors/);
    assert.match(retries[1]?.data.message, /securityhub:EnableSecurityHub/);
  });

  it("for good ends the operation, and the error says where, what and what to do; a later one goes through", async () => {
    await assertOnboarded(denied);
    const { api, root } = environment;
    const iam = new IAMClient(root(denied));
    const policy = { RoleName: "BulwarkDeployment", PolicyName: "somebody-s-deny" };
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Action: "guardduty:*", Resource: "*" }],
    });
    await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument }));

    const { id } = await api.accepted("POST", `/accounts/${denied}/deployments`, { refresh: true });
    const events = await api.events(id);
    const operation = await api.ended(id);
    assert.equal(operation.status, "failed");
    const { error } = operation;
    assert.equal(error.type, "/problems/access-denied");
    assert.equal(error.accountId, denied);
    assert.ok(regions.includes(error.region), error.region);
    assert.match(error.call, /^guardduty:(Get|List)\w+$/);
    assert.match(error.remedy, new RegExp(`${error.call}.*${denied}`));
    assert.match(error.detail, /AccessDenied/);
    for (const text of [JSON.stringify(operation), JSON.stringify(events)]) assertTellsNoSecret(text);

    await iam.send(new DeleteRolePolicyCommand(policy));
    const again = await api.done("POST", `/accounts/${denied}/deployments`, { refresh: true });
    assert.equal(again.changes?.delete, 0);
  });

  it("because somebody took the role's rights away is mended by the next deployment", async () => {
    const { api, root } = environment;
    const iam = new IAMClient(root(denied));
    await iam.send(new DeleteRolePolicyCommand({ RoleName: "BulwarkDeployment", PolicyName: "Bulwark" }));
    const operation = await api.done("POST", `/accounts/${denied}/deployments`, { refresh: true });
    const { same: _, ...changes } = operation.changes ?? {};
    assert.deepEqual(changes, { create: 0, update: 0, replace: 0, delete: 0, import: 0 });
  });
});

/** What must never reach a caller: stack traces, paths of the service, keys. */
function assertTellsNoSecret(text: string): void {
  assert.doesNotMatch(text, /\bat \S+ \(|node_modules|file:\/\/|\.ts:\d+/);
  assert.doesNotMatch(text, /ASIA[A-Z0-9]{12}|AKIA[A-Z0-9]{12}|SecretAccessKey|SessionToken|secret_access_key/i);
}
