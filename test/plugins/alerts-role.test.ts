import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { type AwsSecurityFinding, SecurityHub as SecurityHubClient } from "@aws-sdk/client-securityhub";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { alerts } from "../../programs/admin/alerts.ts";
import { response } from "../../programs/admin/response.ts";
import { adminStack } from "../../programs/admin/stack.ts";
import { deploymentRole } from "../../programs/bootstrap/deployment-role.ts";
import { MANIFESTS } from "../../remediation/manifests.ts";
import { createSecurityHub, type SecurityHub, securityHub } from "../../sandbox/emulators/securityhub/securityhub.ts";
import type { EmulatorFactory } from "../../sandbox/gateway/emulator.ts";
import { EMULATORS } from "../../sandbox/gateway/owners.ts";
import { SAMPLE } from "../../sandbox/organization/accounts.ts";
import { logsClient } from "../../sandbox/plugins/aws/cloudwatch/logs-client.ts";
import { monitoringClient } from "../../sandbox/plugins/aws/cloudwatch/monitoring-client.ts";
import { schedulerClient } from "../../sandbox/plugins/aws/scheduler/client.ts";
import { adminInputs, LOG_ARCHIVE, MANAGEMENT, SECURITY, settings } from "../programs/samples.ts";
import { assume, type RunningSandbox, runSandbox, until } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";

const program =
  (wanted: object = {}): Program =>
  async () => {
    const stack = adminStack(adminInputs({}, settings({ features: { alerts: wanted, response: { enabled: false } } })));
    alerts(stack, []);
    response(stack);
    return {};
  };
/** Those of the remediations: rules with a target each, which belong to the alerts. */
const RULES = 2 * 2;
/** The role of the responses with its policy, and a custom action for each remediation. */
const RESPONSE = 2 + MANIFESTS.length;
/** The resources of the alerts, three providers and the stack itself. */
const ALL = 66 + 4 + RULES + RESPONSE;

describe("the alerts, deployed with the rights of the deployment role", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let iam: IAM;
  let hub: SecurityHub;
  const { policies, boundary, boundariesOfOthers = [] } = deploymentRole(settings(), "security");
  const own = Object.values(policies)[0];

  const putRights = (rights: object | undefined) =>
    iam.putRolePolicy({
      ...{ RoleName: "BulwarkDeployment", PolicyName: "Bulwark", PolicyDocument: JSON.stringify(rights) },
    });

  before(async () => {
    const emulators = EMULATORS.map((factory): EmulatorFactory => {
      if (factory !== securityHub) return factory;
      return (aws) => {
        hub = createSecurityHub(aws);
        return hub.emulator;
      };
    });
    sandbox = await runSandbox({ seed: SAMPLE }, emulators);
    engine = await startEngine(sandbox.url);
    iam = new IAM(sandbox.root(SECURITY));
    await new SecurityHubClient(sandbox.root(SECURITY)).enableSecurityHub({ EnableDefaultStandards: false });
    const [Policy] = await Promise.all(
      [boundary, ...boundariesOfOthers].map(async (made) => {
        const PolicyDocument = JSON.stringify(made?.document);
        return (await iam.createPolicy({ PolicyName: made?.policyName, PolicyDocument })).Policy;
      }),
    );
    const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: `arn:aws:iam::${SECURITY}:root` } };
    await iam.createRole({
      RoleName: "BulwarkDeployment",
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: trust }),
      PermissionsBoundary: Policy?.Arn,
    });
    await putRights(own);
    const { credentials } = await assume(sandbox, SECURITY, SECURITY, "BulwarkDeployment");
    const profiles = [
      { account: MANAGEMENT, accessKeyId: MANAGEMENT, secretAccessKey: "sandbox", sessionToken: undefined },
      { account: LOG_ARCHIVE, accessKeyId: LOG_ARCHIVE, secretAccessKey: "sandbox", sessionToken: undefined },
      { account: SECURITY, ...credentials },
    ].map(({ account, accessKeyId, secretAccessKey, sessionToken }) =>
      [
        `[bulwark-${account}]`,
        `aws_access_key_id = ${accessKeyId}`,
        `aws_secret_access_key = ${secretAccessKey}`,
        ...(sessionToken === undefined ? [] : [`aws_session_token = ${sessionToken}`]),
      ].join("\n"),
    );
    await writeFile(engine.env.AWS_SHARED_CREDENTIALS_FILE ?? "", profiles.join("\n\n"));
  });

  after(async () => {
    iam?.destroy();
    await engine?.remove();
    await sandbox?.close();
  });

  const root = () => {
    const { endpoint, region, credentials } = sandbox.root(SECURITY);
    const shared = { maxAttempts: 1, retryMode: "standard", customUserAgent: "test" } as const;
    return { ...shared, endpoint, region, credentials: async () => credentials };
  };
  const heartbeat = { group: "default", name: "bulwark-heartbeat" };

  it("come, and are the same the second time", async () => {
    const made = await engine.run("admin", "up", program());
    assert.deepEqual([made.changes, made.errors], [{ create: ALL }, ""]);
    assert.deepEqual(await engine.run("admin", "up"), { changes: { same: ALL }, diffs: {}, errors: "" });
  });

  it("bring what a custom action was used on to the responses, and what still is after somebody was told, each once, and nothing else", async () => {
    const sqs = new SQS(sandbox.root(SECURITY));
    const { QueueUrl } = await sqs.getQueueUrl({ QueueName: "bulwark-respond" });
    const at = { accountId: SECURITY, region: "us-east-1" };
    const finding = (Id: string, more: Partial<AwsSecurityFinding> = {}): AwsSecurityFinding => ({
      SchemaVersion: "2018-10-08",
      Id,
      ProductArn: "arn:aws:securityhub:us-east-1::product/aws/guardduty",
      GeneratorId: "test",
      AwsAccountId: SECURITY,
      CreatedAt: "2026-03-01T10:00:00Z",
      UpdatedAt: "2026-03-01T10:00:00Z",
      Title: Id,
      Description: Id,
      Severity: { Label: "HIGH" },
      Resources: [{ Type: "AwsS3Bucket", Id: "arn:aws:s3:::statements" }],
      RecordState: "ACTIVE",
      Workflow: { Status: "NOTIFIED" },
      ...more,
    });
    const compliance = (SecurityControlId: string, Status: "FAILED" | "PASSED") => ({
      Compliance: { SecurityControlId, Status },
    });
    const action = `arn:aws:securityhub:us-east-1:${SECURITY}:action/custom/S3PublicAccessBlock`;
    await hub.send(at, "aws/guardduty", [
      finding("of another resource", { Resources: [{ Type: "AwsWafWebAcl", Id: "arn:aws:waf::1:webacl/one" }] }),
      finding("archived", { ...compliance("S3.8", "FAILED"), RecordState: "ARCHIVED" }),
      finding("suppressed", { ...compliance("S3.8", "FAILED"), Workflow: { Status: "SUPPRESSED" } }),
      finding("failed", compliance("S3.8", "FAILED")),
      // For which seven remediations ask.
      finding("of a type", { Types: ["Effects/Data Exposure/External Access Granted"] }),
    ]);
    await hub.useCustomAction(at, action, [finding("chosen", { Workflow: { Status: "SUPPRESSED" } })]);
    const seen: string[] = [];
    await until(
      async () => {
        const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
        for (const { Body = "{}" } of Messages) {
          const { detail, "detail-type": type } = JSON.parse(Body);
          for (const { Id } of detail.findings) seen.push(`${Id}: ${type}`);
        }
        return seen;
      },
      (all) => ["failed", "of a type", "chosen"].every((id) => all.some((one) => one.startsWith(`${id}: `))),
    );
    assert.deepEqual(seen.sort(), [
      "chosen: Security Hub Findings - Custom Action",
      "failed: Security Hub Findings - Imported",
      "of a type: Security Hub Findings - Imported",
    ]);
  });

  it("are put back where somebody switched them off", async () => {
    const monitoring = await monitoringClient(root());
    const [alarm] = (await monitoring.describeAlarms({ AlarmNames: ["bulwark-respond-silent"] })).MetricAlarms ?? [];
    await monitoring.putMetricAlarm({ ...alarm, ActionsEnabled: false });
    const logs = await logsClient(root());
    await logs.deleteRetentionPolicy({ logGroupName: `sns/us-east-1/${SECURITY}/bulwark-findings-high` });
    const scheduler = await schedulerClient(root());
    await scheduler.deleteSchedule(heartbeat);
    await new EventBridge(sandbox.root(SECURITY)).disableRule({ Name: "bulwark-findings-critical" });

    const drift = await engine.run("admin", "refresh");
    assert.deepEqual(drift.changes, { same: ALL - 4, update: 3, delete: 1 });
    assert.deepEqual(drift.diffs, {
      "alert-alarm-bulwark-respond-silent-us-east-1": ["~ actionsEnabled"],
      "alert-rule-bulwark-findings-critical-us-east-1": ["~ state"],
      "alert-topic-high-log-us-east-1": ["~ retentionInDays"],
    });
    const { changes, errors } = await engine.run("admin", "up");
    assert.deepEqual([changes, errors], [{ same: ALL - 4, update: 3, create: 1 }, ""]);
  });

  it("fail by name where the role lacks one action", async () => {
    const without = own?.Statement.map((statement) => ({
      ...statement,
      Action: statement.Action?.filter((action) => action !== "scheduler:*Schedule"),
    }));
    await putRights({ ...own, Statement: without });
    const { errors } = await engine.run("admin", "up", program({ heartbeat: { everyMinutes: 30 } }));
    assert.match(errors, /updating EventBridge Scheduler Schedule .*Scheduler: UpdateSchedule, .*AccessDenied/);
    await putRights(own);
  });

  it("go when they are switched off, and leave keys that are pending deletion", async () => {
    const { changes, errors } = await engine.run("admin", "up", program({ enabled: false }));
    assert.deepEqual([changes.delete, errors], [66 + RULES, ""]);
    const at = sandbox.root(SECURITY);
    assert.deepEqual((await new SNS(at).listTopics({})).Topics ?? [], []);
    assert.deepEqual((await new SQS(at).listQueues({})).QueueUrls ?? [], []);
    assert.deepEqual((await new EventBridge(at).listRules({})).Rules, []);
    const { Roles = [] } = await iam.listRoles({});
    assert.ok(Roles.every(({ RoleName }) => !RoleName?.startsWith("BulwarkAlert")));
    const monitoring = await monitoringClient(root());
    assert.deepEqual((await monitoring.describeAlarms({ AlarmNames: ["bulwark-forward-age"] })).MetricAlarms, []);
    const kms = new KMS(at);
    const { Keys = [] } = await kms.listKeys({});
    const states = Keys.map(async ({ KeyId }) => (await kms.describeKey({ KeyId })).KeyMetadata?.KeyState);
    assert.deepEqual(await Promise.all(states), ["PendingDeletion", "PendingDeletion"]);
  });
});
