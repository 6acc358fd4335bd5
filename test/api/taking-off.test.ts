import assert from "node:assert/strict";
import type { Adoption } from "../../programs/adoption.ts";
import { StackRunError } from "../../stacks/errors.ts";
import type { KeptResource } from "../../stacks/run.ts";
import { type Serving, serve } from "./serving.ts";

const none = { create: 0, update: 0, replace: 0, delete: 0, same: 0, import: 0 };
const management = "111111111111";
const accountId = "100000000001";
const path = `/admin?confirm=${management}`;
const bucket: KeptResource = {
  urn: "urn:evidence",
  type: "aws:s3/bucket:Bucket",
  name: "evidence-bucket-us-east-1",
  id: "bulwark-evidence-333333333333-us-east-1",
  accountId: "333333333333",
  region: "us-east-1",
};
const key = {
  urn: "urn:alert-key",
  type: "aws:kms/key:Key",
  name: "alert-key-us-east-1",
  op: "delete" as const,
  accountId: "222222222222",
  region: "us-east-1",
};

describe("the admin stack, taken off", () => {
  let serving: Serving;
  beforeEach(async () => {
    serving = await serve();
  });
  afterEach(() => serving.stop());

  const runs = () => serving.runner.requests.map(({ verb, inputs }) => `${verb} ${inputs.phase}`);

  async function ended(method: string, where: string, body?: unknown) {
    const accepted = await serving.call(method, where, body === undefined ? {} : { body });
    assert.equal(accepted.status, 202, accepted.text);
    return serving.ended(accepted.body.id);
  }

  async function deployed(): Promise<void> {
    const { status, error } = await ended("POST", "/admin/deployments");
    assert.equal(status, "succeeded", JSON.stringify(error));
    serving.runner.requests.length = 0;
    serving.aws.calls.length = 0;
    serving.runner.behave = ({ verb }) =>
      verb === "destroy" ? { kept: [bucket], steps: [key], changes: { ...none, delete: 9 } } : {};
  }

  it("asks for a confirmation, and for something to take off", async () => {
    await deployed();
    for (const wrong of ["/admin", "/admin?confirm=222222222222"]) {
      const refused = await serving.call("DELETE", wrong);
      assert.equal(refused.status, 400);
      assert.equal(refused.body.errors[0].field, "confirm");
    }
    assert.equal((await ended("DELETE", path)).status, "succeeded");
    const nothing = await serving.call("DELETE", path);
    assert.deepEqual([nothing.status, nothing.body.type], [409, "/problems/admin-not-deployed"]);
  });

  it("destroys all but the evidence, ends what AWS Organizations knows, and tells what is left", async () => {
    await deployed();
    serving.aws.keptDelegations = [
      {
        service: "guardduty.amazonaws.com",
        what: "trusted access to the organization",
        reason: "AccessDenied: by policy",
      },
    ];
    const { status, result, error } = await ended("DELETE", path);
    assert.equal(status, "succeeded", JSON.stringify(error));
    assert.deepEqual(runs(), ["up restore", "destroy converge"]);
    assert.equal(serving.runner.requests[1]?.keepProtected, true);
    assert.equal(serving.aws.calls.at(-1), "endDelegations securityhub.amazonaws.com guardduty.amazonaws.com");
    assert.deepEqual(
      result.evidence.map(({ id }: KeptResource) => id),
      [bucket.id],
    );
    assert.deepEqual(result.leftovers, [
      {
        what: "trusted access to the organization (guardduty.amazonaws.com)",
        region: "global",
        reason: "still protected by the organization: AccessDenied: by policy",
      },
      {
        what: "key alert-key-us-east-1 in account 222222222222",
        region: "us-east-1",
        reason: "pending deletion: AWS deletes it at the end of its waiting period, until when it can be cancelled",
      },
    ]);
    const { body } = await serving.call("GET", "/admin");
    assert.deepEqual([body.deployed, body.resources, body.adoptions, body.outputs], [false, 1, [], undefined]);
    const entries = (await serving.call("GET", "/audit")).body.items as { action: string; target: string }[];
    assert.ok(entries.some(({ action, target }) => action === "operation.offboard" && target === "admin"));
    assert.equal((await serving.call("POST", "/accounts", { body: { accountId } })).status, 409);
  });

  it("is refused while accounts rest on it, and says how many and what to do", async () => {
    await deployed();
    serving.runner.behave = () => ({});
    assert.equal((await ended("POST", "/accounts", { accountId })).status, "succeeded");
    const refused = await serving.call("DELETE", path);
    assert.equal(refused.status, 409);
    assert.match(refused.body.detail, /^1 account rests on the admin stack: 100000000001 \(active\)\. Offboard each/);
    assert.equal((await ended("DELETE", `/accounts/${accountId}?confirm=${accountId}`)).status, "succeeded");
    assert.equal((await ended("DELETE", path)).status, "succeeded");
  });

  it("is refused while an operation is under way in an account of which nothing stands yet", async () => {
    await deployed();
    serving.runner.behave = () => {
      throw new StackRunError({ code: "access_denied", retryable: false, message: "no", remedy: "Yes." });
    };
    assert.equal((await ended("POST", "/accounts", { accountId })).status, "failed");
    // As where it failed before it had any inputs.
    await serving.db.updateTable("stacks").set({ inputs: null }).where("accountId", "=", accountId).execute();
    const let_ = Promise.withResolvers<void>();
    const readAccount = serving.aws.readAccount;
    serving.aws.readAccount = async (request) => {
      await let_.promise;
      return readAccount(request);
    };
    const begun = await serving.call("POST", `/accounts/${accountId}/deployments`, { body: {} });
    assert.equal(begun.status, 202, begun.text);
    const refused = await serving.call("DELETE", path);
    assert.equal(refused.status, 409);
    assert.match(refused.body.detail, new RegExp(`^operation ${begun.body.id} is under way in account ${accountId}`));
    let_.resolve();
    await serving.ended(begun.body.id);
  });

  it("lets no account come while it goes, and nobody ask twice", async () => {
    await deployed();
    const let_ = Promise.withResolvers<void>();
    serving.runner.behave = async () => {
      await let_.promise;
      return {};
    };
    const accepted = await serving.call("DELETE", path);
    assert.equal(accepted.status, 202, accepted.text);
    for (const answer of [
      await serving.call("DELETE", path),
      await serving.call("POST", "/accounts", { body: { accountId } }),
    ]) {
      assert.deepEqual([answer.status, answer.body.type], [409, "/problems/operation-running"], answer.text);
    }
    let_.resolve();
    assert.equal((await serving.ended(accepted.body.id)).status, "succeeded");
  });

  it("is not brought up again by an attempt that follows one that was interrupted while it destroyed", async () => {
    await deployed();
    let destroyed = 0;
    serving.runner.behave = ({ verb, stack }) => {
      if (verb !== "destroy" || destroyed++ > 0) return {};
      const message = `running ${verb} on stack ${stack}: the run's process died`;
      throw new StackRunError({ code: "crashed", retryable: true, message, remedy: "Run it again." });
    };
    assert.equal((await ended("DELETE", path)).status, "succeeded");
    assert.deepEqual(runs(), ["up restore", "destroy converge", "destroy converge"]);
  });

  it("leaves a registration that was there before Bulwark came", async () => {
    serving.aws.adminInventory = { delegatedAdministrators: { "guardduty.amazonaws.com": ["222222222222"] } };
    await serving.db.deleteFrom("stacks").where("name", "=", "admin").execute();
    await deployed();
    const { body } = await serving.call("GET", "/admin");
    const left = (body.adoptions as Adoption[]).filter(({ decision }) => decision === "leave");
    assert.deepEqual(
      left.map(({ name }) => name),
      ["delegated-administrator-guardduty"],
    );
  });
});
