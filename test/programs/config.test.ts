import assert from "node:assert/strict";
import { CORE_SCHEMA, load } from "js-yaml";
import { decideAdminAdoptions } from "../../programs/admin/adoption.ts";
import { adminProblems } from "../../programs/admin/preconditions.ts";
import { adminProgram } from "../../programs/admin/program.ts";
import { auditRules } from "../../programs/baseline/audit-rules.ts";
import { packTemplate } from "../../programs/baseline/pack-template.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { AuditRuleName, ConfigSettings } from "../../programs/config-settings.ts";
import { isManagedRule, requiredParameters } from "../../sandbox/emulators/config/managed-rules.ts";
import { type Declaration, declare, upstreamOf } from "./declared.ts";
import { adminInputs, baselineInputs, EVERY_OPTION, MANAGEMENT, MEMBER, SECURITY, settings } from "./samples.ts";

const withConfig = (config: object) => settings({ features: { config } });
const admin = (config: object = {}) => declare(() => adminProgram(adminInputs({}, withConfig(config))), "admin");
const baseline = (config: object = {}) =>
  declare(() => baselineProgram(baselineInputs({}, withConfig(config))), `account-${MEMBER}`);
const PRINCIPALS = ["config.amazonaws.com", "config-multiaccountsetup.amazonaws.com"];

describe("AWS Config in the admin stack", () => {
  let declared: Declaration;
  before(async () => {
    declared = await admin();
  });

  it("is delegated to the security account under both of its names, once it is trusted", () => {
    for (const [index, label] of ["config", "config-multiaccountsetup"].entries()) {
      const servicePrincipal = PRINCIPALS[index];
      assert.deepEqual(declared.named(`trusted-access-${label}`).inputs, { servicePrincipal });
      const delegation = declared.named(`delegated-administrator-${label}`);
      assert.deepEqual(delegation.inputs, { accountId: SECURITY, servicePrincipal });
      assert.deepEqual(delegation.dependsOn, [`trusted-access-${label}`]);
      assert.equal(delegation.provider, `aws-${MANAGEMENT}`);
    }
  });

  it("shows the whole organization in the security account, by a role that can only read who belongs to it", () => {
    const aggregator = declared.named("config-aggregator-us-east-1");
    assert.deepEqual(aggregator.inputs, {
      region: "us-east-1",
      name: "bulwark-organization",
      organizationAggregationSource: { allRegions: true, roleArn: "arn:test:config-aggregator-role" },
      tags: { ManagedBy: "Bulwark" },
    });
    assert.equal(aggregator.provider, `aws-${SECURITY}`);
    const before = upstreamOf(declared, aggregator.name);
    for (const name of ["config-aggregator-policy", "delegated-administrator-config"])
      assert.ok(before.has(name), name);
    const role = JSON.parse(String(declared.named("config-aggregator-role").inputs.assumeRolePolicy));
    assert.deepEqual(role.Statement[0].Principal, { Service: "config.amazonaws.com" });
    assert.equal(
      declared.named("config-aggregator-policy").inputs.policyArn,
      "arn:aws:iam::aws:policy/service-role/AWSConfigRoleForOrganizations",
    );
  });

  it("is not there where it is switched off", async () => {
    const { resources } = await admin({ enabled: false });
    assert.deepEqual(
      resources.filter(
        ({ type, name }) => /:cfg/.test(type) || /aggregator-(role|policy)|-config$|multiaccount/.test(name),
      ),
      [],
    );
  });

  it("is adopted where it is delegated already, beside others", () => {
    const inventory = {
      organizationId: "o-bulwark0demo",
      trustedServices: PRINCIPALS,
      delegatedAdministrators: { "config.amazonaws.com": ["444444444444", SECURITY] },
      regions: {},
    };
    const names = decideAdminAdoptions(inventory, adminInputs()).map(({ name }) => name);
    assert.deepEqual(names, [
      "trusted-access-config",
      "trusted-access-config-multiaccountsetup",
      "delegated-administrator-config",
    ]);
    // There may be three.
    assert.deepEqual(adminProblems(inventory, adminInputs()), []);
    assert.deepEqual(decideAdminAdoptions(inventory, adminInputs({}, withConfig({ enabled: false }))), []);
  });
});

describe("the audit pack", () => {
  const home = { region: "us-east-1", homeRegion: "us-east-1", managementAccountId: MANAGEMENT };
  const everything = ConfigSettings.parse({
    auditPack: {
      requiredTags: ["Owner", "CostCenter"],
      approvedImageTags: ["Approved:yes"],
      instanceTypes: ["m7i.large"],
    },
  });
  const names = (config: object, place: object = {}) =>
    auditRules(ConfigSettings.parse(config), { ...home, ...place }).map(({ name }) => name);

  it("is deployed once the region is recorded and AWS's role for packs is there", async () => {
    const declared = await baseline();
    const pack = declared.named("audit-pack-us-west-2");
    assert.equal(pack.inputs.name, "bulwark-audit");
    assert.equal(pack.provider, `aws-${MEMBER}`);
    assert.deepEqual([...pack.dependsOn].sort(), ["recorder-status-us-west-2", "service-linked-role-config-conforms"]);
  });

  it("has rules of AWS with all the parameters that they need, and every rule that a setting can name", () => {
    const rules = auditRules(everything, home);
    assert.deepEqual(rules.map(({ name }) => name).sort(), [...AuditRuleName.options].sort());
    for (const { identifier, parameters, name } of rules) {
      assert.ok(isManagedRule(identifier), identifier);
      for (const needed of requiredParameters(identifier)) assert.ok(parameters[needed], `${name}: ${needed}`);
    }
  });

  it("is a template that AWS reads as it was meant, whatever the settings hold", () => {
    const rules = auditRules(
      ConfigSettings.parse({ auditPack: { requiredTags: ["Cost: Center", "yes"], logRetentionDays: 731 } }),
      home,
    );
    const template = load(packTemplate(rules), { schema: CORE_SCHEMA }) as {
      Resources: Record<string, { Type: string; Properties: object }>;
    };
    assert.deepEqual(template.Resources.RequiredTags?.Properties, {
      ConfigRuleName: "required-tags",
      Description: "Resources say by tags whose they are.",
      InputParameters: { tag1Key: "Cost: Center", tag2Key: "yes" },
      Source: { Owner: "AWS", SourceIdentifier: "REQUIRED_TAGS" },
    });
    assert.deepEqual(template.Resources.LogRetention?.Properties, {
      ConfigRuleName: "log-retention",
      Description: "Logs are kept for the time in which somebody may ask for them.",
      InputParameters: { MinRetentionTime: "731" },
      Source: { Owner: "AWS", SourceIdentifier: "CW_LOGGROUP_RETENTION_PERIOD_CHECK" },
    });
    for (const { Type } of Object.values(template.Resources)) assert.equal(Type, "AWS::Config::ConfigRule");
    assert.ok(packTemplate(auditRules(everything, home)).length < 51_200);
  });

  it("has the rules on what is recorded once in the home region only", () => {
    const once = ["account-in-organization", "users-in-groups"];
    assert.deepEqual(
      names({}).filter((name) => once.includes(name)),
      once,
    );
    assert.deepEqual(
      names({}, { region: "us-west-2" }),
      names({}).filter((name) => !once.includes(name)),
    );
  });

  it("leaves out what a region does not offer, what the settings leave out, and what has nothing to judge by", () => {
    assert.deepEqual(
      names({}).filter((name) => !names({}, { homeRegion: "cn-north-1", region: "cn-north-1" }).includes(name)),
      ["account-in-organization", "backup-retention", "backup-deletion"],
    );
    const leaveOut = [{ rule: "log-encryption" }, { rule: "secret-keys", regions: ["us-west-2"] }];
    const config = { auditPack: { leaveOut } };
    assert.ok(!names(config).includes("log-encryption") && names(config).includes("secret-keys"));
    assert.ok(!names(config, { region: "us-west-2" }).includes("secret-keys"));
    assert.equal(names({}).length, 8);
  });

  it("is not there where it is switched off, nor is AWS's role for it", async () => {
    for (const config of [{ enabled: false }, { auditPack: { enabled: false } }]) {
      const { resources } = await baseline(config);
      assert.deepEqual(
        resources.filter(({ name }) => /audit-pack|conforms/.test(name)),
        [],
      );
    }
  });
});

describe("rules of the organization's own", () => {
  it("are made in every region once it is recorded", async () => {
    const { named } = await baseline(EVERY_OPTION.config);
    const rule = named("config-rule-volumes-in-use-us-west-2");
    assert.deepEqual(rule.inputs, {
      region: "us-west-2",
      name: "bulwark-volumes-in-use",
      source: { owner: "AWS", sourceIdentifier: "EC2_VOLUME_INUSE_CHECK" },
      tags: { ManagedBy: "Bulwark" },
    });
    assert.deepEqual(rule.dependsOn, ["recorder-status-us-west-2"]);
    assert.deepEqual(named("config-rule-queue-keys-us-east-1").inputs, {
      region: "us-east-1",
      name: "bulwark-queue-keys",
      scope: { complianceResourceTypes: ["AWS::SQS::Queue"] },
      source: {
        owner: "CUSTOM_POLICY",
        sourceDetails: [{ messageType: "ConfigurationItemChangeNotification" }],
        customPolicyDetails: { policyRuntime: "guard-2.x.x", policyText: EVERY_OPTION.config.policies[0].policy },
      },
      tags: { ManagedBy: "Bulwark" },
    });
  });

  it("have parameters as strings, a frequency where it is given, and judge IAM in the home region", async () => {
    const rules = [
      {
        name: "users",
        identifier: "IAM_USER_NO_POLICIES_CHECK",
        resourceTypes: ["AWS::IAM::User"],
      },
      {
        name: "ports",
        identifier: "VPC_SG_PORT_RESTRICTION_CHECK",
        parameters: { restrictPorts: 22, protocolType: "TCP" },
        frequency: "One_Hour",
        homeRegionOnly: true,
      },
    ];
    const declared = await baseline({ rules });
    const made = declared.ofType("aws:cfg/rule:Rule");
    assert.deepEqual(made.map(({ name }) => name).sort(), [
      "config-rule-ports-us-east-1",
      "config-rule-users-us-east-1",
    ]);
    const { inputParameters, maximumExecutionFrequency } = declared.named("config-rule-ports-us-east-1").inputs;
    assert.deepEqual(JSON.parse(String(inputParameters)), { restrictPorts: "22", protocolType: "TCP" });
    assert.equal(maximumExecutionFrequency, "One_Hour");
  });

  it("are not there where AWS Config beyond recording is switched off", async () => {
    const { ofType } = await baseline({ ...EVERY_OPTION.config, enabled: false });
    assert.deepEqual(ofType("aws:cfg/rule:Rule"), []);
    assert.equal(ofType("aws:cfg/recorder:Recorder").length, 2);
  });
});

describe("the settings of AWS Config", () => {
  const rule = { name: "one", identifier: "REQUIRED_TAGS" };
  const refused: readonly (readonly [string, object, string])[] = [
    [
      "a retention that CloudWatch Logs does not know",
      { auditPack: { logRetentionDays: 366 } },
      "auditPack.logRetentionDays",
    ],
    ["seven required tags", { auditPack: { requiredTags: [..."abcdefg"] } }, "auditPack.requiredTags"],
    ["an unknown rule left out", { auditPack: { leaveOut: [{ rule: "other" }] } }, "auditPack.leaveOut.0.rule"],
    ["an identifier in small letters", { rules: [{ ...rule, identifier: "required-tags" }] }, "rules.0.identifier"],
    ["two rules of one name", { rules: [rule, rule] }, "rules.1.name"],
    [
      "a policy on nothing",
      { policies: [{ name: "one", policy: "rule a { b exists }", resourceTypes: [] }] },
      "policies.0.resourceTypes",
    ],
  ];
  for (const [what, document, path] of refused) {
    it(`refuse ${what}, and say where`, () => {
      const { error } = ConfigSettings.safeParse(document);
      assert.deepEqual(
        error?.issues.map((issue) => issue.path.join(".")),
        [path],
      );
    });
  }
});
