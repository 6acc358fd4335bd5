import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { names } from "../../programs/names.ts";
import { FEW_REMEDIATIONS } from "../few-features.ts";
import { readAccount } from "./account-state.ts";
import { listCore } from "./core-state.ts";
import { closeEnvironment, type Environment, type Shelter, startEnvironment } from "./environment.ts";

const accounts = { management: "111111111111", security: "222222222222", logArchive: "333333333333" };
const regions = ["us-east-1", "us-west-2"];
const unit = "ou-bulw-dev000001";
const unchanged = { create: 0, update: 0, replace: 0, delete: 0, import: 0 };

/** What is hardest to take off: central configuration, which holds on to its administrator, and a bucket that leaves the stack with its trail. */
const features = {
  securityHub: { mode: "central", central: { policies: [{ name: "everybody", targets: [unit] }] } },
  trail: { enabled: true },
  remediations: FEW_REMEDIATIONS,
};

describe("taking the admin stack off", function () {
  this.timeout(900_000);
  const shelter: Shelter = { parts: [] };
  let environment: Environment;
  let former: string[];
  const list = () => listCore((accountId, region) => environment.root(accountId, region), accounts, regions);
  const added = (now: readonly string[]) => now.filter((line) => !former.includes(line));
  const gone = (now: readonly string[]) => former.filter((line) => !now.includes(line));

  // An environment of its own: the other files' accounts rest on their admin stack.
  before(async () => {
    environment = await startEnvironment(shelter, (settings) => ({ ...settings, regions, features }));
    former = await list();
    await environment.api.done("POST", "/admin/deployments", {});
  });
  after(() => closeEnvironment(shelter));

  /** The steps build on one another. */
  describe("while a member of central mode rests on it", () => {
    let accountId: string;
    let security: SecurityHub;
    const read = () => readAccount(environment.root, accountId, regions);
    const driftOf = async (path: string) => {
      const { result } = await environment.api.done("POST", `${path}/drift-checks`);
      return (result.drift as { name: string }[]).map(({ name }) => name).sort();
    };

    before(() => {
      security = new SecurityHub(environment.root(accounts.security));
    });
    after(() => security?.destroy());

    it("onboards an account that it creates, once the policy of its unit holds", async () => {
      const request = { name: "collating", email: "aws+collating@clearing.example.com", organizationalUnitId: unit };
      const onboarding = await environment.api.done("POST", "/accounts", request);
      accountId = onboarding.target.accountId ?? "";
      const waited = await environment.api.events(onboarding.id);
      assert.ok(
        waited.some(({ data }) => data.code === "policy_pending"),
        "it did not wait",
      );
      const state = await read();
      for (const region of regions) {
        const { hub, detector, recording } = state.regions[region] ?? {};
        assert.deepEqual(
          [hub?.administrator, Object.keys(hub?.standards ?? {}).length],
          [accounts.security, 2],
          region,
        );
        assert.equal(detector?.administrator, accounts.security, region);
        assert.deepEqual(recording, [true], region);
      }
    });

    it("deploys the member again all same", async () => {
      const { same, ...others } =
        (await environment.api.done("POST", `/accounts/${accountId}/deployments`)).changes ?? {};
      assert.deepEqual(others, unchanged);
      assert.ok(same);
      assert.deepEqual(await driftOf(`/accounts/${accountId}`), []);
    });

    it("shows as drift what is turned off by hand, in the member and of its policy, and repairs it", async () => {
      const hub = new SecurityHub(environment.root(accountId));
      await assert.rejects(hub.disableSecurityHub({}), { name: "AccessDeniedException" });
      hub.destroy();
      const ec2 = new EC2(environment.root(accountId, "us-west-2"));
      await ec2.disableEbsEncryptionByDefault({});
      ec2.destroy();
      const Target = { OrganizationalUnitId: unit };
      const { ConfigurationPolicyId } = await security.getConfigurationPolicyAssociation({ Target });
      const ConfigurationPolicyIdentifier = "SELF_MANAGED_SECURITY_HUB";
      await security.startConfigurationPolicyAssociation({ ConfigurationPolicyIdentifier, Target });

      assert.deepEqual(await driftOf(`/accounts/${accountId}`), [names.ebsEncryption("us-west-2")]);
      assert.deepEqual(await driftOf("/admin"), [names.policyAssociation(unit, "us-east-1")]);

      await environment.api.done("POST", "/admin/deployments", { refresh: true });
      const association = await security.getConfigurationPolicyAssociation({ Target });
      assert.equal(association.ConfigurationPolicyId, ConfigurationPolicyId);
      await environment.api.done("POST", `/accounts/${accountId}/deployments`, { refresh: true });
      assert.equal((await read()).regions["us-west-2"]?.ebsEncryptionByDefault, true);
      assert.deepEqual(await driftOf(`/accounts/${accountId}`), []);
    });

    it("offboards it, and leaves its hub to the policy", async () => {
      await environment.api.done("DELETE", `/accounts/${accountId}?confirm=${accountId}`);
      const state = await read();
      for (const region of regions) {
        const { hub, detector, recorders, ebsEncryptionByDefault } = state.regions[region] ?? {};
        assert.equal(Object.keys(hub?.standards ?? {}).length, 2, region);
        assert.deepEqual([detector, recorders, ebsEncryptionByDefault], [undefined, [], false], region);
      }
    });
  });

  it("leaves nothing but evidence and keys pending deletion, and both are told", async () => {
    const deployed = added(await list());
    for (const thing of ["trusted guardduty.amazonaws.com", "delegated guardduty.amazonaws.com"]) {
      assert.ok(deployed.includes(thing), `${thing} is not in ${deployed.join("\n")}`);
    }
    const { result } = await environment.api.done("DELETE", `/admin?confirm=${accounts.management}`);
    const now = await list();
    assert.deepEqual(gone(now), []);
    const left = added(now);
    const evidence = left.filter((line) => /^logArchive (us-east-1 key Enabled|bucket bulwark-)/.test(line));
    const pending = left.filter((line) => / key PendingDeletion /.test(line));
    assert.deepEqual(
      left.filter((line) => !evidence.includes(line) && !pending.includes(line)),
      [],
    );

    const told = result as {
      evidence: { type: string; id: string }[];
      leftovers: { what: string; reason: string }[];
    };
    const buckets = told.evidence.filter(({ type }) => type === "aws:s3/bucket:Bucket").map(({ id }) => id);
    assert.deepEqual(
      buckets.map((name) => `logArchive bucket ${name}`).sort(),
      evidence.filter((line) => line.includes(" bucket ")).sort(),
    );
    const keys = told.evidence.filter(({ type }) => type === "aws:kms/key:Key");
    assert.equal(keys.length, evidence.filter((line) => line.includes(" key ")).length);
    assert.equal(told.leftovers.length, pending.length, JSON.stringify(told.leftovers));
    for (const { reason } of told.leftovers) assert.match(reason, /^pending deletion: /);
    const { body } = await environment.api.call("GET", "/admin");
    assert.equal(body.deployed, false);
  });

  it("is deployed again on its evidence, and then stays the same", async () => {
    const evidence = (await list()).filter((line) => line.startsWith("logArchive ") && !former.includes(line));
    const { changes } = await environment.api.done("POST", "/admin/deployments", {});
    assert.deepEqual(
      { ...changes, create: 0, same: 0 },
      { create: 0, update: 0, replace: 0, delete: 0, same: 0, import: 0 },
    );
    const now = await list();
    for (const line of evidence) assert.ok(now.includes(line), `${line} is gone`);
    const again = await environment.api.done("POST", "/admin/deployments", {});
    assert.ok(again.changes);
    const { same, ...others } = again.changes;
    assert.deepEqual(others, { create: 0, update: 0, replace: 0, delete: 0, import: 0 });
    assert.ok(same > 0);
  });
});
