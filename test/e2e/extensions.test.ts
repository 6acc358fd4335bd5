import assert from "node:assert/strict";
import { AccessAnalyzer } from "@aws-sdk/client-accessanalyzer";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { SSM } from "@aws-sdk/client-ssm";
import { EXTENSION_TYPES } from "../../programs/extensions/extensions.ts";
import { type Environment, organization } from "./environment.ts";
import { readRoutes } from "./own-routes.ts";
import { QUEUE_ROUTE, readTeam, TURNED_OFF_OF_TEAM } from "./turned-off-of-team.ts";
import { until } from "./until.ts";

const security = "222222222222";
const home = "us-east-1";
const [queue = ""] = QUEUE_ROUTE.queues;
const { exception, suppression, remediationOff, ...additive } = EXTENSION_TYPES;
const added = Object.values(additive).map(({ example }) => example);
const expires = new Date(Date.now() + 30 * 86_400_000).toISOString();
const weakening = [exception, suppression, remediationOff].map(({ example }) => ({ ...example, expires }));

/** The steps build on one another: each begins where the one before has left the account. */
describe("the extensions of an account", function () {
  this.timeout(600_000);
  let environment: Environment;
  let accountId: string;
  let approver: string;
  before(async () => {
    environment = await organization();
    const made = await environment.api.call("POST", "/tokens", {
      body: { name: "extensions-board", role: "approver" },
    });
    approver = made.body.token;
  });

  const at = (id: string) => (region: string) => environment.root(id, region);
  const deploy = () => environment.api.done("POST", `/accounts/${accountId}/deployments`);
  const put = async (extensions: readonly object[]) => {
    const answer = await environment.api.call("PATCH", `/accounts/${accountId}`, { body: { extensions } });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };
  const modes = async () => {
    const ssm = new SSM(environment.root(security, home));
    const { Parameter } = await ssm.getParameter({ Name: `/bulwark/remediation-modes/${accountId}` });
    return JSON.parse(Parameter?.Value ?? "");
  };
  const archiveRules = async () => {
    const analyzer = new AccessAnalyzer(environment.root(security, home));
    const { archiveRules: rules = [] } = await analyzer.listArchiveRules({ analyzerName: "bulwark-organization" });
    return rules.filter(({ ruleName }) => ruleName?.includes(accountId));
  };
  const suppressions = async () => {
    const hub = new SecurityHub(environment.root(security, home));
    const { AutomationRulesMetadata = [] } = await hub.listAutomationRules({});
    const arns = AutomationRulesMetadata.filter(({ RuleName }) => RuleName?.includes(accountId));
    if (arns.length === 0) return [];
    const { Rules = [] } = await hub.batchGetAutomationRules({
      AutomationRulesArns: arns.map(({ RuleArn = "" }) => RuleArn),
    });
    return Rules.map(({ Actions }) => Actions?.[0]?.FindingFieldsUpdate?.Workflow?.Status);
  };
  const controlStatus = async () => {
    const hub = new SecurityHub(environment.root(accountId, home));
    const { StandardsControlAssociationSummaries: all = [] } = await hub.listStandardsControlAssociations({
      SecurityControlId: exception.example.control,
    });
    return all.find(({ StandardsArn }) => StandardsArn?.includes("foundational"))?.AssociationStatus;
  };

  it("are there after its onboarding, in the account and for it in the security account", async () => {
    const email = "aws+extended@clearing.example.com";
    const operation = await environment.api.done("POST", "/accounts", { name: "extended", email, extensions: added });
    ({ accountId } = operation.result as { accountId: string });
    const [member, administrator] = [environment.root(accountId, home), environment.root(security, home)];

    const { Attributes = {} } = await new SNS(member).getTopicAttributes({
      TopicArn: `arn:aws:sns:${home}:${accountId}:bulwark-extension-on-call`,
    });
    assert.match(Attributes.KmsMasterKeyId ?? "", new RegExp(`^arn:aws:kms:${home}:${accountId}:key/`));
    const { Associations = [] } = await new SSM(member).listAssociations({});
    assert.ok(Associations.some(({ AssociationName }) => AssociationName === "bulwark-extension-patch-nights"));
    const [rule] = await archiveRules();
    assert.deepEqual(rule?.filter?.resourceOwnerAccount?.eq, [accountId]);
    assert.deepEqual((await modes()).remediations, { "s3-public-access-block": { atLeast: "automatic" } });
    const guardDuty = new GuardDuty(administrator);
    const { DetectorIds: [DetectorId] = [] } = await guardDuty.listDetectors({});
    const { MemberDataSourceConfigurations: plans = [] } = await guardDuty.getMemberDetectors({
      DetectorId,
      AccountIds: [accountId],
    });
    const runtime = plans[0]?.Features?.find(({ Name }) => Name === "RUNTIME_MONITORING");
    const agents = runtime?.AdditionalConfiguration?.filter(({ Status }) => Status === "ENABLED");
    assert.deepEqual(agents?.map(({ Name }) => Name).sort(), ["EC2_AGENT_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT"]);
  });

  it("are all the same when they are deployed again", async () => {
    const { changes, result } = await deploy();
    assert.deepEqual([changes?.create, changes?.update, changes?.replace, changes?.delete], [0, 0, 0, 0]);
    assert.equal(changes?.same, result.resources);
  });

  it("weaken nothing until somebody else has approved them, and then what was approved", async () => {
    const hub = new SecurityHub(environment.root(accountId, home));
    const sqs = new SQS(environment.root(accountId, home));
    const fromSns = { Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage" };
    const Resource = `arn:aws:sqs:${home}:${accountId}:${queue}`;
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [{ ...fromSns, Resource }] });
    const { QueueUrl } = await sqs.createQueue({ QueueName: queue, Attributes: { Policy } });
    const { weakenings } = await put([...added, QUEUE_ROUTE, ...weakening]);
    for (const { type, name, requestedAt } of weakenings) {
      const path = `/accounts/${accountId}/extensions/${type}/${name}/approve`;
      const own = await environment.api.call("POST", path, { body: { requestedAt } });
      assert.equal(own.body.type, "/problems/four-eyes");
      if (type === "remediationOff") continue;
      const approved = await environment.api.call("POST", path, { body: { requestedAt }, token: approver });
      assert.equal(approved.status, 200, approved.text);
    }
    await deploy();
    assert.equal(await controlStatus(), "DISABLED");
    assert.deepEqual(await suppressions(), ["SUPPRESSED"]);
    // What nobody has approved is not there.
    assert.deepEqual((await modes()).remediations, { "s3-public-access-block": { atLeast: "automatic" } });

    const imported = async (id: string, resource: string) => {
      const now = new Date().toISOString();
      await hub.batchImportFindings({
        Findings: [
          {
            ...{ SchemaVersion: "2018-10-08", Id: id, AwsAccountId: accountId, GeneratorId: "test" },
            ProductArn: `arn:aws:securityhub:${home}:${accountId}:product/${accountId}/default`,
            ...{ Types: ["Software and Configuration Checks"], CreatedAt: now, UpdatedAt: now },
            ...{ Severity: { Label: "HIGH" }, Title: "Public bucket", Description: "A bucket is public" },
            Compliance: { Status: "FAILED", SecurityControlId: suppression.example.control },
            Resources: [{ Type: "AwsS3Bucket", Id: resource }],
          },
        ],
      });
      const { Findings } = await hub.getFindings({ Filters: { Id: [{ Comparison: "EQUALS", Value: id }] } });
      return Findings?.[0]?.Workflow?.Status;
    };
    assert.equal(await imported("website", "arn:aws:s3:::clearing-website"), "SUPPRESSED");
    assert.equal(await imported("ledger", "arn:aws:s3:::clearing-ledger"), "NEW");
    let seen = "";
    await until("the finding in the team's queue", async () => {
      const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
      seen += Messages.map(({ Body }) => Body).join();
      return seen.includes("clearing-ledger");
    });
    assert.ok(!seen.includes("clearing-website"));
  });

  it("show as drift, by its name, each that somebody turns off by hand, and are put back by the next deployment", async () => {
    const member = { accountId, own: at(accountId), security: at(security) };
    const before = await readTeam(member);
    for (const { drifts, turnOff } of TURNED_OFF_OF_TEAM) {
      await turnOff(member).catch((error: unknown) => {
        throw new Error(`turning off ${drifts} by hand`, { cause: error });
      });
    }
    const turnedOff = await readTeam(member);
    for (const { drifts, shownBy } of TURNED_OFF_OF_TEAM) {
      assert.notDeepEqual(shownBy(turnedOff), shownBy(before), drifts);
    }
    const { result } = await environment.api.done("POST", `/accounts/${accountId}/drift-checks`);
    const drifted = (result.drift as { name: string; type: string }[]).map(({ name, type }) => `${name} ${type}`);
    const missing = TURNED_OFF_OF_TEAM.map(({ drifts, type }) => `${drifts} ${type}`).filter(
      (one) => !drifted.includes(one),
    );
    assert.deepEqual(missing, [], `these did: ${drifted.join(", ")}`);
    await deploy();
    assert.deepEqual(await readTeam(member), before);
  });

  it("go when they are taken out, after an approval of what protects, and what they weakened is as it was", async () => {
    await put([]);
    const { id } = await environment.api.accepted("POST", `/accounts/${accountId}/deployments`);
    let change: string | undefined;
    await until("the guard", async () => {
      const { body } = await environment.api.call("GET", `/operations/${id}`);
      assert.ok(["queued", "running", "awaiting_approval"].includes(body.status), JSON.stringify(body));
      change = body.result?.change;
      return body.status === "awaiting_approval";
    });
    const approved = await environment.api.call("POST", `/changes/${change}/approve`, { token: approver });
    assert.equal(approved.status, 200, approved.text);
    const operation = await environment.api.ended(id);
    assert.equal(operation.status, "succeeded", JSON.stringify(operation.error));
    assert.deepEqual(await archiveRules(), []);
    await assert.rejects(modes(), { name: "ParameterNotFound" });
    for (const region of [home, "us-west-2"]) {
      assert.deepEqual(await readRoutes(environment.root(accountId, region)), { topics: [], rules: [], keys: [] });
    }
    assert.equal(await controlStatus(), "ENABLED");
    assert.deepEqual(await suppressions(), ["NEW"]);
  });
});
