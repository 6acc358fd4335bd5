import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { EventMessage, EventQueue } from "../../api/consumer/event-queue.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { fakeAws, gate, settings } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

/** A queue that gives each message until it is removed, as SQS does after the visibility timeout. */
function fakeQueue() {
  const messages: EventMessage[] = [];
  const removed: string[] = [];
  let failures = 0;
  const queue: EventQueue & { closed?: boolean } = {
    async receive(signal) {
      if (failures > 0) {
        failures -= 1;
        throw Object.assign(new Error("The security token included in the request is expired"), {
          name: "ExpiredToken",
        });
      }
      await sleep(20, undefined, { signal });
      return messages.filter(({ receipt }) => !removed.includes(receipt));
    },
    async remove(receipt) {
      removed.push(receipt);
    },
    close() {
      queue.closed = true;
    },
  };
  return {
    queue,
    removed,
    failNext: (count: number) => {
      failures = count;
    },
    put(receipt: string, body: unknown) {
      messages.push({ receipt, body: typeof body === "string" ? body : JSON.stringify(body) });
    },
  };
}

/** As EventBridge delivers it, with fields that nobody asked for. */
function created(id: string, accountId: string, state = "SUCCEEDED") {
  return {
    version: "0",
    id,
    "detail-type": "AWS Service Event via CloudTrail",
    source: "aws.organizations",
    account: "111111111111",
    region: "us-east-1",
    resources: [],
    detail: {
      eventName: "CreateAccountResult",
      eventSource: "organizations.amazonaws.com",
      somethingNew: { nested: true },
      serviceEventDetails: {
        createAccountStatus: {
          id: "car-1",
          state,
          accountName: "****",
          ...(state === "SUCCEEDED" ? { accountId } : { failureReason: "EMAIL_ALREADY_EXISTS" }),
        },
      },
    },
  };
}

describe("account events", () => {
  let serving: Serving;
  let source: ReturnType<typeof fakeQueue>;
  beforeEach(async () => {
    source = fakeQueue();
    const excluding = OrganizationSettings.parse({
      ...settings,
      excludedAccounts: ["100000000003"],
      excludedOrganizationalUnits: ["ou-bulw-dev000001"],
    });
    const aws = fakeAws();
    aws.parents.set("100000000002", ["ou-bulw-dev000001", "r-bulw"]);
    serving = await serve({ aws, dependencies: { openEventQueue: () => source.queue, settings: excluding } });
  });
  afterEach(() => serving.stop());

  const removed = (receipt: string) => until(() => source.removed.includes(receipt));

  it("onboard a new account without any call, and say how it came", async () => {
    source.put("m1", created("e1", "100000000001"));
    await removed("m1");
    const { items } = (await serving.call("GET", "/operations?kind=onboard")).body;
    assert.equal(items.length, 1);
    assert.equal(items[0].how, "event");
    assert.equal((await serving.ended(items[0].id)).status, "succeeded");
    const { body } = await serving.call("GET", "/accounts/100000000001");
    assert.equal(body.how, "event");
    assert.equal(body.status, "active");
  });

  it("start one operation, however often and by whichever event they come", async () => {
    const held = gate();
    serving.runner.behave = held.behave;
    source.put("m1", created("e1", "100000000001"));
    source.put("m2", created("e1", "100000000001"));
    source.put("m3", created("e2", "100000000001"));
    for (const receipt of ["m1", "m2", "m3"]) await removed(receipt);
    held.open();
    source.put("m4", created("e3", "100000000001"));
    await removed("m4");
    assert.equal((await serving.call("GET", "/operations")).body.items.length, 1);
  });

  it("of an account that the service creates itself start nothing more", async () => {
    const held = gate();
    serving.runner.behave = held.behave;
    const request = { name: "settlement-reporting", email: "settlement-reporting@clearing.example.com" };
    const { body } = await serving.call("POST", "/accounts", {
      body: { ...request, organizationalUnitId: "ou-bulw-dev000001", owner: "settlement" },
    });
    await held.entered;
    const accountId = (await serving.call("GET", `/operations/${body.id}`)).body.target.accountId;
    source.put("m1", created("e1", accountId));
    await removed("m1");
    held.open();
    const operation = await serving.ended(body.id);
    assert.equal(operation.status, "succeeded", JSON.stringify(operation));
    assert.equal(operation.result.accountId, accountId);
    assert.equal((await serving.call("GET", "/operations")).body.items.length, 1);
    const account = (await serving.call("GET", `/accounts/${accountId}`)).body;
    assert.deepEqual([account.how, account.owner, account.status], ["creation", "settlement", "active"]);
    assert.deepEqual(serving.aws.parents.get(accountId), ["ou-bulw-dev000001", "r-bulw"]);
  });

  it("of excluded accounts, excluded units and failed creations are passed over", async () => {
    source.put("m1", created("e1", "100000000002"));
    source.put("m2", created("e2", "100000000003"));
    source.put("m3", created("e3", "", "FAILED"));
    source.put("m4", created("e4", "100000000099"));
    for (const receipt of ["m1", "m2", "m3", "m4"]) await removed(receipt);
    assert.deepEqual((await serving.call("GET", "/operations")).body.items, []);
    assert.match(serving.log.join(""), /EMAIL_ALREADY_EXISTS/);
    const rows = await serving.db.selectFrom("receivedEvents").selectAll().orderBy("id").execute();
    assert.deepEqual(
      rows.map(({ outcome }) => outcome),
      ["skipped", "skipped", "creation-failed", "skipped"],
    );
  });

  it("that can't be read, or not decided yet, stay in the queue", async () => {
    source.put("bad1", "no json");
    source.put("bad2", { ...created("e1", "100000000001"), source: "somebody.else" });
    source.put("bad3", { id: "e2" });
    source.put("early", created("e3", "100000000050"));
    source.put("good", created("e4", "100000000001"));
    await removed("good");
    await sleep(100);
    assert.deepEqual(source.removed, ["good"]);
    const email = "late@clearing.example.com";
    serving.aws.accountsById.set("100000000050", { accountId: "100000000050", name: "late", email, state: "ACTIVE" });
    await removed("early");
  });

  it("are taken in again after the queue could not be reached", async () => {
    source.failNext(2);
    source.put("m1", created("e1", "100000000001"));
    await removed("m1");
    assert.match(serving.log.join(""), /receiving account events failed/);
  });
});

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (!holds()) {
    assert.ok(Date.now() < deadline, "it did not happen in time");
    await sleep(20);
  }
}
