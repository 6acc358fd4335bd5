import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { alerts } from "../../programs/admin/alerts.ts";
import { adminStack } from "../../programs/admin/stack.ts";
import { deploymentRole } from "../../programs/bootstrap/deployment-role.ts";
import { logsClient } from "../../sandbox/plugins/aws/cloudwatch/logs-client.ts";
import { monitoringClient } from "../../sandbox/plugins/aws/cloudwatch/monitoring-client.ts";
import { schedulerClient } from "../../sandbox/plugins/aws/scheduler/client.ts";
import { adminInputs, LOG_ARCHIVE, MANAGEMENT, SECURITY, settings } from "../programs/samples.ts";
import { assume, type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";

const program =
  (wanted: object = {}): Program =>
  async () => {
    alerts(adminStack(adminInputs({}, settings({ features: { alerts: wanted } }))), []);
    return {};
  };
/** The resources of the alerts, three providers and the stack itself. */
const ALL = 62 + 4;

describe("the alerts, deployed with the rights of the deployment role", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let iam: IAM;
  const { policies, boundary } = deploymentRole(settings(), "security");
  const own = Object.values(policies)[0];

  const putRights = (rights: object | undefined) =>
    iam.putRolePolicy({
      ...{ RoleName: "BulwarkDeployment", PolicyName: "Bulwark", PolicyDocument: JSON.stringify(rights) },
    });

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    iam = new IAM(sandbox.root(SECURITY));
    const { Policy } = await iam.createPolicy({
      ...{ PolicyName: boundary?.policyName, PolicyDocument: JSON.stringify(boundary?.document) },
    });
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
    assert.deepEqual([changes.delete, errors], [ALL - 4, ""]);
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
