import assert from "node:assert/strict";
import { ACCOUNT_EVENT_PATTERN } from "../../programs/admin/account-events.ts";
import { adminProgram } from "../../programs/admin/program.ts";
import type { PolicyDocument, Statement } from "../../programs/bootstrap/policy-document.ts";
import { type Declaration, declare, type Registered, upstreamOf } from "./declared.ts";
import { adminInputs, LOG_ARCHIVE, MANAGEMENT, settings } from "./samples.ts";

const policyOf = ({ inputs }: Registered) => JSON.parse(String(inputs.policy)) as PolicyDocument;
const statement = (policy: PolicyDocument, sid: string): Statement => {
  const found = policy.Statement.find(({ Sid }) => Sid === sid);
  assert.ok(found, `no statement ${sid}`);
  return found;
};
const deniesPlainHttp = ({ Statement }: PolicyDocument) =>
  Statement.some(
    ({ Effect, Principal, Condition }) =>
      Effect === "Deny" && Principal === "*" && Condition?.Bool?.["aws:SecureTransport"] === "false",
  );

describe("evidence in the log archive", () => {
  let declared: Declaration;
  before(async () => {
    declared = await declare(() => adminProgram(adminInputs()), "admin");
  });

  for (const label of ["config", "evidence"]) {
    describe(`the ${label} bucket`, () => {
      const part = (name: string) => declared.named(`${label}-bucket-${name}-us-east-1`);

      it("is in the log-archive account and protected, with its key and its policy", () => {
        const bucket = declared.named(`${label}-bucket-us-east-1`);
        assert.equal(bucket.inputs.bucket, `bulwark-${label}-${LOG_ARCHIVE}-us-east-1`);
        assert.equal(bucket.inputs.forceDestroy, false);
        const key = declared.named(`${label}-key-us-east-1`);
        assert.equal(key.inputs.enableKeyRotation, true);
        for (const resource of [bucket, key, part("policy")]) {
          assert.equal(resource.provider, `aws-${LOG_ARCHIVE}`);
          assert.equal(resource.protect, true, resource.name);
        }
      });

      it("is private, versioned, encrypted with that key and owned by its account", () => {
        const { region: _, bucket: __, ...blocks } = part("public-access").inputs;
        assert.deepEqual(Object.values(blocks), [true, true, true, true]);
        assert.deepEqual(part("versioning").inputs.versioningConfiguration, { status: "Enabled" });
        assert.deepEqual(part("encryption").inputs.rules, [
          {
            applyServerSideEncryptionByDefault: {
              sseAlgorithm: "aws:kms",
              kmsMasterKeyId: `arn:test:${label}-key-us-east-1`,
            },
            bucketKeyEnabled: true,
          },
        ]);
        assert.deepEqual(part("ownership").inputs.rule, { objectOwnership: "BucketOwnerEnforced" });
      });

      it("gets its policy after everything else, one change at a time", () => {
        assert.ok(part("policy").dependsOn.includes(`${label}-bucket-encryption-us-east-1`));
        const before = upstreamOf(declared, part("policy").name);
        for (const name of ["ownership", "public-access", "versioning"]) assert.ok(before.has(part(name).name), name);
      });

      it("takes TLS only", () => assert.ok(deniesPlainHttp(policyOf(part("policy")))));

      it("keeps its objects from Bulwark's own roles", () => {
        const { Effect, Action, Condition, Resource } = statement(policyOf(part("policy")), "KeptFromBulwark");
        assert.equal(Effect, "Deny");
        for (const action of [
          "s3:DeleteObject",
          "s3:DeleteObjectVersion",
          "s3:DeleteBucket",
          "s3:PutLifecycleConfiguration",
        ]) {
          assert.ok(Action?.includes(action), action);
        }
        assert.ok(Resource?.includes(`arn:aws:s3:::bulwark-${label}-${LOG_ARCHIVE}-us-east-1/*`));
        assert.deepEqual(Condition?.ArnLike?.["aws:PrincipalArn"], [
          "arn:aws:iam::*:role/BulwarkService",
          "arn:aws:iam::*:role/BulwarkManagement",
          "arn:aws:iam::*:role/BulwarkDeployment",
        ]);
      });
    });
  }

  it("takes deliveries of AWS Config from the organization's accounts only, into bucket and key", () => {
    const bucket = policyOf(declared.named("config-bucket-policy-us-east-1"));
    const delivery = statement(bucket, "ConfigDelivers");
    assert.deepEqual(delivery.Resource, [`arn:aws:s3:::bulwark-config-${LOG_ARCHIVE}-us-east-1/AWSLogs/*/Config/*`]);
    assert.deepEqual(delivery.Condition?.StringEquals, {
      "aws:SourceOrgID": "o-bulwark0demo",
      "s3:x-amz-acl": "bucket-owner-full-control",
    });
    const key = policyOf(declared.named("config-key-us-east-1"));
    assert.deepEqual(statement(key, "ConfigDelivers").Action, ["kms:Decrypt", "kms:GenerateDataKey"]);
    for (const sid of ["ConfigLooks", "ConfigDelivers"]) {
      assert.equal(statement(bucket, sid).Condition?.StringEquals?.["aws:SourceOrgID"], "o-bulwark0demo");
    }
  });

  it("takes flow logs of the organization's networks beside them, unless there are none", async () => {
    const bucket = policyOf(declared.named("config-bucket-policy-us-east-1"));
    const delivery = statement(bucket, "FlowLogsDeliver");
    const name = `bulwark-config-${LOG_ARCHIVE}-us-east-1`;
    assert.deepEqual(delivery.Principal, { Service: "delivery.logs.amazonaws.com" });
    assert.deepEqual(delivery.Resource, [`arn:aws:s3:::${name}/AWSLogs/*/vpcflowlogs/*`]);
    assert.deepEqual(statement(bucket, "FlowLogsLook").Resource, [`arn:aws:s3:::${name}`]);
    const key = policyOf(declared.named("config-key-us-east-1"));
    assert.ok(statement(key, "FlowLogsDeliver").Action?.includes("kms:GenerateDataKey*"));
    for (const [policy, sid] of [
      [bucket, "FlowLogsDeliver"],
      [bucket, "FlowLogsLook"],
      [key, "FlowLogsDeliver"],
    ] as const) {
      assert.equal(statement(policy, sid).Condition?.StringEquals?.["aws:SourceOrgID"], "o-bulwark0demo");
    }
    for (const account of [{ enabled: false }, { flowLogs: { enabled: false } }]) {
      const without = await declare(() => adminProgram(adminInputs({}, settings({ features: { account } }))), "admin");
      assert.ok(!JSON.stringify(without.resources.map(({ inputs }) => inputs)).includes("delivery.logs"));
    }
  });

  it("lets no service use the key for people's evidence", () => {
    const { Statement } = policyOf(declared.named("evidence-key-us-east-1"));
    assert.deepEqual(
      Statement.map(({ Sid, Principal }) => [Sid, Principal]),
      [
        ["Account", { AWS: `arn:aws:iam::${LOG_ARCHIVE}:root` }],
        ["HostsReport", "*"],
      ],
    );
  });
});

describe("the account events", () => {
  let declared: Declaration;
  before(async () => {
    declared = await declare(() => adminProgram(adminInputs()), "admin");
  });
  const inManagement = (type: string) =>
    declared.ofType(type).filter(({ provider }) => provider === `aws-${MANAGEMENT}`);

  it("come from a rule in the management account, in the region of AWS Organizations", () => {
    const [rule] = declared.ofType("aws:cloudwatch/eventRule:EventRule");
    assert.equal(rule?.provider, `aws-${MANAGEMENT}`);
    assert.equal(rule?.inputs.region, "us-east-1");
    assert.deepEqual(JSON.parse(String(rule?.inputs.eventPattern)), ACCOUNT_EVENT_PATTERN);
  });

  it("wait in encrypted queues, and what can't be delivered or handled is kept", () => {
    const queueArn = `arn:aws:sqs:us-east-1:${MANAGEMENT}:bulwark-account-events`;
    const queues = inManagement("aws:sqs/queue:Queue");
    assert.equal(queues.length, 2);
    for (const { inputs } of queues) assert.equal(inputs.sqsManagedSseEnabled, true);
    const queue = queues.find(({ inputs }) => inputs.name === "bulwark-account-events");
    assert.deepEqual(JSON.parse(String(queue?.inputs.redrivePolicy)), {
      deadLetterTargetArn: `${queueArn}-dead-letters`,
      maxReceiveCount: 5,
    });
    const [target] = declared.ofType("aws:cloudwatch/eventTarget:EventTarget");
    assert.equal(target?.inputs.arn, queueArn);
    assert.deepEqual(target?.inputs.deadLetterConfig, { arn: `${queueArn}-dead-letters` });
  });

  it("enter the queues from that rule only, and over TLS", () => {
    const policies = inManagement("aws:sqs/queuePolicy:QueuePolicy").map(policyOf);
    assert.equal(policies.length, 2);
    for (const policy of policies) {
      assert.ok(deniesPlainHttp(policy));
      const allowed = policy.Statement.filter(({ Effect }) => Effect === "Allow");
      assert.equal(allowed.length, 1);
      assert.deepEqual(allowed[0]?.Principal, { Service: "events.amazonaws.com" });
      assert.deepEqual(allowed[0]?.Condition, {
        ArnEquals: { "aws:SourceArn": `arn:aws:events:us-east-1:${MANAGEMENT}:rule/bulwark-account-events` },
      });
    }
  });

  it("are expected before the rule sends any", () => {
    const [target] = declared.ofType("aws:cloudwatch/eventTarget:EventTarget");
    const before = upstreamOf(declared, target?.name ?? "");
    assert.ok(
      before.has("account-events-policy-us-east-1") && before.has("account-event-dead-letters-policy-us-east-1"),
    );
  });
});

describe("the admin stack in other partitions", () => {
  for (const [partition, region, organizations] of [
    ["aws-us-gov", "us-gov-east-1", "us-gov-west-1"],
    ["aws-cn", "cn-north-1", "cn-northwest-1"],
  ] as const) {
    it(`has ARNs of ${partition} and hears of accounts in ${organizations}`, async () => {
      const from = settings({ partition, homeRegion: region, regions: [region] });
      const { resources, ofType } = await declare(() => adminProgram(adminInputs({}, from)));
      const arns = JSON.stringify(resources.map(({ inputs }) => inputs)).match(/arn:(?!test)[a-z-]+:/g) ?? [];
      assert.deepEqual([...new Set(arns)], [`arn:${partition}:`]);
      assert.equal(ofType("aws:cloudwatch/eventRule:EventRule")[0]?.inputs.region, organizations);
    });
  }
});
