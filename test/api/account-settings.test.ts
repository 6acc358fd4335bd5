import assert from "node:assert/strict";
import type { VpcInventory } from "../../programs/account-inventory.ts";
import type { BaselineInputs } from "../../programs/inputs.ts";
import { StackRunError } from "../../stacks/errors.ts";
import { type Serving, serve } from "./serving.ts";

const accountId = "100000000001";
const none = { create: 0, update: 0, replace: 0, delete: 0, same: 0, import: 0 };

const vpc = (vpcId: string): VpcInventory => ({
  ...{ vpcId, isDefault: true },
  defaultSecurityGroup: { id: `sg-of-${vpcId}`, ingress: [], egress: [], networkInterfaces: 0 },
});

describe("an account's networks", () => {
  let serving: Serving;
  const runs = () => serving.runner.requests.map(({ verb, inputs }) => `${verb} ${inputs.phase}`);
  const last = () => serving.runner.requests.at(-1)?.inputs as BaselineInputs;
  const groups = () => last().adoptions.map(({ name, decision }) => `${name} ${decision}`);

  beforeEach(async () => {
    serving = await serve();
    serving.aws.ownSettings = { regions: { "us-east-1": { vpcs: [vpc("vpc-00000001")] } } };
  });
  afterEach(() => serving.stop());

  async function ended(method: string, path: string, body?: unknown) {
    const accepted = await serving.call(method, path, body === undefined ? {} : { body });
    assert.equal(accepted.status, 202, accepted.text);
    return serving.ended(accepted.body.id);
  }

  it("are the same in a preview and in the deployment, are read anew for each, and need no run of their own", async () => {
    const preview = await ended("POST", `/accounts/${accountId}/previews`);
    const previewed = last();
    assert.deepEqual(previewed.vpcs, { "us-east-1": [{ vpcId: "vpc-00000001", isDefault: true }], "us-west-2": [] });
    assert.equal(preview.result.adoptions[0].decision, "takeOver");
    assert.equal(preview.changes.import, 0);
    await ended("POST", "/accounts", { accountId });
    assert.deepEqual(runs(), ["preview converge", "up converge"]);
    assert.deepEqual(last(), previewed);

    // By now the first group is as Bulwark left it: not even what it looks like now is what it was.
    const changed = { ...vpc("vpc-00000001"), isDefault: true };
    serving.aws.ownSettings = { regions: { "us-east-1": { vpcs: [changed, vpc("vpc-00000002")] } } };
    await ended("POST", `/accounts/${accountId}/deployments`);
    assert.equal(last().vpcs["us-east-1"]?.length, 2);
    assert.deepEqual(groups(), [
      "default-security-group-vpc-00000001-us-east-1 takeOver",
      "default-security-group-vpc-00000002-us-east-1 takeOver",
    ]);
    assert.equal(runs().at(-1), "up converge");

    serving.aws.ownSettings = { regions: { "us-east-1": { vpcs: [vpc("vpc-00000002")] } } };
    await ended("POST", `/accounts/${accountId}/deployments`);
    assert.deepEqual(groups(), ["default-security-group-vpc-00000002-us-east-1 takeOver"]);
    await ended("DELETE", `/accounts/${accountId}?confirm=${accountId}`);
    assert.deepEqual(runs().slice(-2), ["up restore", "destroy restore"]);
    assert.equal(last().vpcs["us-east-1"]?.length, 1);
  });

  it("that have gone are not asked for when the account leaves, and those that came are left alone", async () => {
    await ended("POST", "/accounts", { accountId });
    serving.aws.ownSettings = { regions: { "us-east-1": { vpcs: [vpc("vpc-00000003")] } } };
    const { result } = await ended("DELETE", `/accounts/${accountId}?confirm=${accountId}`);
    assert.deepEqual(last().vpcs["us-east-1"], []);
    assert.deepEqual([groups(), result.restored], [[], []]);
    assert.deepEqual(runs().slice(-1), ["destroy converge"]);
  });

  it("get back what was taken over when a first deployment failed and the account leaves, and nothing is brought up for it", async () => {
    serving.runner.behave = () => {
      throw new StackRunError({ code: "engine_error", retryable: false, message: "refused", remedy: "Look." });
    };
    assert.equal((await ended("POST", "/accounts", { accountId })).status, "failed");
    serving.runner.behave = () => ({ changes: { ...none, delete: 1 } });
    const offboarding = await ended("DELETE", `/accounts/${accountId}?confirm=${accountId}`);
    assert.equal(offboarding.status, "succeeded", JSON.stringify(offboarding.error));
    assert.deepEqual(runs(), ["up converge", "up release", "destroy release"]);
    assert.equal(offboarding.result.restored[0].name, "default-security-group-vpc-00000001-us-east-1");
  });
});
