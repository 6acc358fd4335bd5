import assert from "node:assert/strict";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import {
  AccessDeniedException,
  type AutomationRulesFindingFieldsUpdate,
  type AutomationRulesFindingFilters,
  type AwsSecurityFinding,
  type CreateAutomationRuleCommandInput,
  InvalidInputException,
  LimitExceededException,
  ResourceNotFoundException,
  SecurityHub,
} from "@aws-sdk/client-securityhub";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type RunningSandbox, runSandbox } from "./running-sandbox.ts";

const MANAGEMENT = "111111111111";
const SECURITY = "222222222222";
const PROD = "100000000001";
const DEV = "100000000013";
const regions = ["us-east-1", "us-west-2"];

describe("Security Hub in the sandbox: automation rules and insights", () => {
  let sandbox: RunningSandbox;
  let security: SecurityHub;
  const as = (accountId: string, region?: string) =>
    new SecurityHub({ ...sandbox.root(accountId, region), maxAttempts: 1 });

  before(async () => {
    sandbox = await runSandbox();
    for (const region of regions) {
      await as(MANAGEMENT, region).enableOrganizationAdminAccount({ AdminAccountId: SECURITY });
      await as(SECURITY, region).createMembers({ AccountDetails: [{ AccountId: PROD }, { AccountId: DEV }] });
    }
    security = as(SECURITY);
    await security.createFindingAggregator({ RegionLinkingMode: "SPECIFIED_REGIONS", Regions: ["us-west-2"] });
  });
  after(() => sandbox.close());

  const equals = (Value: string) => ({ Value, Comparison: "EQUALS" as const });
  const rule = (
    name: string,
    order: number,
    Criteria: AutomationRulesFindingFilters,
    FindingFieldsUpdate: AutomationRulesFindingFieldsUpdate,
    more: Partial<CreateAutomationRuleCommandInput> = {},
  ): CreateAutomationRuleCommandInput => ({
    ...{ RuleName: name, Description: name, RuleOrder: order, Criteria },
    Actions: [{ Type: "FINDING_FIELDS_UPDATE", FindingFieldsUpdate }],
    ...more,
  });

  /** Imports a finding as its account and returns it as the administrator sees it in the home region. */
  async function arrives(id: string, accountId: string, more: Partial<AwsSecurityFinding> = {}, region = "us-east-1") {
    const finding: AwsSecurityFinding = {
      SchemaVersion: "2018-10-08",
      Id: id,
      ProductArn: `arn:aws:securityhub:${region}:${accountId}:product/${accountId}/default`,
      GeneratorId: "test",
      AwsAccountId: accountId,
      CreatedAt: "2026-03-01T10:00:00.000Z",
      UpdatedAt: "2026-03-01T10:00:00.000Z",
      Severity: { Label: "HIGH" },
      Title: `Finding ${id}`,
      Description: "Something that should not be",
      Resources: [{ Type: "AwsS3Bucket", Id: `arn:aws:s3:::${id}` }],
      ...more,
    };
    const { FailedFindings } = await as(accountId, region).batchImportFindings({ Findings: [finding] });
    assert.deepEqual(FailedFindings, []);
    return seen(id);
  }
  const seen = async (id: string) => (await security.getFindings({ Filters: { Id: [equals(id)] } })).Findings?.[0];

  describe("an automation rule", () => {
    const inDev = { AwsAccountId: [equals(DEV)] };
    let arns: string[];

    it("changes the findings that its criteria name when they arrive, and no others", async () => {
      const rules = [
        rule("terminal", 30, inDev, { Workflow: { Status: "SUPPRESSED" } }, { IsTerminal: true }),
        rule("never reached", 40, inDev, { VerificationState: "FALSE_POSITIVE" }),
        rule("lower", 20, { ...inDev, SeverityLabel: [equals("HIGH")] }, { Severity: { Label: "MEDIUM" } }),
        rule(
          "mark",
          10,
          inDev,
          { Criticality: 30, UserDefinedFields: { Environment: "dev" } },
          { Tags: { team: "soc" } },
        ),
      ];
      arns = [];
      for (const each of rules) arns.push((await security.createAutomationRule(each)).RuleArn ?? "");
      const dev = await arrives("in-dev", DEV);
      assert.deepEqual(dev?.Severity, { Label: "MEDIUM", Normalized: 40 });
      assert.deepEqual([dev?.Criticality, dev?.UserDefinedFields], [30, { Environment: "dev" }]);
      assert.deepEqual([dev?.Workflow?.Status, dev?.VerificationState], ["SUPPRESSED", undefined]);
      assert.equal(dev?.FindingProviderFields?.Severity?.Label, "HIGH");
      const prod = await arrives("in-prod", PROD);
      assert.deepEqual([prod?.Severity?.Label, prod?.Criticality, prod?.Workflow?.Status], ["HIGH", undefined, "NEW"]);
    });

    it("keeps what it has set when the provider sends the finding again", async () => {
      const again = await arrives("in-dev", DEV, {
        UpdatedAt: "2026-03-02T10:00:00.000Z",
        Severity: { Label: "HIGH" },
      });
      assert.deepEqual([again?.UpdatedAt, again?.Severity?.Label], ["2026-03-02T10:00:00.000Z", "MEDIUM"]);
    });

    it("works in the region in which it was made, on what comes after it, before the event bus", async () => {
      const west = await arrives("in-west", DEV, {}, "us-west-2");
      assert.equal(west?.Severity?.Label, "HIGH");
      const events = new EventBridgeClient(sandbox.root(SECURITY));
      const sqs = new SQSClient(sandbox.root(SECURITY));
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "findings" }));
      const EventPattern = JSON.stringify({
        source: ["aws.securityhub"],
        detail: { findings: { Id: ["on-the-bus"] } },
      });
      await events.send(new PutRuleCommand({ Name: "findings", EventPattern }));
      const Arn = `arn:aws:sqs:us-east-1:${SECURITY}:findings`;
      await events.send(new PutTargetsCommand({ Rule: "findings", Targets: [{ Id: "queue", Arn }] }));
      await arrives("on-the-bus", DEV);
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }));
      const { detail } = JSON.parse(Messages?.[0]?.Body ?? "{}") as { detail: { findings: AwsSecurityFinding[] } };
      assert.equal(detail.findings[0]?.Severity?.Label, "MEDIUM");
      events.destroy();
      sqs.destroy();
    });

    it("can be listed, read, changed, switched off, tagged and deleted by its administrator", async () => {
      const { AutomationRulesMetadata: listed = [] } = await security.listAutomationRules({});
      assert.deepEqual(listed.map(({ RuleName }) => RuleName).sort(), ["lower", "mark", "never reached", "terminal"]);
      const [, , lower = "", mark = ""] = arns;
      assert.deepEqual((await security.listTagsForResource({ ResourceArn: mark })).Tags, { team: "soc" });
      await security.tagResource({ ResourceArn: mark, Tags: { owner: "bulwark" } });
      await security.untagResource({ ResourceArn: mark, TagKeys: ["team"] });
      assert.deepEqual((await security.listTagsForResource({ ResourceArn: mark })).Tags, { owner: "bulwark" });
      const updated = await security.batchUpdateAutomationRules({
        UpdateAutomationRulesRequestItems: [
          { RuleArn: lower, RuleStatus: "DISABLED", Description: "off" },
          { RuleArn: `${lower}x`, RuleOrder: 3 },
        ],
      });
      assert.deepEqual(updated.ProcessedAutomationRules, [lower]);
      assert.equal(updated.UnprocessedAutomationRules?.[0]?.ErrorCode, 404);
      const [read] = (await security.batchGetAutomationRules({ AutomationRulesArns: [lower] })).Rules ?? [];
      assert.deepEqual(
        [read?.RuleStatus, read?.Description, read?.RuleOrder, read?.IsTerminal],
        ["DISABLED", "off", 20, false],
      );
      assert.deepEqual(read?.Criteria, { ...inDev, SeverityLabel: [equals("HIGH")] });
      assert.equal((await arrives("with-rule-off", DEV))?.Severity?.Label, "HIGH");
      await security.batchDeleteAutomationRules({ AutomationRulesArns: arns });
      assert.deepEqual((await security.listAutomationRules({})).AutomationRulesMetadata, []);
      assert.equal((await arrives("without-rules", DEV))?.Criticality, undefined);
    });

    it("is refused to members, without criteria or action, with too many values, and beyond a hundred", async () => {
      const good = rule("good", 1, inDev, { Criticality: 1 });
      await assert.rejects(as(DEV).createAutomationRule(good), AccessDeniedException);
      await assert.rejects(security.createAutomationRule({ ...good, Criteria: {} }), InvalidInputException);
      await assert.rejects(security.createAutomationRule(rule("idle", 1, inDev, {})), InvalidInputException);
      await assert.rejects(security.createAutomationRule({ ...good, RuleOrder: 1001 }), InvalidInputException);
      const accounts = (count: number) => ({
        AwsAccountId: Array.from({ length: count }, (_, index) => equals(String(index).padStart(12, "0"))),
      });
      await assert.rejects(security.createAutomationRule({ ...good, Criteria: accounts(101) }), InvalidInputException);
      const hundred = await Promise.all(
        Array.from({ length: 100 }, () => security.createAutomationRule({ ...good, Criteria: accounts(100) })),
      );
      await assert.rejects(security.createAutomationRule(good), LimitExceededException);
      await security.batchDeleteAutomationRules({ AutomationRulesArns: hundred.map(({ RuleArn }) => RuleArn ?? "") });
    });
  });

  describe("an insight", () => {
    const backlog = { WorkflowStatus: [equals("NEW")], RecordState: [equals("ACTIVE")] };

    it("counts the findings of all regions and members by an attribute, the most frequent first", async () => {
      const { InsightArn: arn = "" } = await security.createInsight({
        ...{ Name: "by account", Filters: backlog, GroupByAttribute: "AwsAccountId" },
      });
      assert.match(
        arn,
        new RegExp(`^arn:aws:securityhub:us-east-1:${SECURITY}:insight/${SECURITY}/custom/[0-9a-f-]{36}$`),
      );
      const results = async () =>
        (await security.getInsightResults({ InsightArn: arn })).InsightResults?.ResultValues?.map(
          ({ GroupByAttributeValue, Count }) => [GroupByAttributeValue, Count],
        );
      // Of DEV: in-west and without-rules; the others are suppressed.
      assert.deepEqual(await results(), [
        [DEV, 2],
        [PROD, 1],
      ]);
      await security.updateInsight({ InsightArn: arn, Name: "by region", GroupByAttribute: "Region" });
      assert.deepEqual(await results(), [
        ["us-east-1", 2],
        ["us-west-2", 1],
      ]);
      const { Insights: [read] = [] } = await security.getInsights({ InsightArns: [arn] });
      assert.deepEqual(read, { InsightArn: arn, Name: "by region", Filters: backlog, GroupByAttribute: "Region" });
      await security.deleteInsight({ InsightArn: arn });
      assert.deepEqual((await security.getInsights({})).Insights, []);
      await assert.rejects(security.getInsightResults({ InsightArn: arn }), ResourceNotFoundException);
      await assert.rejects(security.getInsights({ InsightArns: [arn] }), ResourceNotFoundException);
    });

    it("is refused where it groups by nothing that findings have, and beyond a hundred", async () => {
      const good = { Name: "x", Filters: backlog, GroupByAttribute: "ResourceId" };
      await assert.rejects(security.createInsight({ ...good, GroupByAttribute: "Colour" }), InvalidInputException);
      for (let made = 0; made < 100; made++) await security.createInsight(good);
      await assert.rejects(security.createInsight(good), LimitExceededException);
    });
  });
});
