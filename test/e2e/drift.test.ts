import assert from "node:assert/strict";
import { DisableEbsEncryptionByDefaultCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  DeleteDetectorCommand,
  DisassociateMembersCommand,
  GuardDutyClient,
  ListDetectorsCommand,
} from "@aws-sdk/client-guardduty";
import { DisassociateMembersCommand as DisassociateFromHub, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { readAccount } from "./account-state.ts";
import { type Environment, organization } from "./environment.ts";

const accountId = "100000000009";
const security = "222222222222";
const regions = ["us-east-1", "us-west-2"];
const region = "us-west-2";

describe("what is changed by hand in a member", function () {
  this.timeout(600_000);
  let environment: Environment;
  before(async () => {
    environment = await organization();
    await environment.api.done("POST", "/accounts", { accountId });
  });

  const names = (drift: { name: string }[]) => drift.map(({ name }) => name).sort();
  const detectorOf = async (account: string) => {
    const guardDuty = new GuardDutyClient(environment.root(account, region));
    const { DetectorIds: [id] = [] } = await guardDuty.send(new ListDetectorsCommand({}));
    return { guardDuty, id };
  };

  it("is reported as drift, repaired by a deployment, and gone from the next check", async () => {
    const { api, root } = environment;
    const before = await readAccount(root, accountId, regions);

    // AWS lets no member delete its detector: its administrator has to let it go first.
    const administrator = await detectorOf(security);
    await administrator.guardDuty.send(
      new DisassociateMembersCommand({ DetectorId: administrator.id, AccountIds: [accountId] }),
    );
    const member = await detectorOf(accountId);
    await member.guardDuty.send(new DeleteDetectorCommand({ DetectorId: member.id }));
    await new SecurityHubClient(root(security, region)).send(new DisassociateFromHub({ AccountIds: [accountId] }));
    await new EC2Client(root(accountId, region)).send(new DisableEbsEncryptionByDefaultCommand({}));

    const check = await api.done("POST", `/accounts/${accountId}/drift-checks`);
    assert.equal(check.result.drifted, true);
    const drifted = names(check.result.drift);
    for (const what of ["detector", "detector-member", "ebs-encryption", "hub-member"]) {
      assert.ok(drifted.includes(`${what}-${region}`), `${what} is not among ${drifted}`);
    }
    for (const name of drifted) assert.ok(name.endsWith(region), `${name} did not drift`);
    const { body: account } = await api.call("GET", `/accounts/${accountId}`);
    assert.equal(account.drift.drifted, true);
    assert.equal((await detectorOf(accountId)).id, undefined, "a check repairs nothing");

    const preview = await api.done("POST", `/accounts/${accountId}/previews`);
    const repair = await api.done("POST", `/accounts/${accountId}/deployments`);
    assert.equal(repair.changes?.create, 1);
    assert.deepEqual(repair.changes, preview.changes);
    const repaired = await readAccount(root, accountId, regions);
    assert.notEqual(repaired.regions[region]?.detector?.id, before.regions[region]?.detector?.id);
    assert.equal(repaired.regions[region]?.detector?.administrator, security);
    const withoutIds = (state: typeof before) => JSON.stringify(state).replaceAll(/"id":"\w+"/g, "");
    assert.equal(withoutIds(repaired), withoutIds(before));

    const again = await api.done("POST", `/accounts/${accountId}/drift-checks`);
    assert.equal(again.result.drifted, false, JSON.stringify(again.result.drift));
    const { body: clean } = await api.call("GET", `/accounts/${accountId}`);
    assert.equal(clean.drift.drifted, false);
  });
});
