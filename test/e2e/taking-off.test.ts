import assert from "node:assert/strict";
import { listCore } from "./core-state.ts";
import { closeEnvironment, type Environment, type Shelter, startEnvironment } from "./environment.ts";

const accounts = { management: "111111111111", security: "222222222222", logArchive: "333333333333" };
const regions = ["us-east-1", "us-west-2"];

/** What is hardest to take off: central configuration, which holds on to its administrator, and a bucket that leaves the stack with its trail. */
const features = {
  securityHub: { mode: "central", central: { policies: [{ name: "everybody", targets: ["ou-bulw-dev000001"] }] } },
  trail: { enabled: true },
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
    const again = await environment.api.done("POST", "/admin/deployments", { refresh: true });
    assert.ok(again.changes);
    const { same, ...others } = again.changes;
    assert.deepEqual(others, { create: 0, update: 0, replace: 0, delete: 0, import: 0 });
    assert.ok(same > 0);
  });
});
