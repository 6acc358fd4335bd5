import assert from "node:assert/strict";
import { adminProgram } from "../../programs/admin/program.ts";
import { type Declaration, declare, upstreamOf } from "./declared.ts";
import { adminInputs, LOG_ARCHIVE, MANAGEMENT, SECURITY, settings } from "./samples.ts";

const HOME = "us-east-1";
const OTHER = "us-west-2";

describe("the admin stack in two regions", () => {
  let declared: Declaration;
  before(async () => {
    declared = await declare(() => adminProgram(adminInputs()), "admin");
  });

  const inputsOf = (name: string) => declared.named(name).inputs;

  it("works in three accounts, each by its own profile, and never by a default provider", () => {
    const profiles = declared.ofType("pulumi:providers:aws").map(({ name, inputs }) => [name, inputs.profile]);
    assert.deepEqual(
      profiles.sort(),
      [MANAGEMENT, SECURITY, LOG_ARCHIVE].map((account) => [`aws-${account}`, `bulwark-${account}`]),
    );
    for (const { type, name, provider } of declared.resources) {
      if (!type.startsWith("pulumi:providers:")) assert.ok(provider !== undefined, name);
    }
  });

  it("gives every resource a name of its own type", () => {
    const keys = declared.resources.map(({ type, name }) => `${type} ${name}`);
    assert.equal(new Set(keys).size, keys.length);
  });

  it("trusts the three services in the organization, from the management account", () => {
    for (const service of ["securityhub", "guardduty", "access-analyzer"]) {
      const trust = declared.named(`trusted-access-${service}`);
      assert.equal(trust.inputs.servicePrincipal, `${service}.amazonaws.com`);
      assert.equal(trust.provider, `aws-${MANAGEMENT}`);
    }
  });

  for (const region of [HOME, OTHER]) {
    describe(`in ${region}`, () => {
      it("switches the security account's hub on with both standards", () => {
        assert.deepEqual(inputsOf(`hub-${region}`), {
          region,
          enableDefaultStandards: false,
          autoEnableControls: true,
          controlFindingGenerator: "SECURITY_CONTROL",
        });
        assert.equal(declared.named(`hub-${region}`).provider, `aws-${SECURITY}`);
        for (const standard of ["fsbp-1.0.0", "cis-5.0.0"]) {
          const { dependsOn, timeouts } = declared.named(`standard-${standard}-${region}`);
          assert.deepEqual(dependsOn, [`hub-${region}`]);
          assert.deepEqual(timeouts, { create: "15m", delete: "15m" });
        }
      });

      it("delegates Security Hub from the management account once it is trusted and the hub is on", () => {
        const administrator = declared.named(`hub-administrator-${region}`);
        assert.deepEqual(administrator.inputs, { region, adminAccountId: SECURITY });
        assert.equal(administrator.provider, `aws-${MANAGEMENT}`);
        assert.deepEqual(
          [...administrator.dependsOn].sort(),
          [
            `hub-${region}`,
            ...(region === HOME ? [] : [`hub-administrator-${HOME}`]),
            "trusted-access-securityhub",
          ].sort(),
        );
      });

      it("configures the organization locally and enables nothing by itself, after the delegation", () => {
        const organization = declared.named(`hub-organization-${region}`);
        assert.deepEqual(organization.inputs, {
          region,
          autoEnable: false,
          autoEnableStandards: "NONE",
          organizationConfiguration: { configurationType: "LOCAL" },
        });
        assert.equal(organization.provider, `aws-${SECURITY}`);
        assert.deepEqual(organization.dependsOn, [`hub-administrator-${region}`]);
      });

      it("does the same for GuardDuty", () => {
        assert.deepEqual(inputsOf(`detector-${region}`), {
          region,
          enable: true,
          findingPublishingFrequency: "FIFTEEN_MINUTES",
          tags: { ManagedBy: "Bulwark" },
        });
        const administrator = declared.named(`detector-administrator-${region}`);
        assert.equal(administrator.provider, `aws-${MANAGEMENT}`);
        assert.deepEqual(
          [...administrator.dependsOn].sort(),
          [
            `detector-${region}`,
            ...(region === HOME ? [] : [`detector-administrator-${HOME}`]),
            "trusted-access-guardduty",
          ].sort(),
        );
        const organization = declared.named(`detector-organization-${region}`);
        assert.deepEqual(organization.inputs, {
          region,
          detectorId: `detector-${region}-id`,
          autoEnableOrganizationMembers: "NONE",
        });
        assert.ok(organization.dependsOn.includes(`detector-administrator-${region}`));
      });

      it("analyzes the organization's access once the security account administers the analyzer", () => {
        const analyzer = declared.named(`organization-analyzer-${region}`);
        assert.equal(analyzer.inputs.type, "ORGANIZATION");
        assert.equal(analyzer.provider, `aws-${SECURITY}`);
        assert.deepEqual(analyzer.dependsOn, ["delegated-administrator-access-analyzer"]);
        assert.ok(upstreamOf(declared, analyzer.name).has("trusted-access-access-analyzer"));
      });

      it("sets control parameters through aws-native in the region, after the standards", () => {
        const control = declared.named(`security-control-ACM.1-${region}`);
        assert.equal(control.type, "aws-native:securityhub:SecurityControl");
        assert.equal(control.provider, `aws-native-${SECURITY}-${region}`);
        assert.equal(inputsOf(`aws-native-${SECURITY}-${region}`).region, region);
        assert.deepEqual(control.inputs, {
          securityControlId: "ACM.1",
          parameters: { daysToExpiration: { valueType: "CUSTOM", value: { integer: 60 } } },
          lastUpdateReason: "Two monthly change windows",
        });
        assert.deepEqual([...control.dependsOn].sort(), [
          `standard-cis-5.0.0-${region}`,
          `standard-fsbp-1.0.0-${region}`,
        ]);
      });
    });
  }

  it("delegates in one region after the other, because AWS refuses several at once", async () => {
    const regions = [HOME, OTHER, "eu-central-1"];
    const three = await declare(() => adminProgram(adminInputs({}, settings({ regions }))));
    for (const kind of ["hub-administrator", "detector-administrator"]) {
      const chain = regions.map((region) =>
        three.named(`${kind}-${region}`).dependsOn.filter((name) => name.startsWith(kind)),
      );
      assert.deepEqual(chain, [[], [`${kind}-${HOME}`], [`${kind}-${OTHER}`]]);
    }
  });

  it("aggregates findings in the home region once every hub is on", () => {
    const aggregator = declared.named(`finding-aggregator-${HOME}`);
    assert.deepEqual(aggregator.inputs, {
      region: HOME,
      linkingMode: "SPECIFIED_REGIONS",
      specifiedRegions: [OTHER],
    });
    const before = upstreamOf(declared, aggregator.name);
    for (const region of [HOME, OTHER])
      assert.ok(before.has(`hub-${region}`) && before.has(`hub-organization-${region}`));
  });

  it("links no region where there is only one", async () => {
    const one = await declare(() => adminProgram(adminInputs({}, settings({ regions: [HOME] }))));
    assert.deepEqual(one.named(`finding-aggregator-${HOME}`).inputs, { region: HOME, linkingMode: "NO_REGIONS" });
  });

  it("hands on what baselines and the service need", () => {
    assert.deepEqual(declared.outputs, {
      organizationId: "o-bulwark0demo",
      accountEvents: {
        queueUrl: "https://queue.test/account-events-us-east-1",
        queueArn: `arn:aws:sqs:us-east-1:${MANAGEMENT}:bulwark-account-events`,
        region: "us-east-1",
      },
      detectorIds: { [HOME]: `detector-${HOME}-id`, [OTHER]: `detector-${OTHER}-id` },
      hubArns: { [HOME]: `arn:test:hub-${HOME}`, [OTHER]: `arn:test:hub-${OTHER}` },
      inspectorRegions: [HOME, OTHER],
      analyzerArns: {
        [HOME]: `arn:test:organization-analyzer-${HOME}`,
        [OTHER]: `arn:test:organization-analyzer-${OTHER}`,
      },
      findingAggregatorArn: `arn:test:finding-aggregator-${HOME}`,
      configBucket: `bulwark-config-${LOG_ARCHIVE}-us-east-1`,
      configKeyArn: `arn:test:config-key-${HOME}`,
      evidenceBucket: `bulwark-evidence-${LOG_ARCHIVE}-us-east-1`,
      evidenceKeyArn: `arn:test:evidence-key-${HOME}`,
      alerts: {
        topicArns: Object.fromEntries(
          ["critical", "high", "medium", "low", "operations"].map((topic) => [
            topic,
            `arn:test:alert-topic-${topic}-${HOME}`,
          ]),
        ),
        queueUrls: {
          forward: `https://queue.test/alert-forward-${HOME}`,
          respond: `https://queue.test/alert-respond-${HOME}`,
        },
        keyArn: `arn:test:alert-key-${HOME}`,
      },
      responseRoleArn: "arn:test:response-role",
      response: {
        table: "bulwark-incidents",
        requestsQueueUrl: `https://queue.test/response-queue-requests-${HOME}`,
        repairsQueueUrl: `https://queue.test/response-queue-repairs-${HOME}`,
        clicksUrl: undefined,
      },
    });
  });
});
