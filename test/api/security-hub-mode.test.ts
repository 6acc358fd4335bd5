import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { findStack } from "../../api/store/stacks.ts";
import type { GoverningInventory } from "../../programs/inventory.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { standardArn } from "../../programs/standards.ts";
import { CONTROL_PARAMETERS } from "../programs/samples.ts";
import { fakeAws, settings } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

const accountId = "100000000001";
const unit = "ou-bulw-dev000001";
const policies = [{ name: "all", targets: [accountId, unit] }];
const central = OrganizationSettings.parse({
  ...settings,
  controlParameters: CONTROL_PARAMETERS,
  features: { securityHub: { mode: "central", central: { policies } } },
});
const standardArns = [standardArn("aws", "us-east-1", "cis-5.0.0")];

describe("Security Hub's mode, in the inputs of stacks", () => {
  let serving: Serving;
  const holding = { policyId: "p", status: "SUCCESS", enabled: true, standardArns };
  let governing: GoverningInventory | undefined = holding;
  const aws = Object.assign(fakeAws(), { readGoverning: async () => governing });
  before(async () => {
    serving = await serve({ aws, dependencies: { settings: central } });
  });
  after(() => serving?.stop());

  const ended = async (at: Serving, path: string, body?: object) => {
    const { status, body: accepted, text } = await at.call("POST", path, body === undefined ? {} : { body });
    assert.equal(status, 202, text);
    return at.ended(accepted.id);
  };
  /** How an operation ends that has to wait for a policy; the policy holds once the operation has said so. */
  const endedAfterWaiting = async (path: string, body: object = {}) => {
    const { body: accepted, text } = await serving.call("POST", path, { body });
    assert.match(accepted.id ?? "", /./, text);
    let events: { code?: string }[] = [];
    while (!events.some(({ code }) => code === "policy_pending")) {
      await sleep(50);
      const rows = await serving.db
        .selectFrom("operationEvents")
        .select("data")
        .where("operationId", "=", accepted.id)
        .execute();
      events = rows.map(({ data }) => data as { code?: string });
    }
    governing = holding;
    return (await serving.ended(accepted.id)).status;
  };
  const deployments = `/accounts/${accountId}/deployments`;
  const stack = async () => {
    const row = await findStack(serving.db, `account-${accountId}`);
    const inputs = row?.inputs as { governing?: { held: object }; features: { securityHub: { mode: string } } };
    return { inputs, adoptions: (row?.adoptions ?? []) as { name: string }[] };
  };

  it("is central: what governs the account is asked of AWS and written down, and nothing of it is the stack's own", async () => {
    const { status } = await ended(serving, "/accounts", { accountId, environment: "prod" });
    assert.equal(status, "succeeded");
    assert.deepEqual((await stack()).inputs.governing, {
      ...{ policyId: "p", enabled: true, standards: ["cis-5.0.0"] },
      held: { regions: [], standards: [], controls: [] },
    });
  });

  it("waits for a policy that AWS is still applying, and tells a preview of it at once", async () => {
    const { policyId, enabled } = { policyId: "p", enabled: true };
    governing = { policyId, enabled, standardArns, status: "PENDING" };
    const preview = await ended(serving, `/accounts/${accountId}/previews`);
    assert.deepEqual([preview.status, preview.error.type.split("/").at(-1)], ["failed", "precondition"]);
    assert.equal(await endedAfterWaiting(deployments), "succeeded");
  });

  it("waits in an onboarding for a policy of its unit that AWS has not given the account yet", async () => {
    governing = undefined;
    const request = { accountId: "100000000003" };
    assert.equal((await ended(serving, "/accounts", request)).error.type.split("/").at(-1), "precondition");
    serving.aws.parents.set("100000000002", [unit, "r-bulw"]);
    assert.equal(await endedAfterWaiting("/accounts", { accountId: "100000000002" }), "succeeded");
  });

  it("fails at once where AWS could not apply the policy", async () => {
    governing = { policyId: "p", enabled: true, standardArns, status: "FAILED", message: "it is closed" };
    const { status, error, attempt } = await ended(serving, deployments);
    assert.deepEqual([status, error.type.split("/").at(-1), attempt], ["failed", "precondition", 1]);
    governing = holding;
  });

  it("fails a deployment while no policy holds, and says what to do", async () => {
    const found = governing;
    governing = undefined;
    const { status, error } = await ended(serving, deployments);
    assert.deepEqual([status, error.code ?? error.type.split("/").at(-1)], ["failed", "precondition"]);
    assert.match(error.detail, /no configuration policy of Security Hub governs account 100000000001/);
    governing = found;
  });

  it("holds what the stack has made in local mode", async () => {
    const { inputs } = await stack();
    const { governing: _, ...rest } = inputs;
    const former = { ...rest, features: { securityHub: { ...inputs.features.securityHub, mode: "local" } } };
    await serving.db
      .updateTable("stacks")
      .set({ inputs: JSON.stringify(former) })
      .where("name", "=", `account-${accountId}`)
      .execute();
    assert.equal((await ended(serving, deployments)).status, "succeeded");
    const held = { regions: ["us-east-1", "us-west-2"], standards: ["cis-5.0.0"], controls: ["ACM.1"] };
    assert.deepEqual((await stack()).inputs.governing?.held, held);
    assert.equal((await ended(serving, deployments)).status, "succeeded");
    assert.deepEqual((await stack()).inputs.governing?.held, held);
  });

  it("gives the admin stack the accounts of each environment", async () => {
    assert.equal((await ended(serving, "/admin/deployments")).status, "succeeded");
    const admin = (await findStack(serving.db, "admin"))?.inputs as { environments: object };
    assert.deepEqual(admin.environments, { prod: [accountId] });
  });

  it("is local again: hubs that the policy has made are adopted", async () => {
    const { inputs } = await stack();
    const former = { ...inputs, governing: { ...inputs.governing, held: { regions: ["us-west-2"], standards: [] } } };
    await serving.db
      .updateTable("stacks")
      .set({ inputs: JSON.stringify(former) })
      .where("name", "=", `account-${accountId}`)
      .execute();
    await serving.service.stop();
    const hub = {
      hubArn: "arn:hub",
      autoEnableControls: true,
      controlFindingGenerator: "SECURITY_CONTROL",
      standards: [],
    };
    const region = { ebsEncryptionByDefault: true, hub };
    aws.inventory = { regions: { "us-east-1": region, "us-west-2": region } };
    const local = await serve({ aws, database: serving.database });
    assert.equal((await ended(local, deployments)).status, "succeeded");
    const { adoptions } = await stack();
    assert.deepEqual(
      adoptions.map(({ name }) => name),
      ["hub-us-east-1"],
    );
    assert.equal((await stack()).inputs.features.securityHub.mode, "local");
    await local.stop();
  });
});
