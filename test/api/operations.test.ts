import assert from "node:assert/strict";
import { AwsCallError } from "../../stacks/aws/call-error.ts";
import { fakeAws, fakeRunner, gate } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

const inAccount = (accountId: string) => ({ body: { accountId } });

describe("operations", () => {
  let serving: Serving;
  beforeEach(async () => {
    serving = await serve();
  });
  afterEach(() => serving.stop());

  it("of one stack are done one after another, of several stacks side by side", async () => {
    const gates = [gate(), gate()];
    const order: string[] = [];
    serving.runner.behave = async (request, hooks) => {
      order.push(`${request.stack} begins`);
      await gates[order.length - 1]?.behave(request, hooks);
      order.push(`${request.stack} ends`);
      return {};
    };
    const first = await serving.call("POST", "/admin/deployments");
    const second = await serving.call("POST", "/admin/deployments");
    const other = await serving.call("POST", "/accounts", inAccount("100000000001"));
    await Promise.all(gates.map(({ entered }) => entered));
    assert.deepEqual(order.toSorted(), ["account-100000000001 begins", "admin begins"]);
    assert.equal((await serving.call("GET", `/operations/${second.body.id}`)).body.status, "queued");
    for (const { open } of gates) open();
    for (const { body } of [first, second, other]) assert.equal((await serving.ended(body.id)).status, "succeeded");
    assert.ok(order.indexOf("admin ends") < order.lastIndexOf("admin begins"), order.join());
  });

  it("end at once when they are cancelled while they wait", async () => {
    const held = gate();
    serving.runner.behave = held.behave;
    const running = await serving.call("POST", "/admin/deployments");
    await held.entered;
    const waiting = await serving.call("POST", "/admin/deployments");
    const cancelled = await serving.call("POST", `/operations/${waiting.body.id}/cancel`);
    assert.equal(cancelled.status, 202);
    assert.equal(cancelled.body.status, "cancelled");
    held.open();
    assert.equal((await serving.ended(running.body.id)).status, "succeeded");
    const again = await serving.call("POST", `/operations/${waiting.body.id}/cancel`);
    assert.equal(again.status, 409);
    assert.ok(serving.runner.requests.every(({ operationId }) => operationId !== waiting.body.id));
    const next = await serving.call("POST", "/admin/deployments");
    assert.equal((await serving.ended(next.body.id)).status, "succeeded");
  });

  it("are interrupted when they are cancelled while they run, and say what was done", async () => {
    const held = gate();
    serving.runner.behave = held.behave;
    const { body } = await serving.call("POST", "/accounts", inAccount("100000000001"));
    await held.entered;
    const answer = await serving.call("POST", `/operations/${body.id}/cancel`);
    assert.equal(answer.status, 202);
    const operation = await serving.ended(body.id);
    assert.equal(operation.status, "cancelled");
    assert.equal(operation.changes.create, 1);
    assert.equal((await serving.call("GET", "/accounts/100000000001")).body.status, "failed");
    serving.runner.behave = () => ({});
    const again = await serving.call("POST", "/accounts", inAccount("100000000001"));
    assert.equal((await serving.ended(again.body.id)).status, "succeeded");
  });

  it("tell of a second onboarding that the first one is running", async () => {
    const held = gate();
    serving.runner.behave = held.behave;
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => serving.call("POST", "/accounts", inAccount("100000000001"))),
    );
    const accepted = answers.filter(({ status }) => status === 202);
    assert.equal(accepted.length, 1);
    for (const { status, body } of answers.filter((answer) => answer.status !== 202)) {
      assert.equal(status, 409);
      assert.equal(body.type, "/problems/operation-running");
      assert.equal(body.operationId, accepted[0]?.body.id);
    }
    held.open();
    await serving.ended(accepted[0]?.body.id);
    const third = await serving.call("POST", "/accounts", inAccount("100000000001"));
    assert.equal(third.status, 409);
    assert.match(third.body.detail, /deployments/);
  });

  it("answer a repeated request with its key as the first time, and another request with 422", async () => {
    const headers = { "idempotency-key": "change-4711" };
    const body = { accountId: "100000000001" };
    const first = await serving.call("POST", "/accounts", { body, headers });
    assert.equal(first.status, 202, first.text);
    await serving.ended(first.body.id);
    const later = await serving.call("POST", "/accounts", { body, headers });
    assert.equal(later.text, first.text);
    const other = await serving.call("POST", "/accounts", { body: { accountId: "100000000002" }, headers });
    assert.equal(other.status, 422);
    assert.equal(other.body.type, "/problems/idempotency-mismatch");
    assert.equal((await serving.call("GET", "/operations")).body.items.length, 1);
  });

  it("try again after an error that may pass, and tell it", async () => {
    let left = 2;
    serving.aws.fail = (call, accountId) => {
      if (call !== "enabledRegions" || left === 0) return;
      left -= 1;
      const cause = Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
      throw new AwsCallError(
        { activity: "listing regions", accountId, region: "us-east-1", call: "account:ListRegions" },
        cause,
      );
    };
    const { body } = await serving.call("POST", "/accounts", inAccount("100000000001"));
    const operation = await serving.ended(body.id);
    assert.equal(operation.status, "succeeded");
    assert.equal(operation.attempt, 3);
    const events = await serving.call("GET", `/operations/${body.id}/events`);
    assert.match(events.text, /"code":"throttled".*"retryInMs":\d+/);
  });

  it("that wait for their next attempt end at once when they are cancelled", async () => {
    serving.aws.fail = (call, accountId) => {
      if (call !== "enabledRegions") return;
      const cause = Object.assign(new Error("not subscribed"), { name: "OptInRequired" });
      const place = { activity: "listing regions", region: "us-east-1", call: "account:ListRegions" };
      throw new AwsCallError({ ...place, accountId }, cause);
    };
    const { body } = await serving.call("POST", "/accounts", inAccount("100000000001"));
    let operation = body;
    for (let tried = 0; operation.retryAt === undefined && tried < 200; tried++) {
      operation = (await serving.call("GET", `/operations/${body.id}`)).body;
    }
    assert.equal(operation.status, "running");
    const cancelled = await serving.call("POST", `/operations/${body.id}/cancel`);
    assert.equal(cancelled.body.status, "cancelled");
    serving.aws.fail = () => undefined;
    const again = await serving.call("POST", "/accounts", inAccount("100000000001"));
    assert.equal((await serving.ended(again.body.id)).status, "succeeded");
  });

  it("that create an account go on where they were interrupted: one account, in its unit", async () => {
    let left = 1;
    serving.aws.fail = (call, accountId) => {
      if (call !== "moveAccount" || left === 0) return;
      left -= 1;
      const cause = Object.assign(new Error("busy"), { name: "ConcurrentModificationException" });
      const place = { activity: "moving", region: "us-east-1", call: "organizations:MoveAccount" };
      throw new AwsCallError({ ...place, accountId }, cause);
    };
    const body = {
      name: "new-desk",
      email: "new-desk@clearing.example.com",
      organizationalUnitId: "ou-bulw-dev000001",
    };
    const accepted = await serving.call("POST", "/accounts", { body });
    assert.equal(accepted.status, 202, accepted.text);
    const again = await serving.call("POST", "/accounts", { body });
    assert.equal(again.status, 409);
    const operation = await serving.ended(accepted.body.id);
    assert.equal(operation.status, "succeeded", JSON.stringify(operation));
    const { accountId } = operation.target;
    assert.deepEqual(serving.aws.parents.get(accountId), ["ou-bulw-dev000001", "r-bulw"]);
    assert.equal([...serving.aws.accountsById.values()].filter(({ email }) => email === body.email).length, 1);
    assert.equal(operation.result.accountId, accountId);
  });

  it("wait for an account that they create to let its roles be assumed, and for no other", async () => {
    let left = 3;
    serving.aws.fail = (call, accountId) => {
      if (call !== "ensureDeploymentRole" || left === 0) return;
      left -= 1;
      const cause = Object.assign(new Error("not authorized to perform: sts:AssumeRole"), { name: "AccessDenied" });
      const place = { activity: "assuming a role", region: "us-east-1", call: "sts:AssumeRole" };
      throw new AwsCallError({ ...place, accountId }, cause);
    };
    const existing = await serving.call("POST", "/accounts", inAccount("100000000001"));
    const failed = await serving.ended(existing.body.id);
    assert.deepEqual([failed.status, failed.attempt, failed.error.type], ["failed", 1, "/problems/access-denied"]);
    const body = { name: "fresh-desk", email: "fresh-desk@clearing.example.com" };
    const created = await serving.call("POST", "/accounts", { body });
    const operation = await serving.ended(created.body.id);
    assert.deepEqual([operation.status, operation.attempt], ["succeeded", 3], JSON.stringify(operation));
  });

  it("fail with account, region, call and remedy when AWS denies", async () => {
    serving.aws.fail = (call, accountId) => {
      if (call !== "readAccount") return;
      const cause = Object.assign(new Error("not authorized"), { name: "AccessDeniedException" });
      const place = { activity: "reading Security Hub", region: "us-west-2", call: "securityhub:DescribeHub" };
      throw new AwsCallError({ ...place, accountId }, cause);
    };
    const { body } = await serving.call("POST", "/accounts", inAccount("100000000001"));
    const { status, error } = await serving.ended(body.id);
    assert.equal(status, "failed");
    assert.equal(error.type, "/problems/access-denied");
    assert.equal(error.accountId, "100000000001");
    assert.equal(error.region, "us-west-2");
    assert.equal(error.call, "securityhub:DescribeHub");
    assert.equal((await serving.call("GET", error.type)).body.title, error.title);
    assert.match(error.remedy, /Allow securityhub:DescribeHub/);
    assert.equal((await serving.call("GET", "/accounts/100000000001")).body.status, "failed");
  });

  it("show nothing of an error of the service's own", async () => {
    serving.runner.behave = () => {
      throw new Error("password=hunter2 at /root/x.ts");
    };
    const { body } = await serving.call("POST", "/accounts", inAccount("100000000001"));
    const operation = await serving.ended(body.id);
    assert.equal(operation.error.type, "/problems/internal");
    assert.doesNotMatch(JSON.stringify(operation), /hunter2/);
  });

  it("are refused where the admin stack is not deployed", async () => {
    const bare = await serve({ adminDeployed: false, runner: fakeRunner(), aws: fakeAws() });
    try {
      const refused = await bare.call("POST", "/accounts", inAccount("100000000001"));
      assert.equal(refused.status, 409);
      assert.match(refused.body.detail, /POST \/admin\/deployments/);
      const deployed = await bare.call("POST", "/admin/deployments", { body: {} });
      const operation = await bare.ended(deployed.body.id);
      assert.equal(operation.status, "succeeded", JSON.stringify(operation));
      const admin = await bare.call("GET", "/admin");
      assert.equal(admin.body.deployed, true);
      assert.equal(admin.body.outputs.configBucket, "bulwark-config-333333333333");
      assert.equal((await bare.call("POST", "/accounts", inAccount("100000000001"))).status, 202);
    } finally {
      await bare.stop();
    }
  });
});
