import assert from "node:assert/strict";
import { ConfigService } from "@aws-sdk/client-config-service";
import { IAM } from "@aws-sdk/client-iam";
import { Inspector2 } from "@aws-sdk/client-inspector2";
import { Organizations } from "@aws-sdk/client-organizations";
import { config } from "../../programs/admin/config.ts";
import { inspector as inspectorOfOrganization } from "../../programs/admin/inspector.ts";
import { adminStack } from "../../programs/admin/stack.ts";
import { auditPack } from "../../programs/baseline/audit-pack.ts";
import { configRules } from "../../programs/baseline/config-rules.ts";
import { inspector } from "../../programs/baseline/inspector.ts";
import { serviceLinkedRoles } from "../../programs/baseline/service-linked-roles.ts";
import { baselineStack } from "../../programs/baseline/stack.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import {
  adminInputs,
  baselineInputs,
  EVERY_OPTION,
  MANAGEMENT,
  MEMBER,
  SECURITY,
  settings,
} from "../programs/samples.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const region = "us-east-1";
const of = (features: object) => settings({ regions: [region], features });
const on = of(EVERY_OPTION);
const off = of({ config: { enabled: false }, inspector: { enabled: false } });

/** What both features are in the admin stack. */
const organization =
  (from: OrganizationSettings): Program =>
  async () => {
    const stack = adminStack(adminInputs({}, from));
    config(stack);
    return { inspectorRegions: inspectorOfOrganization(stack) };
  };

/** What both features are in a baseline whose recorder runs. */
const account =
  (from: OrganizationSettings): Program =>
  async () => {
    const stack = baselineStack(baselineInputs({}, from));
    const recording = stack.member;
    auditPack(stack, region, { roles: serviceLinkedRoles(stack), recording });
    configRules(stack, region, recording);
    inspector(stack, region);
    return {};
  };

describe("Inspector and AWS Config as the programs have them, with every option, through the real engine", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let security: Inspector2;
  let member: ConfigService;

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    await writeRootProfiles(engine, MANAGEMENT, SECURITY, MEMBER, "333333333333");
    security = new Inspector2(sandbox.root(SECURITY));
    member = new ConfigService(sandbox.root(MEMBER));
    await member.putConfigurationRecorder({
      ConfigurationRecorder: { name: "default", roleARN: `arn:aws:iam::${MEMBER}:role/config` },
    });
  });
  after(async () => {
    security?.destroy();
    member?.destroy();
    await engine?.remove();
    await sandbox?.close();
  });

  const enabledScans = async (accountId: string) => {
    const own = new Inspector2(sandbox.root(accountId));
    const { accounts } = await own.batchGetAccountStatus({});
    own.destroy();
    const states = Object.entries(accounts?.[0]?.resourceState ?? {});
    return states.flatMap(([scan, { status }]) => (status === "DISABLED" ? [] : [`${scan} ${status}`]));
  };
  const ruleNames = async () => {
    const { ConfigRules = [] } = await member.describeConfigRules({});
    return ConfigRules.map(({ ConfigRuleName = "" }) => ConfigRuleName);
  };

  it("are made, and not changed by another deployment", async () => {
    for (const [stack, program, count] of [
      ["admin", organization(on), 18] as const,
      ["account", account(on), 12] as const,
    ]) {
      const made = await engine.run(stack, "up", program);
      assert.deepEqual([made.changes, made.errors], [{ create: count }, ""], stack);
      const again = { changes: { same: count }, diffs: {}, errors: "" };
      assert.deepEqual(await engine.run(stack, "up"), again, stack);
    }
    const scans = ["ec2 ENABLED", "ecr ENABLED", "lambda ENABLED"];
    for (const accountId of [MANAGEMENT, SECURITY, MEMBER]) assert.deepEqual(await enabledScans(accountId), scans);
    const { scanConfigurations } = await security.listCisScanConfigurations({});
    assert.deepEqual(
      scanConfigurations?.map(({ scanName, targets }) => [scanName, targets?.accountIds, targets?.targetResourceTags]),
      [["weekly", [SECURITY, MEMBER], { CisScan: ["yes"] }]],
    );
    const own = (await ruleNames()).filter((name) => name.startsWith("bulwark-"));
    assert.deepEqual(own, ["bulwark-queue-keys", "bulwark-volumes-in-use"]);
    assert.equal((await ruleNames()).length, 10);
  });

  it("follow the settings in place", async () => {
    const features = {
      inspector: { resourceTypes: ["ECR", "LAMBDA", "LAMBDA_CODE"] },
      config: {
        ...EVERY_OPTION.config,
        auditPack: { requiredTags: ["Owner"], leaveOut: [{ rule: "log-encryption" }] },
      },
    };
    const { changes, errors } = await engine.run("account", "up", account(of(features)));
    assert.deepEqual([changes, errors], [{ same: 10, update: 2 }, ""]);
    assert.deepEqual(await enabledScans(MEMBER), ["ecr ENABLED", "lambda ENABLED", "lambdaCode ENABLED"]);
    const packed = (await ruleNames()).flatMap((name) => /^(.+)-conformance-pack-/.exec(name)?.[1] ?? []);
    assert.ok(packed.includes("required-tags") && !packed.includes("log-encryption"), packed.join());
  });

  it("see what was changed by hand, and put it back", async () => {
    await security.disable({ accountIds: [MEMBER], resourceTypes: ["ECR"] });
    await member.deleteConfigRule({ ConfigRuleName: "bulwark-queue-keys" });
    await member.deleteConformancePack({ ConformancePackName: "bulwark-audit" });
    await engine.run("account", "refresh");
    const { changes, errors } = await engine.run("account", "up");
    assert.deepEqual([changes, errors], [{ same: 9, update: 1, create: 2 }, ""]);
    assert.ok((await enabledScans(MEMBER)).includes("ecr ENABLED"));
    assert.equal((await ruleNames()).length, 10);
  });

  it("go when they are switched off, first in the account, then in the organization", async () => {
    const left = await engine.run("account", "up", account(off));
    assert.equal(left.errors, "");
    assert.deepEqual(await enabledScans(MEMBER), []);
    assert.deepEqual(await ruleNames(), []);
    assert.deepEqual((await security.listMembers({})).members, []);

    const gone = await engine.run("admin", "up", organization(off));
    assert.equal(gone.errors, "");
    for (const accountId of [MANAGEMENT, SECURITY]) assert.deepEqual(await enabledScans(accountId), []);
    const management = new Inspector2(sandbox.root(MANAGEMENT));
    assert.deepEqual((await management.listDelegatedAdminAccounts({})).delegatedAdminAccounts, []);
    const aggregators = new ConfigService(sandbox.root(SECURITY));
    assert.deepEqual((await aggregators.describeConfigurationAggregators({})).ConfigurationAggregators, []);
    const iam = new IAM(sandbox.root(SECURITY));
    await assert.rejects(
      iam.getRole({ RoleName: "BulwarkConfigAggregator" }),
      /NoSuchEntity|not found|cannot be found/,
    );
    const organizations = new Organizations(sandbox.root(MANAGEMENT));
    const { DelegatedAdministrators } = await organizations.listDelegatedAdministrators({});
    assert.deepEqual(DelegatedAdministrators, []);
    const { EnabledServicePrincipals } = await organizations.listAWSServiceAccessForOrganization({});
    assert.deepEqual(EnabledServicePrincipals, []);
    for (const client of [management, aggregators, iam, organizations]) client.destroy();
  });
});
