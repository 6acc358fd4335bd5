import assert from "node:assert/strict";
import { ConfigService } from "@aws-sdk/client-config-service";
import { EC2 } from "@aws-sdk/client-ec2";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { IAM } from "@aws-sdk/client-iam";
import { Inspector2 } from "@aws-sdk/client-inspector2";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import type { BaselineInputs } from "../../programs/inputs.ts";
import { SAMPLE } from "../../sandbox/organization/accounts.ts";
import { adminInputs, baselineInputs, LOG_ARCHIVE, SECURITY, settings } from "../programs/samples.ts";
import { type Crashing, startCrashing, type Wave } from "./crashing.ts";

const MEMBER = "100000000007";
const STACK = `account-${MEMBER}`;

const WAVES: readonly Wave[] = [
  {
    victim: "session",
    calls: [
      { service: "iam", operation: "CreateServiceLinkedRole", makes: /^service-linked-role-/ },
      { service: "iam", operation: "UpdateAccountPasswordPolicy", makes: /^password-policy$/ },
      { service: "ec2", operation: "CreateFlowLogs", makes: /^flow-log-/ },
      { service: "ec2", operation: "EnableSnapshotBlockPublicAccess", makes: /^snapshot-sharing-/ },
      { service: "inspector2", operation: "AssociateMember", makes: /^inspector-member-us/ },
    ],
  },
  {
    victim: "plugins",
    calls: [
      { service: "config", operation: "PutConfigurationRecorder", makes: /^recorder-us/ },
      { service: "guardduty", operation: "CreateDetector", makes: /^detector-us/ },
      { service: "inspector2", operation: "Enable", makes: /^inspector-member-scans-/ },
      { service: "securityhub", operation: "EnableSecurityHub", makes: /^hub-us/ },
    ],
  },
  {
    victim: "engine",
    calls: [
      { service: "config", operation: "PutDeliveryChannel", makes: /^delivery-channel-/ },
      { service: "guardduty", operation: "CreateMembers", makes: /^detector-member-/ },
    ],
  },
  {
    victim: "session",
    calls: [
      { service: "securityhub", operation: "CreateMembers", makes: /^hub-member-/ },
      { service: "config", operation: "PutConformancePack", makes: /^audit-pack-/ },
    ],
  },
];

describe("a baseline whose run was killed after AWS had made what it asked for", function () {
  this.timeout(900_000);
  let at: Crashing;
  let inputs: BaselineInputs;
  before(async () => {
    at = await startCrashing();
    // Their calls would take the places of those that the waves wait for, and a remediation's role needs a boundary that the service makes.
    const features = { systemsManager: { enabled: false }, remediations: { enabled: false } };
    const of = settings({ regions: ["us-east-1"], controlParameters: [], features });
    const { outputs } = await at.up("admin", adminInputs({}, of));
    const { detectorIds, configBucket, configKeyArn } = outputs;
    const email = SAMPLE.accounts.find(({ id }) => id === MEMBER)?.email;
    const { Vpcs = [] } = await new EC2(at.sandbox.root(MEMBER)).describeVpcs({});
    const vpcs = { "us-east-1": Vpcs.map(({ VpcId }) => ({ vpcId: VpcId, isDefault: true })) };
    const admin = { detectorIds, configBucket, configKeyArn };
    inputs = baselineInputs({ accountId: MEMBER, email, admin, vpcs }, of);
  });
  after(() => at?.close());

  for (const wave of WAVES) {
    const { victim } = wave;
    const what = wave.calls.map(({ operation }) => operation).join(", ");
    it(`has it in its state, no lock and nothing pending: the ${victim} killed at ${what}`, async () => {
      const crash = await at.crash(STACK, inputs, wave);
      const report = await at.recover(STACK, inputs, crash);
      const names = report.imported.map(({ name }) => name);
      for (const { makes } of crash.calls) {
        const found = names.some((name) => makes.test(name));
        assert.ok(found, `${makes}: ${JSON.stringify({ report, suspects: crash.suspects })}`);
      }
      assert.deepEqual(await at.locks(STACK), []);
      const { pending, resources } = await at.state(STACK);
      assert.deepEqual(pending, []);
      assert.equal(new Set(resources.map(({ urn }) => urn)).size, resources.length);
    });
  }

  it("ends with one of each, and nothing more to do", async () => {
    await at.up(STACK, inputs);
    const member = at.sandbox.root(MEMBER);
    const security = at.sandbox.root(SECURITY);
    const { DetectorIds = [] } = await new GuardDuty(member).listDetectors({});
    assert.equal(DetectorIds.length, 1);
    const config = new ConfigService(member);
    assert.equal((await config.describeConfigurationRecorders({})).ConfigurationRecorders?.length, 1);
    assert.equal((await new EC2(member).describeFlowLogs({})).FlowLogs?.length, 1);
    assert.equal((await config.describeDeliveryChannels({})).DeliveryChannels?.length, 1);
    assert.equal((await config.describeConformancePacks({})).ConformancePackDetails?.length, 1);
    assert.equal((await new Inspector2(security).listMembers({})).members?.length, 1);
    assert.equal((await new SecurityHub(security).listMembers({})).Members?.length, 1);
    const DetectorId = inputs.admin.detectorIds["us-east-1"];
    assert.equal((await new GuardDuty(security).listMembers({ DetectorId })).Members?.length, 1);
    assert.equal((await new IAM(member).getAccountPasswordPolicy({})).PasswordPolicy?.MinimumPasswordLength, 14);
    const { same, ...changes } = (await at.up(STACK, inputs)).changes;
    assert.deepEqual(changes, { create: 0, update: 0, replace: 0, delete: 0, import: 0 });
    assert.ok(same > 10);
    assert.ok(inputs.admin.configBucket.includes(LOG_ARCHIVE));
  });
});
