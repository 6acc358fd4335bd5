import assert from "node:assert/strict";
import { ConfigService } from "@aws-sdk/client-config-service";
import { AggregateAuthorization } from "@pulumi/aws/cfg/aggregateAuthorization.js";
import { ConfigurationAggregator, type ConfigurationAggregatorArgs } from "@pulumi/aws/cfg/configurationAggregator.js";
import { ConformancePack } from "@pulumi/aws/cfg/conformancePack.js";
import { Recorder } from "@pulumi/aws/cfg/recorder.js";
import { Rule, type RuleArgs } from "@pulumi/aws/cfg/rule.js";
import { Provider } from "@pulumi/aws/provider.js";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const [MANAGEMENT, MEMBER] = ["111111111111", "100000000001"];
const GUARD = 'rule versioned when resourceType == "AWS::S3::Bucket" { configuration.status == "Enabled" }';
const template = (identifier = "IAM_PASSWORD_POLICY") => `
Parameters:
  Name: {Type: String, Default: passwords}
Resources:
  Passwords:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: !Ref Name
      Source: {Owner: AWS, SourceIdentifier: ${identifier}}
`;

const provider = (account: string) => ({
  provider: new Provider("aws", { region: "us-east-1", profile: `bulwark-${account}` }),
});

interface Changes {
  readonly rule?: Partial<RuleArgs>;
  readonly passwords?: string;
  readonly identifier?: string;
  readonly authorized?: string;
}

/** A managed rule, a policy rule, a pack and an authorization. */
function rules({ rule, passwords = "passwords", identifier, authorized = "us-east-1" }: Changes = {}): Program {
  return async () => {
    const at = provider(MEMBER);
    const roleArn = `arn:aws:iam::${MEMBER}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`;
    const after = { ...at, dependsOn: new Recorder("recorder", { roleArn }, at) };
    const source = { owner: "AWS", sourceIdentifier: "ACCESS_KEYS_ROTATED" };
    const inputParameters = JSON.stringify({ maxAccessKeyAge: "90" });
    new Rule("keys", { source, inputParameters, description: "keys", tags: { owner: "security" }, ...rule }, after);
    const customPolicyDetails = { policyRuntime: "guard-2.x.x", policyText: GUARD };
    const sourceDetails = [{ messageType: "ConfigurationItemChangeNotification" }];
    const scope = { complianceResourceTypes: ["AWS::S3::Bucket"] };
    new Rule("versioned", { scope, source: { owner: "CUSTOM_POLICY", sourceDetails, customPolicyDetails } }, after);
    const inputParameter = { parameterName: "Name", parameterValue: passwords };
    new ConformancePack("pack", { templateBody: template(identifier), inputParameters: [inputParameter] }, after);
    new AggregateAuthorization("trust", { accountId: MANAGEMENT, authorizedAwsRegion: authorized }, at);
    return {};
  };
}

function aggregator(args: ConfigurationAggregatorArgs): Program {
  return async () => {
    new ConfigurationAggregator("all", { name: "all", tags: { owner: "security" }, ...args }, provider(MANAGEMENT));
    return {};
  };
}

describe("the types of AWS Config, through the real engine", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let config: ConfigService;

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    await writeRootProfiles(engine, MANAGEMENT, MEMBER);
    config = new ConfigService(sandbox.root(MEMBER));
  });

  after(async () => {
    config?.destroy();
    await engine?.remove();
    await sandbox?.close();
  });

  /** Deploys, and finds the same again in every way there is to look. */
  async function settles(stack: string, program: Program): Promise<void> {
    const made = await engine.run(stack, "up", program);
    assert.deepEqual([Object.keys(made.changes), made.errors], [["create"], ""]);
    const same = { changes: { same: made.changes.create }, diffs: {}, errors: "" };
    assert.deepEqual(await engine.run(stack, "up"), same);
    assert.deepEqual(await engine.run(stack, "refresh"), same);
    assert.deepEqual(await engine.run(stack, "preview"), same);
  }
  const named = async (name: string) =>
    (await config.describeConfigRules({ ConfigRuleNames: [name] })).ConfigRules?.[0];
  const idOf = async (name: string) => (await engine.resource("rules", name)).id;

  it("makes rules, a conformance pack and an authorization, and finds them the same", async () => {
    await settles("rules", rules());
    const { outputs } = await engine.resource("rules", "keys");
    const live = await named(await idOf("keys"));
    assert.deepEqual([outputs.arn, outputs.ruleId], [live?.ConfigRuleArn, live?.ConfigRuleId]);
    assert.equal(await idOf("trust"), `${MANAGEMENT}:us-east-1`);
  });

  it("updates in place: a rule and its tags, a pack's parameters", async () => {
    const before = await named(await idOf("keys"));
    const rule = { description: "old keys", maximumExecutionFrequency: "Six_Hours", tags: { tier: "1" } };
    const { changes, diffs, errors } = await engine.run("rules", "up", rules({ rule, passwords: "renamed" }));
    assert.deepEqual([changes, errors], [{ same: 5, update: 2 }, ""]);
    assert.deepEqual(diffs.pack, ["~ inputParameters[0]"]);
    const live = await named(await idOf("keys"));
    assert.deepEqual(
      [live?.ConfigRuleId, live?.Description, live?.MaximumExecutionFrequency],
      [before?.ConfigRuleId, "old keys", "Six_Hours"],
    );
    const { Tags } = await config.listTagsForResource({ ResourceArn: live?.ConfigRuleArn });
    assert.deepEqual(Tags, [{ Key: "tier", Value: "1" }]);
    const names = (await config.describeConfigRules({})).ConfigRules?.map(({ ConfigRuleName = "" }) => ConfigRuleName);
    assert.ok(names?.some((name) => name.startsWith("renamed-conformance-pack-")));
    await engine.run("rules", "up", rules());
  });

  it("fails with AWS's words: a wrong rule at once, a wrong pack with the reason that its state gives", async () => {
    const source = { owner: "AWS", sourceIdentifier: "NO_SUCH_RULE" };
    const wrong = await engine.run("rules", "up", rules({ rule: { source } }));
    assert.match(
      wrong.errors,
      /putting ConfigService Config Rule \(keys-.{7}\): operation error .*NO_SUCH_RULE is invalid/,
    );
    const pack = await engine.run("rules", "up", rules({ identifier: "NO_SUCH_RULE" }));
    assert.match(
      pack.errors,
      /waiting for ConfigService Conformance Pack \(pack-.{7}\) create: unexpected state 'CREATE_FAILED'.*NO_SUCH_RULE/,
    );
    const repaired = await engine.run("rules", "up", rules());
    assert.equal(repaired.errors, "");
  });

  it("sees what was changed and deleted by hand, and puts it back", async () => {
    const ConfigRuleName = await idOf("keys");
    const live = await named(ConfigRuleName);
    await config.putConfigRule({
      ConfigRule: { ConfigRuleName, Source: live?.Source, InputParameters: '{"maxAccessKeyAge":"1"}' },
    });
    await config.deleteAggregationAuthorization({ AuthorizedAccountId: MANAGEMENT, AuthorizedAwsRegion: "us-east-1" });
    const drift = await engine.run("rules", "refresh");
    assert.deepEqual(drift.changes, { same: 5, update: 1, delete: 1 });
    assert.deepEqual(drift.diffs.keys?.sort(), ["- description", "~ inputParameters"]);
    assert.deepEqual((await engine.run("rules", "up")).changes, { same: 5, update: 1, create: 1 });
    assert.equal((await named(ConfigRuleName))?.InputParameters, '{"maxAccessKeyAge":"90"}');
  });

  it("replaces what AWS cannot rename", async () => {
    const preview = await engine.run("rules", "preview", rules({ rule: { name: "other" }, authorized: "us-west-2" }));
    assert.deepEqual(preview.changes, { same: 5, replace: 2 });
    assert.deepEqual(preview.diffs, { keys: ["+- name"], trust: ["+- authorizedAwsRegion"] });
    const { changes, errors } = await engine.run("rules", "up");
    assert.deepEqual([changes, errors], [{ same: 5, replace: 2 }, ""]);
    assert.equal((await named("other"))?.ConfigRuleState, "ACTIVE");
  });

  it("imports a rule, a pack and an authorization by id", async () => {
    const ids = { keys: await idOf("keys"), pack: await idOf("pack"), trust: await idOf("trust") };
    const imported: Program = async () => {
      const at = provider(MEMBER);
      const kept = (id: string) => ({ ...at, import: id, retainOnDelete: true });
      const source = { owner: "AWS", sourceIdentifier: "ACCESS_KEYS_ROTATED" };
      const inputParameters = JSON.stringify({ maxAccessKeyAge: "90" });
      const own = { name: "other", source, inputParameters, description: "keys", tags: { owner: "security" } };
      new Rule("keys", { ...own, evaluationModes: [{ mode: "DETECTIVE" }] }, kept(ids.keys));
      const inputParameter = { parameterName: "Name", parameterValue: "passwords" };
      new ConformancePack("pack", { name: ids.pack, inputParameters: [inputParameter] }, kept(ids.pack));
      new AggregateAuthorization("trust", { accountId: MANAGEMENT, authorizedAwsRegion: "us-west-2" }, kept(ids.trust));
      return {};
    };
    const { changes, errors } = await engine.run("imported", "up", imported);
    assert.deepEqual([changes, errors], [{ create: 2, import: 3 }, ""]);
    assert.equal((await engine.run("imported", "destroy")).errors, "");
  });

  it("leaves nothing when it is destroyed", async () => {
    const { changes, errors } = await engine.run("rules", "destroy");
    assert.deepEqual([Object.keys(changes), errors], [["delete"], ""]);
    assert.deepEqual((await config.describeConfigRules({})).ConfigRules, []);
    assert.deepEqual((await config.describeConformancePacks({})).ConformancePackDetails, []);
    assert.deepEqual((await config.describeAggregationAuthorizations({})).AggregationAuthorizations, []);
  });

  it("aggregators: updates in place, and replaces where the kind of source changes", async () => {
    const accountAggregationSource = { accountIds: [MEMBER], regions: ["us-east-1"] };
    await settles("aggregator", aggregator({ accountAggregationSource }));
    const more = { accountIds: [MEMBER, MANAGEMENT], allRegions: true };
    const updated = await engine.run("aggregator", "up", aggregator({ accountAggregationSource: more }));
    assert.deepEqual([updated.changes, updated.errors], [{ same: 2, update: 1 }, ""]);
    const roleArn = `arn:aws:iam::${MANAGEMENT}:role/aggregate`;
    const whole = aggregator({ organizationAggregationSource: { roleArn, allRegions: true } });
    const replaced = await engine.run("aggregator", "up", whole);
    assert.deepEqual([replaced.changes, replaced.errors], [{ same: 2, replace: 1 }, ""]);
    assert.equal((await engine.run("aggregator", "previewRefresh")).changes.same, 3);
    assert.equal((await engine.run("aggregator", "destroy")).errors, "");
    const management = new ConfigService(sandbox.root(MANAGEMENT));
    assert.deepEqual((await management.describeConfigurationAggregators({})).ConfigurationAggregators, []);
    management.destroy();
  });
});
