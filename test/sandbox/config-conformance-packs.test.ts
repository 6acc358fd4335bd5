import assert from "node:assert/strict";
import { ConfigService } from "@aws-sdk/client-config-service";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const [CLEARING, OTHER] = ["100000000001", "100000000002"];

/** In the manner of AWS's sample templates. */
const TEMPLATE = `
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  MaxAge:
    Type: String
    Default: 90
  Trails:
    Type: String
    Default: ""
Conditions:
  watchesTrails: !Not [!Equals ["", !Ref Trails]]
Resources:
  KeysRotated:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: keys-rotated
      Description: !Sub "Keys of \${AWS::AccountId} in \${AWS::Region}"
      InputParameters:
        maxAccessKeyAge: !If [watchesTrails, "1", !Ref MaxAge]
      Source: {Owner: AWS, SourceIdentifier: ACCESS_KEYS_ROTATED}
  Trails:
    Type: AWS::Config::ConfigRule
    Condition: watchesTrails
    Properties:
      ConfigRuleName: trails
      Scope:
        Fn::If: [watchesTrails, {Ref: AWS::NoValue}, {ComplianceResourceTypes: [AWS::IAM::User]}]
      Source: {Owner: AWS, SourceIdentifier: CLOUD_TRAIL_ENABLED}
`;

describe("AWS Config conformance packs in the sandbox", () => {
  let sandbox: RunningSandbox;
  let config: ConfigService;
  const clients: { destroy(): void }[] = [];

  const kept = <Client extends { destroy(): void }>(client: Client) => {
    clients.push(client);
    return client;
  };
  const as = (account: string, region?: string) =>
    kept(new ConfigService({ ...sandbox.root(account, region), maxAttempts: 1 }));
  const record = (client: ConfigService, account: string) =>
    client.putConfigurationRecorder({
      ConfigurationRecorder: { roleARN: `arn:aws:iam::${account}:role/aws-service-role/config.amazonaws.com/config` },
    });
  const status = async (name: string, client = config) =>
    (await client.describeConformancePackStatus({ ConformancePackNames: [name] })).ConformancePackStatusDetails?.[0];
  const settled = (name: string, client = config) =>
    until(
      () => status(name, client),
      (answer) => !answer?.ConformancePackState?.endsWith("_IN_PROGRESS"),
    );
  const rulesOf = async (client = config) => (await client.describeConfigRules({})).ConfigRules ?? [];
  const put = (name: string, TemplateBody: string, parameters: Record<string, string> = {}, client = config) =>
    client.putConformancePack({
      ConformancePackName: name,
      TemplateBody,
      ConformancePackInputParameters: Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({
        ParameterName,
        ParameterValue,
      })),
    });
  const remove = async (ConformancePackName: string) => {
    await config.deleteConformancePack({ ConformancePackName });
    return settled(ConformancePackName);
  };

  before(async () => {
    sandbox = await runSandbox();
    config = as(CLEARING);
    await record(config, CLEARING);
  });

  after(async () => {
    for (const client of clients) client.destroy();
    await sandbox?.close();
  });

  it("make their rules from a template with parameters, and change them with it", async () => {
    const { ConformancePackArn: arn = "" } = await put("baseline", TEMPLATE);
    const id = arn.split("/")[2] ?? "";
    assert.match(
      arn,
      /^arn:aws:config:us-east-1:100000000001:conformance-pack\/baseline\/conformance-pack-[a-z0-9]{9}$/,
    );
    assert.equal((await status("baseline"))?.ConformancePackState, "CREATE_IN_PROGRESS");
    await assert.rejects(put("baseline", TEMPLATE), { name: "ResourceInUseException" });
    assert.equal((await settled("baseline"))?.ConformancePackState, "CREATE_COMPLETE");
    const [rule, ...others] = await rulesOf();
    assert.equal(others.length, 0);
    assert.deepEqual(
      [rule?.ConfigRuleName, rule?.CreatedBy, rule?.InputParameters, rule?.Description],
      [
        `keys-rotated-${id}`,
        "config-conforms.amazonaws.com",
        '{"maxAccessKeyAge":"90"}',
        "Keys of 100000000001 in us-east-1",
      ],
    );
    assert.match(
      rule?.ConfigRuleArn ?? "",
      /:config-rule\/aws-service-rule\/config-conforms.amazonaws.com\/config-rule-/,
    );
    const { Roles = [] } = await kept(new IAM(sandbox.root(CLEARING))).listRoles({});
    assert.ok(Roles.some(({ RoleName }) => RoleName === "AWSServiceRoleForConfigConforms"));

    await put("baseline", TEMPLATE, { Trails: "all" });
    await settled("baseline");
    const changed = await rulesOf();
    assert.deepEqual(
      changed.map(({ ConfigRuleName }) => ConfigRuleName),
      [`keys-rotated-${id}`, `trails-${id}`],
    );
    assert.deepEqual(
      [changed[0]?.ConfigRuleId, changed[0]?.InputParameters, changed[1]?.Scope],
      [rule?.ConfigRuleId, '{"maxAccessKeyAge":"1"}', undefined],
    );
    const [pack] =
      (await config.describeConformancePacks({ ConformancePackNames: ["baseline"] })).ConformancePackDetails ?? [];
    assert.deepEqual(pack?.ConformancePackInputParameters, [{ ParameterName: "Trails", ParameterValue: "all" }]);
    assert.equal(await remove("baseline"), undefined);
    assert.deepEqual(await rulesOf(), []);
  });

  it("own their rules: nobody changes or deletes one alone", async () => {
    await put("own", TEMPLATE);
    await settled("own");
    const [rule] = await rulesOf();
    const ConfigRuleName = rule?.ConfigRuleName ?? "";
    const owned = { name: "AccessDeniedException", message: /AWS service owns ServiceLinkedConfigRule/ };
    await assert.rejects(config.deleteConfigRule({ ConfigRuleName }), owned);
    const Source = { Owner: "AWS", SourceIdentifier: "IAM_PASSWORD_POLICY" } as const;
    await assert.rejects(config.putConfigRule({ ConfigRule: { ConfigRuleName, Source } }), owned);
    const ask = (names?: string[]) =>
      config.describeConformancePackCompliance({
        ConformancePackName: "own",
        ...(names && { Filters: { ConfigRuleNames: names } }),
      });
    assert.deepEqual((await ask()).ConformancePackRuleComplianceList, [
      { ConfigRuleName, ComplianceType: "INSUFFICIENT_DATA", Controls: [] },
    ]);
    await assert.rejects(ask(["foreign"]), { name: "NoSuchConfigRuleInConformancePackException" });
    await remove("own");
  });

  it("refuse a template that does not hold", async () => {
    const rule = (more: string) =>
      `Resources:\n  Rule:\n    Type: AWS::Config::ConfigRule\n    Properties:\n      ${more}`;
    const source = "Source: {Owner: AWS, SourceIdentifier: IAM_PASSWORD_POLICY}";
    const broken: [string, RegExp][] = [
      ["Resources: [", /Template format error/],
      ["{", /Template format error/],
      ["just text", /unsupported structure/],
      ["Parameters: {}", /At least one Resources member/],
      ["Resources: {Bucket: {Type: AWS::S3::Bucket}}", /AWS::S3::Bucket is not supported/],
      ["Resources: {Rule: {}}", /must contain a Type/],
      [`Parameters: {Age: {Type: String}}\n${rule(source)}`, /\[Age\] must have values/],
      [rule(`Description: !Ref Absent\n      ${source}`), /Unresolved resource dependencies \[Absent\]/],
      [rule(`Description: !GetAtt Rule.Arn\n      ${source}`), /Fn::GetAtt is not supported/],
    ];
    for (const [body, message] of broken) {
      await assert.rejects(put("broken", body), { name: "ConformancePackTemplateValidationException", message });
    }
    await assert.rejects(put("broken", TEMPLATE, { Absent: "1" }), { message: /\[Absent\] do not exist/ });
    const many = Array.from({ length: 131 }, (_, index) => [
      `Rule${index}`,
      {
        Type: "AWS::Config::ConfigRule",
        Properties: { Source: { Owner: "AWS", SourceIdentifier: "IAM_PASSWORD_POLICY" } },
      },
    ]);
    await assert.rejects(put("broken", JSON.stringify({ Resources: Object.fromEntries(many) })), {
      message: /exceeds the allowed limit/,
    });
    await assert.rejects(config.putConformancePack({ ConformancePackName: "broken" }), {
      name: "InvalidParameterValueException",
    });
    assert.equal(await status("broken"), undefined);
  });

  it("fail with a reason when a rule cannot be, and keep what they had", async () => {
    const wrong = TEMPLATE.replace("ACCESS_KEYS_ROTATED", "NO_SUCH_RULE");
    await put("wrong", wrong);
    const failed = await settled("wrong");
    assert.equal(failed?.ConformancePackState, "CREATE_FAILED");
    assert.match(failed?.ConformancePackStatusReason ?? "", /NO_SUCH_RULE is invalid/);
    assert.deepEqual(await rulesOf(), []);
    await put("wrong", TEMPLATE);
    await settled("wrong");
    await put("wrong", wrong, { Trails: "all" });
    assert.equal((await settled("wrong"))?.ConformancePackState, "CREATE_FAILED");
    assert.equal((await rulesOf()).length, 1);
    await remove("wrong");

    const west = as(CLEARING, "us-west-2");
    await put("unrecorded", TEMPLATE, {}, west);
    assert.match((await settled("unrecorded", west))?.ConformancePackStatusReason ?? "", /Recorder is not available/);
  });

  it("take a template from a bucket", async () => {
    const s3 = kept(new S3({ ...sandbox.root(CLEARING), forcePathStyle: true }));
    await s3.createBucket({ Bucket: "pack-templates" });
    await s3.putObject({ Bucket: "pack-templates", Key: "packs/keys.yaml", Body: TEMPLATE });
    const from = (TemplateS3Uri: string) =>
      config.putConformancePack({ ConformancePackName: "stored", TemplateS3Uri, Tags: [{ Key: "a", Value: "b" }] });
    await assert.rejects(from("s3://pack-templates/absent.yaml"), { name: "InsufficientPermissionsException" });
    const { ConformancePackArn: ResourceArn = "" } = await from("s3://pack-templates/packs/keys.yaml");
    assert.equal((await settled("stored"))?.ConformancePackState, "CREATE_COMPLETE");
    assert.deepEqual((await config.listTagsForResource({ ResourceArn })).Tags, [{ Key: "a", Value: "b" }]);
    await remove("stored");
  });

  it("are told in their own account and region only", async () => {
    await put("here", TEMPLATE);
    for (const elsewhere of [as(OTHER), as(CLEARING, "us-east-2")]) {
      assert.deepEqual((await elsewhere.describeConformancePacks({})).ConformancePackDetails, []);
      const gone = { name: "NoSuchConformancePackException" };
      await assert.rejects(elsewhere.describeConformancePacks({ ConformancePackNames: ["here"] }), gone);
      await assert.rejects(elsewhere.deleteConformancePack({ ConformancePackName: "here" }), gone);
      assert.equal(await status("here", elsewhere), undefined);
    }
    await settled("here");
  });
});
