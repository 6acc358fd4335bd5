import assert from "node:assert/strict";
import { ConfigService } from "@aws-sdk/client-config-service";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { IAM } from "@aws-sdk/client-iam";
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
    ],
  },
  {
    victim: "plugins",
    calls: [
      { service: "config", operation: "PutConfigurationRecorder", makes: /^recorder-us/ },
      { service: "guardduty", operation: "CreateDetector", makes: /^detector-us/ },
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
    calls: [{ service: "securityhub", operation: "CreateMembers", makes: /^hub-member-/ }],
  },
];

describe("a baseline whose run was killed after AWS had made what it asked for", function () {
  this.timeout(900_000);
  let at: Crashing;
  let inputs: BaselineInputs;
  before(async () => {
    at = await startCrashing();
    const of = settings({ regions: ["us-east-1"] });
    const { outputs } = await at.up("admin", adminInputs({}, of));
    const { detectorIds, configBucket, configKeyArn } = outputs;
    const email = SAMPLE.accounts.find(({ id }) => id === MEMBER)?.email;
    inputs = baselineInputs({ accountId: MEMBER, email, admin: { detectorIds, configBucket, configKeyArn } }, of);
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
    assert.equal((await config.describeDeliveryChannels({})).DeliveryChannels?.length, 1);
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
