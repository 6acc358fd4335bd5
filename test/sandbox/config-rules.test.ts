import assert from "node:assert/strict";
import { type ConfigRule, ConfigService } from "@aws-sdk/client-config-service";
import { IAM } from "@aws-sdk/client-iam";
import { assume, type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const [CLEARING, OTHER] = ["100000000001", "100000000002"];
const managed = (SourceIdentifier: string, more: Partial<ConfigRule> = {}): ConfigRule => ({
  ConfigRuleName: SourceIdentifier.toLowerCase(),
  Source: { Owner: "AWS", SourceIdentifier },
  ...more,
});
const POLICY = 'rule versioned when resourceType == "AWS::S3::Bucket" {\n  configuration.status == "Enabled" # "\n}';
const onChange = [{ EventSource: "aws.config", MessageType: "ConfigurationItemChangeNotification" }] as const;

describe("AWS Config rules in the sandbox", () => {
  let sandbox: RunningSandbox;
  let config: ConfigService;
  const clients: ConfigService[] = [];

  const as = (account: string, region?: string) => {
    const client = new ConfigService({ ...sandbox.root(account, region), maxAttempts: 1 });
    clients.push(client);
    return client;
  };
  const record = (client: ConfigService, account: string) =>
    client.putConfigurationRecorder({
      ConfigurationRecorder: { roleARN: `arn:aws:iam::${account}:role/aws-service-role/config.amazonaws.com/config` },
    });
  const rule = async (ConfigRuleName: string, client = config) =>
    (await client.describeConfigRules({ ConfigRuleNames: [ConfigRuleName] })).ConfigRules?.[0];
  const refused = (given: ConfigRule, message: RegExp) =>
    assert.rejects(config.putConfigRule({ ConfigRule: given }), { name: "InvalidParameterValueException", message });

  before(async () => {
    sandbox = await runSandbox();
    config = as(CLEARING);
    await record(config, CLEARING);
  });

  after(async () => {
    for (const client of clients) client.destroy();
    await sandbox?.close();
  });

  it("need a recorder in their account and region", async () => {
    const west = as(CLEARING, "us-west-2");
    const put = (client: ConfigService) => client.putConfigRule({ ConfigRule: managed("IAM_PASSWORD_POLICY") });
    await assert.rejects(put(west), { name: "NoAvailableConfigurationRecorderException" });
    await assert.rejects(put(as(OTHER)), { name: "NoAvailableConfigurationRecorderException" });
    await record(west, CLEARING);
    await put(west);
    assert.ok(await rule("iam_password_policy", west));
    await assert.rejects(rule("iam_password_policy"), { name: "NoSuchConfigRuleException" });
  });

  it("are made, told, changed by name or id, and deleted in two steps", async () => {
    const Tags = [{ Key: "owner", Value: "security" }];
    await config.putConfigRule({ ConfigRule: managed("CLOUD_TRAIL_ENABLED", { Description: "trails" }), Tags });
    const made = await rule("cloud_trail_enabled");
    assert.match(made?.ConfigRuleId ?? "", /^config-rule-[a-z0-9]{6}$/);
    assert.equal(made?.ConfigRuleArn, `arn:aws:config:us-east-1:${CLEARING}:config-rule/${made?.ConfigRuleId}`);
    assert.equal(made?.ConfigRuleState, "ACTIVE");
    assert.deepEqual(made?.EvaluationModes, [{ Mode: "DETECTIVE" }]);

    const { ConfigRuleName: _, ...unnamed } = managed("CLOUD_TRAIL_ENABLED");
    const changed = { ...unnamed, ConfigRuleId: made?.ConfigRuleId, MaximumExecutionFrequency: "Six_Hours" } as const;
    await config.putConfigRule({ ConfigRule: changed, Tags: [{ Key: "owner", Value: "other" }] });
    const after = await rule("cloud_trail_enabled");
    assert.deepEqual(
      [after?.ConfigRuleId, after?.Description, after?.MaximumExecutionFrequency],
      [made?.ConfigRuleId, undefined, "Six_Hours"],
    );

    const ResourceArn = made?.ConfigRuleArn ?? "";
    assert.deepEqual((await config.listTagsForResource({ ResourceArn })).Tags, Tags);
    await config.tagResource({ ResourceArn, Tags: [{ Key: "tier", Value: "1" }] });
    await config.untagResource({ ResourceArn, TagKeys: ["owner"] });
    assert.deepEqual((await config.listTagsForResource({ ResourceArn })).Tags, [{ Key: "tier", Value: "1" }]);

    const name = { ConfigRuleName: "cloud_trail_enabled" };
    await config.deleteConfigRule(name);
    assert.equal((await rule(name.ConfigRuleName))?.ConfigRuleState, "DELETING");
    await assert.rejects(config.deleteConfigRule(name), { name: "ResourceInUseException" });
    await assert.rejects(config.putConfigRule({ ConfigRule: managed("CLOUD_TRAIL_ENABLED") }), {
      name: "ResourceInUseException",
    });
    await until(
      () => config.describeConfigRules({}),
      ({ ConfigRules = [] }) => !ConfigRules.some(({ ConfigRuleName }) => ConfigRuleName === name.ConfigRuleName),
    );
    await assert.rejects(config.deleteConfigRule(name), { name: "NoSuchConfigRuleException" });
  });

  it("of AWS are known by their identifier, with the parameters that it asks for", async () => {
    await refused(managed("iam-password-policy"), /sourceIdentifier iam-password-policy is invalid/);
    await refused(managed("NO_SUCH_RULE"), /sourceIdentifier NO_SUCH_RULE is invalid/);
    await refused(managed("ACCESS_KEYS_ROTATED"), /required parameter \[maxAccessKeyAge\]/);
    await refused(managed("REQUIRED_TAGS", { InputParameters: "tag1Key" }), /Invalid json tag1Key/);
    const frequency = { MaximumExecutionFrequency: "One_Hour" } as const;
    await refused(managed("S3_BUCKET_VERSIONING_ENABLED", frequency), /only a change in resources triggers/);
    await refused(managed("IAM_PASSWORD_POLICY", { ConfigRuleId: "config-rule-abc123" }), /generated by the service/);
    await refused(managed("IAM_PASSWORD_POLICY", { ConfigRuleState: "DELETING" }), /DELETING is invalid/);
    await refused(managed("IAM_PASSWORD_POLICY", { Scope: { TagValue: "x" } }), /Tag key should not be empty/);
    const { Source } = managed("IAM_PASSWORD_POLICY");
    await refused(
      { ConfigRuleName: "details", Source: { Owner: "AWS", ...Source, SourceDetails: [...onChange] } },
      /SourceDetails should be null/,
    );
    await config.putConfigRule({
      ConfigRule: managed("ACCESS_KEYS_ROTATED", { InputParameters: '{"maxAccessKeyAge":"90"}' }),
    });
    assert.equal((await rule("access_keys_rotated"))?.InputParameters, '{"maxAccessKeyAge":"90"}');
  });

  it("of one's own are a Guard policy, told by a call of its own, or a Lambda function", async () => {
    const custom = (PolicyText: string, SourceDetails: object[] = [...onChange]): ConfigRule => ({
      ConfigRuleName: "versioned",
      Source: {
        Owner: "CUSTOM_POLICY",
        SourceDetails,
        CustomPolicyDetails: { PolicyRuntime: "guard-2.x.x", PolicyText },
      },
    });
    await refused(custom("rule versioned {"), /not a valid Guard policy/);
    await refused(custom(POLICY, []), /SourceDetails should be provided/);
    await refused(custom(POLICY, [{ MessageType: "ScheduledNotification" }]), /MessageType must be one of/);
    await config.putConfigRule({ ConfigRule: custom(POLICY) });
    assert.equal((await rule("versioned"))?.Source?.CustomPolicyDetails?.PolicyText, "");
    assert.equal((await config.getCustomRulePolicy({ ConfigRuleName: "versioned" })).PolicyText, POLICY);

    const lambda = (SourceIdentifier: string, SourceDetails: object[]): ConfigRule => ({
      ConfigRuleName: "lambda",
      Source: { Owner: "CUSTOM_LAMBDA", SourceIdentifier, SourceDetails },
    });
    const arn = `arn:aws:lambda:us-east-1:${CLEARING}:function:check`;
    await refused(lambda("check", [...onChange]), /must be the ARN of a Lambda function/);
    const often = [{ ...onChange[0], MaximumExecutionFrequency: "One_Hour" }];
    await refused(lambda(arn, often), /maximum execution frequency is not allowed/);
    await config.putConfigRule({ ConfigRule: lambda(arn, [{ MessageType: "ScheduledNotification" }]) });
    assert.deepEqual((await rule("lambda"))?.Source?.SourceDetails, [
      { EventSource: "aws.config", MessageType: "ScheduledNotification" },
    ]);
  });

  it("have no compliance before they are evaluated", async () => {
    await config.putConfigRule({ ConfigRule: managed("ROOT_ACCOUNT_MFA_ENABLED") });
    const name = "root_account_mfa_enabled";
    const { ComplianceByConfigRules } = await config.describeComplianceByConfigRule({ ConfigRuleNames: [name] });
    assert.deepEqual(ComplianceByConfigRules, [
      { ConfigRuleName: name, Compliance: { ComplianceType: "INSUFFICIENT_DATA" } },
    ]);
    const compliant = await config.describeComplianceByConfigRule({ ComplianceTypes: ["COMPLIANT"] });
    assert.deepEqual(compliant.ComplianceByConfigRules, []);
    assert.deepEqual((await config.getComplianceDetailsByConfigRule({ ConfigRuleName: name })).EvaluationResults, []);
    await assert.rejects(config.getComplianceDetailsByConfigRule({ ConfigRuleName: "absent" }), {
      name: "NoSuchConfigRuleException",
    });
    await assert.rejects(config.describeComplianceByConfigRule({ ComplianceTypes: ["NOT_APPLICABLE"] }), {
      name: "InvalidParameterValueException",
    });
    const { ConfigRulesEvaluationStatus } = await config.describeConfigRuleEvaluationStatus({
      ConfigRuleNames: [name],
    });
    assert.equal(ConfigRulesEvaluationStatus?.[0]?.FirstEvaluationStarted, false);
  });

  it("are told in pages", async () => {
    for (const number of Array.from({ length: 26 }, (_, index) => index)) {
      await config.putConfigRule({
        ConfigRule: managed("VPC_FLOW_LOGS_ENABLED", { ConfigRuleName: `page-${number}` }),
      });
    }
    const first = await config.describeConfigRules({});
    assert.equal(first.ConfigRules?.length, 25);
    const second = await config.describeConfigRules({ NextToken: first.NextToken });
    assert.ok(second.ConfigRules?.length);
    await assert.rejects(config.describeConfigRules({ NextToken: "made up" }), { name: "InvalidNextTokenException" });
  });

  it("are put and deleted under rights on the rule", async () => {
    const iam = new IAM(sandbox.root(CLEARING));
    const document = (statement: object) =>
      JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", ...statement } });
    const trust = { Principal: { AWS: `arn:aws:iam::${CLEARING}:root` }, Action: "sts:AssumeRole" };
    await iam.createRole({ RoleName: "putter", AssumeRolePolicyDocument: document(trust) });
    const Resource = `arn:aws:config:us-east-1:${CLEARING}:config-rule/*`;
    const PolicyDocument = document({ Action: "config:PutConfigRule", Resource });
    await iam.putRolePolicy({ RoleName: "putter", PolicyName: "put", PolicyDocument });
    const putter = new ConfigService({ ...(await assume(sandbox, CLEARING, CLEARING, "putter")), maxAttempts: 1 });
    clients.push(putter);
    await putter.putConfigRule({ ConfigRule: managed("EIP_ATTACHED") });
    await putter.putConfigRule({ ConfigRule: managed("EIP_ATTACHED", { Description: "again" }) });
    await assert.rejects(putter.deleteConfigRule({ ConfigRuleName: "eip_attached" }), {
      name: "AccessDeniedException",
      message: /not authorized to perform/,
    });
    iam.destroy();
  });
});
