import assert from "node:assert/strict";
import { AccountClient, DeleteAlternateContactCommand } from "@aws-sdk/client-account";
import { ConfigServiceClient, DeleteConformancePackCommand } from "@aws-sdk/client-config-service";
import { EC2 } from "@aws-sdk/client-ec2";
import {
  DeleteDetectorCommand,
  DisassociateMembersCommand,
  GuardDutyClient,
  ListDetectorsCommand,
  UpdateMemberDetectorsCommand,
} from "@aws-sdk/client-guardduty";
import { DisableCommand, Inspector2Client } from "@aws-sdk/client-inspector2";
import { DisassociateMembersCommand as DisassociateFromHub, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { readAccount } from "./account-state.ts";
import { type Environment, organization } from "./environment.ts";
import { until } from "./until.ts";

const accountId = "100000000009";
const security = "222222222222";
const regions = ["us-east-1", "us-west-2"];
const region = "us-west-2";
/** A protection plan that is switched off in the other region. */
const plan = { Name: "S3_DATA_EVENTS", Status: "DISABLED" } as const;
const planDrifted = "detector-member-plan-s3-us-east-1";

describe("what is changed by hand in a member", function () {
  this.timeout(600_000);
  let environment: Environment;
  before(async () => {
    environment = await organization();
    await environment.api.done("POST", "/accounts", { accountId });
  });

  const names = (drift: { name: string }[]) => drift.map(({ name }) => name).sort();
  const detectorOf = async (account: string, at = region) => {
    const guardDuty = new GuardDutyClient(environment.root(account, at));
    const { DetectorIds: [id] = [] } = await guardDuty.send(new ListDetectorsCommand({}));
    return { guardDuty, id };
  };

  /** Turns off everything that the account keeps for itself, by AWS calls. */
  async function undoOwnSettings(): Promise<void> {
    const ec2 = new EC2(environment.root(accountId, region));
    await ec2.disableEbsEncryptionByDefault({});
    await ec2.disableSnapshotBlockPublicAccess({});
    await ec2.disableImageBlockPublicAccess({});
    await ec2.modifyInstanceMetadataDefaults({ HttpTokens: "optional" });
    const { FlowLogs = [] } = await ec2.describeFlowLogs({});
    await ec2.deleteFlowLogs({ FlowLogIds: FlowLogs.map(({ FlowLogId = "" }) => FlowLogId) });
    const Filters = [{ Name: "group-name", Values: ["default"] }];
    const { SecurityGroups: [group] = [] } = await ec2.describeSecurityGroups({ Filters });
    await ec2.authorizeSecurityGroupIngress({
      GroupId: group?.GroupId,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    });
    const account = new AccountClient(environment.root(accountId));
    await account.send(new DeleteAlternateContactCommand({ AlternateContactType: "SECURITY" }));
  }

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
    await undoOwnSettings();

    await new ConfigServiceClient(root(accountId, region)).send(
      new DeleteConformancePackCommand({ ConformancePackName: "bulwark-audit" }),
    );
    // AWS lets no member switch its scans off, only their administrator.
    await new Inspector2Client(root(security, region)).send(
      new DisableCommand({ accountIds: [accountId], resourceTypes: ["ECR"] }),
    );
    await until("what was switched off by hand", async () => {
      const { packs, inspector } = (await readAccount(root, accountId, [region])).regions[region] ?? {};
      return packs?.length === 0 && !inspector?.includes("ecr");
    });

    // Nor can a member switch its plans.
    const home = await detectorOf(security, "us-east-1");
    const off = { DetectorId: home.id, AccountIds: [accountId], Features: [plan] };
    await home.guardDuty.send(new UpdateMemberDetectorsCommand(off));

    const check = await api.done("POST", `/accounts/${accountId}/drift-checks`);
    assert.equal(check.result.drifted, true);
    const drifted = names(check.result.drift);
    const [vpc] = before.regions[region]?.own.vpcs ?? [];
    const own = [
      "snapshot-sharing",
      "image-sharing",
      "instance-metadata",
      `default-security-group-${vpc}`,
      `flow-log-${vpc}`,
    ];
    const scanned = ["audit-pack", "inspector-member-scans"];
    for (const what of ["detector", "detector-member", "ebs-encryption", "hub-member", ...scanned, ...own]) {
      assert.ok(drifted.includes(`${what}-${region}`), `${what} is not among ${drifted}`);
    }
    assert.ok(drifted.includes("security-contact"), `the contact is not among ${drifted}`);
    for (const name of drifted)
      assert.ok(name.endsWith(region) || ["security-contact", planDrifted].includes(name), `${name} did not drift`);
    assert.ok(drifted.includes(planDrifted), `${planDrifted} is not among ${drifted}`);
    const { body: account } = await api.call("GET", `/accounts/${accountId}`);
    assert.equal(account.drift.drifted, true);
    assert.equal((await detectorOf(accountId)).id, undefined, "a check repairs nothing");

    const preview = await api.done("POST", `/accounts/${accountId}/previews`);
    const repair = await api.done("POST", `/accounts/${accountId}/deployments`);
    // The detector, its six plans, which count as gone while the account is no member, the flow log, the contact and the pack.
    assert.equal(repair.changes?.create, 10);
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

  it("and a network that came later is taken in by the next deployment, and forgotten by the one after it went", async () => {
    const { api, root } = environment;
    const ec2 = new EC2(root(accountId, region));
    const { Vpc } = await ec2.createVpc({ CidrBlock: "10.9.0.0/16" });
    const VpcId = Vpc?.VpcId ?? "";
    const taken = await api.done("POST", `/accounts/${accountId}/deployments`);
    assert.deepEqual([taken.changes?.create, taken.changes?.update, taken.changes?.delete], [2, 0, 0]);
    const own = (await readAccount(root, accountId, [region])).regions[region]?.own;
    assert.deepEqual(own?.openings[VpcId], [0, 0]);
    assert.ok(own?.flowLogs.some((log) => log.startsWith(`${VpcId} REJECT`)));
    await ec2.deleteVpc({ VpcId });
    const forgotten = await api.done("POST", `/accounts/${accountId}/deployments`);
    assert.deepEqual([forgotten.changes?.create, forgotten.changes?.update, forgotten.changes?.delete], [0, 0, 2]);
  });
});
