import assert from "node:assert/strict";
import { ConfigService } from "@aws-sdk/client-config-service";
import { IAM } from "@aws-sdk/client-iam";
import { Inspector2 } from "@aws-sdk/client-inspector2";
import { Organizations } from "@aws-sdk/client-organizations";
import type { BaselineInputs } from "../../programs/inputs.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import { SAMPLE } from "../../sandbox/organization/accounts.ts";
import {
  adminInputs,
  baselineInputs,
  EVERY_OPTION,
  LOG_ARCHIVE,
  MANAGEMENT,
  SECURITY,
  settings,
} from "../programs/samples.ts";
import { type Crashing, startCrashing } from "../recovery/crashing.ts";

const MEMBER = "100000000008";
const STACK = `account-${MEMBER}`;
const regions = ["us-east-1"];
const on = settings({ regions, features: EVERY_OPTION });
const off = settings({ regions, features: { config: { enabled: false }, inspector: { enabled: false } } });
const UNCHANGED = { create: 0, update: 0, replace: 0, delete: 0, import: 0 };

describe("Inspector and AWS Config with every option, through the real engine", function () {
  this.timeout(400_000);
  let at: Crashing;
  let admin: BaselineInputs["admin"];
  const clients: { destroy(): void }[] = [];
  const opened = <Client extends { destroy(): void }>(client: Client): Client => {
    clients.push(client);
    return client;
  };
  const inspectorOf = (accountId: string) => opened(new Inspector2(at.sandbox.root(accountId)));
  const configOf = (accountId: string) => opened(new ConfigService(at.sandbox.root(accountId)));
  const email = SAMPLE.accounts.find(({ id }) => id === MEMBER)?.email;
  const wanted = (from: OrganizationSettings) => baselineInputs({ accountId: MEMBER, email, admin }, from);

  before(async () => {
    at = await startCrashing();
    const { outputs } = await at.up("admin", adminInputs({}, on));
    const { detectorIds, configBucket, configKeyArn } = outputs as BaselineInputs["admin"];
    admin = { detectorIds, configBucket, configKeyArn };
    await at.up(STACK, wanted(on));
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await at?.close();
  });

  const enabledScans = async (accountId: string) => {
    const { accounts } = await inspectorOf(accountId).batchGetAccountStatus({});
    const states = Object.entries(accounts?.[0]?.resourceState ?? {});
    return states.flatMap(([scan, { status }]) => (status === "DISABLED" ? [] : [`${scan} ${status}`]));
  };
  const ruleNames = async () => {
    const { ConfigRules = [] } = await configOf(MEMBER).describeConfigRules({});
    return ConfigRules.map(({ ConfigRuleName = "" }) => ConfigRuleName);
  };

  it("are there", async () => {
    const scans = ["ec2 ENABLED", "ecr ENABLED", "lambda ENABLED"];
    for (const accountId of [MANAGEMENT, SECURITY, MEMBER]) assert.deepEqual(await enabledScans(accountId), scans);
    const { scanConfigurations } = await inspectorOf(SECURITY).listCisScanConfigurations({});
    assert.deepEqual(
      scanConfigurations?.map(({ scanName, targets }) => [scanName, targets?.accountIds, targets?.targetResourceTags]),
      [["weekly", [SECURITY, MEMBER], { CisScan: ["yes"] }]],
    );
    const own = (await ruleNames()).filter((name) => name.startsWith("bulwark-"));
    assert.deepEqual(own, ["bulwark-queue-keys", "bulwark-volumes-in-use"]);
    assert.equal((await ruleNames()).length, 10);
  });

  it("are not changed by another deployment", async () => {
    for (const [stack, inputs] of [["admin", adminInputs({}, on)] as const, [STACK, wanted(on)] as const]) {
      const { same, ...changes } = (await at.up(stack, inputs)).changes;
      assert.deepEqual(changes, UNCHANGED, stack);
      assert.ok(same > 20);
    }
  });

  it("follow the settings in place", async () => {
    const features = {
      inspector: { ...EVERY_OPTION.inspector, resourceTypes: ["ECR", "LAMBDA", "LAMBDA_CODE"] },
      config: {
        ...EVERY_OPTION.config,
        auditPack: { requiredTags: ["Owner"], leaveOut: [{ rule: "log-encryption" }] },
      },
    };
    const { same: _, ...changes } = (await at.up(STACK, wanted(settings({ regions, features })))).changes;
    assert.deepEqual(changes, { ...UNCHANGED, update: 2 });
    assert.deepEqual(await enabledScans(MEMBER), ["ecr ENABLED", "lambda ENABLED", "lambdaCode ENABLED"]);
    const packed = (await ruleNames()).flatMap((name) => /^(.+)-conformance-pack-/.exec(name)?.[1] ?? []);
    assert.ok(packed.includes("required-tags") && !packed.includes("log-encryption"), packed.join());
  });

  it("go when they are switched off, first in the account, then in the organization", async () => {
    const { same: _, ...left } = (await at.up(STACK, wanted(off))).changes;
    // Association, scans, pack, both rules; the role of packs is left to the offboarding, as all of AWS's own are.
    assert.deepEqual(left, { ...UNCHANGED, delete: 6 });
    assert.deepEqual(await enabledScans(MEMBER), []);
    assert.deepEqual(await ruleNames(), []);
    assert.equal((await configOf(MEMBER).describeConfigurationRecorders({})).ConfigurationRecorders?.length, 1);
    assert.deepEqual((await inspectorOf(SECURITY).listMembers({})).members, []);

    await at.up("admin", adminInputs({}, off));
    for (const accountId of [MANAGEMENT, SECURITY]) assert.deepEqual(await enabledScans(accountId), []);
    assert.deepEqual((await inspectorOf(MANAGEMENT).listDelegatedAdminAccounts({})).delegatedAdminAccounts, []);
    assert.deepEqual((await configOf(SECURITY).describeConfigurationAggregators({})).ConfigurationAggregators, []);
    await assert.rejects(opened(new IAM(at.sandbox.root(SECURITY))).getRole({ RoleName: "BulwarkConfigAggregator" }), {
      name: /^NoSuchEntity/,
    });
    const organizations = opened(new Organizations(at.sandbox.root(MANAGEMENT)));
    const { DelegatedServices = [] } = await organizations.listDelegatedServicesForAccount({ AccountId: SECURITY });
    const { EnabledServicePrincipals = [] } = await organizations.listAWSServiceAccessForOrganization({});
    for (const { ServicePrincipal = "" } of [...DelegatedServices, ...EnabledServicePrincipals]) {
      assert.doesNotMatch(ServicePrincipal, /^(config|inspector2)/);
    }
    assert.ok(admin.configBucket.includes(LOG_ARCHIVE));
  });
});
