import assert from "node:assert/strict";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { Provider } from "@pulumi/aws/provider.js";
import { Account as Hub } from "@pulumi/aws/securityhub/account.js";
import { AutomationRule, type AutomationRuleArgs } from "@pulumi/aws/securityhub/automationRule.js";
import { Insight, type InsightArgs } from "@pulumi/aws/securityhub/insight.js";
import { ProductSubscription } from "@pulumi/aws/securityhub/productSubscription.js";
import { StandardsControlAssociation } from "@pulumi/aws/securityhub/standardsControlAssociation.js";
import { StandardsSubscription } from "@pulumi/aws/securityhub/standardsSubscription.js";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const ACCOUNT = "100000000001";
const FSBP = "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0";
const PRODUCT = "arn:aws:securityhub:us-east-1::product/prowler/prowler";
const SUBSCRIPTION = `arn:aws:securityhub:us-east-1:${ACCOUNT}:product-subscription/prowler/prowler`;
const equals = (value: string) => ({ comparison: "EQUALS", value });

interface Wanted {
  readonly rule?: Partial<AutomationRuleArgs>;
  readonly insight?: Partial<InsightArgs>;
}

/** A hub with one standard, one control switched off in it, a rule, an insight and a product. */
function choices({ rule = {}, insight = {} }: Wanted = {}): Program {
  return async () => {
    const provider = new Provider("aws", { region: "us-east-1", profile: `bulwark-${ACCOUNT}` });
    const hub = new Hub(
      "hub",
      { enableDefaultStandards: false },
      { provider, ignoreChanges: ["enableDefaultStandards"] },
    );
    const after = { provider, dependsOn: hub };
    const standard = new StandardsSubscription("fsbp", { standardsArn: FSBP }, after);
    new StandardsControlAssociation(
      "control",
      { standardsArn: FSBP, securityControlId: "IAM.6", associationStatus: "DISABLED", updatedReason: "Smart cards" },
      { provider, dependsOn: standard },
    );
    new ProductSubscription("product", { productArn: PRODUCT }, after);
    const update = {
      severity: { label: "MEDIUM" },
      criticality: 30,
      userDefinedFields: { Environment: "dev" },
      note: { text: "Development", updatedBy: "Bulwark" },
      workflow: { status: "NOTIFIED" },
    };
    new AutomationRule(
      "rule",
      {
        ruleName: "dev",
        description: "Scores development",
        ruleOrder: 10,
        criteria: {
          awsAccountIds: ["100000000013", "100000000014"].map(equals),
          severityLabels: [equals("HIGH"), equals("CRITICAL")],
          userDefinedFields: [{ comparison: "NOT_EQUALS", key: "Environment", value: "dev" }],
          criticalities: [{ lt: 50 }],
          updatedAts: [{ dateRange: { unit: "DAYS", value: 30 } }],
        },
        actions: [{ type: "FINDING_FIELDS_UPDATE", findingFieldsUpdate: update }],
        tags: { team: "soc" },
        ...rule,
      },
      after,
    );
    new Insight(
      "insight",
      {
        name: "backlog",
        groupByAttribute: "AwsAccountId",
        filters: {
          workflowStatuses: [equals("NEW"), equals("NOTIFIED")],
          criticalities: [{ gte: "50" }],
          createdAts: [{ dateRange: { unit: "DAYS", value: 90 } }],
          networkSourceIpv4s: [{ cidr: "10.0.0.0/8" }],
          userDefinedValues: [{ comparison: "EQUALS", key: "Environment", value: "prod" }],
        },
        ...insight,
      },
      after,
    );
    return {};
  };
}

describe("the choices in Security Hub, through the real engine", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let hub: SecurityHub;

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    hub = new SecurityHub(sandbox.root(ACCOUNT));
    await writeRootProfiles(engine, ACCOUNT);
  });
  after(async () => {
    hub?.destroy();
    await engine?.remove();
    await sandbox?.close();
  });

  const controlStatus = async () =>
    (
      await hub.batchGetStandardsControlAssociations({
        StandardsControlAssociationIds: [{ SecurityControlId: "IAM.6", StandardsArn: FSBP }],
      })
    ).StandardsControlAssociationDetails?.[0]?.AssociationStatus;

  it("are made, and change nothing the second time", async () => {
    const made = await engine.run("choices", "up", choices());
    assert.deepEqual([made.changes, made.errors], [{ create: 8 }, ""]);
    assert.equal((await engine.resource("choices", "product")).id, `${PRODUCT},${SUBSCRIPTION}`);
    assert.equal(await controlStatus(), "DISABLED");
    const [rule] = (await hub.listAutomationRules({})).AutomationRulesMetadata ?? [];
    assert.equal((await engine.resource("choices", "rule")).id, rule?.RuleArn);
    const [read] = (await hub.batchGetAutomationRules({ AutomationRulesArns: [rule?.RuleArn ?? ""] })).Rules ?? [];
    assert.deepEqual(read?.Criteria, {
      AwsAccountId: ["100000000013", "100000000014"].map((Value) => ({ Comparison: "EQUALS", Value })),
      SeverityLabel: ["HIGH", "CRITICAL"].map((Value) => ({ Comparison: "EQUALS", Value })),
      UserDefinedFields: [{ Comparison: "NOT_EQUALS", Key: "Environment", Value: "dev" }],
      Criticality: [{ Lt: 50 }],
      UpdatedAt: [{ DateRange: { Unit: "DAYS", Value: 30 } }],
    });
    const [insight] = (await hub.getInsights({})).Insights ?? [];
    assert.deepEqual(insight?.Filters?.Criticality, [{ Gte: 50 }]);
    assert.deepEqual(insight?.Filters?.NetworkSourceIpV4, [{ Cidr: "10.0.0.0/8" }]);
    const outcome = { changes: { same: 8 }, diffs: {}, errors: "" };
    assert.deepEqual(await engine.run("choices", "preview"), outcome);
  });

  it("show as drift what was changed by hand, and are put back and changed in place", async () => {
    const { id: rule } = await engine.resource("choices", "rule");
    const { id: insight } = await engine.resource("choices", "insight");
    await hub.batchUpdateAutomationRules({
      UpdateAutomationRulesRequestItems: [{ RuleArn: rule, RuleStatus: "DISABLED", RuleOrder: 99 }],
    });
    await hub.updateInsight({ InsightArn: insight, GroupByAttribute: "ResourceId" });
    await hub.batchUpdateStandardsControlAssociations({
      StandardsControlAssociationUpdates: [
        { SecurityControlId: "IAM.6", StandardsArn: FSBP, AssociationStatus: "ENABLED" },
      ],
    });
    await hub.disableImportFindingsForProduct({ ProductSubscriptionArn: SUBSCRIPTION });
    const drift = await engine.run("choices", "previewRefresh");
    assert.deepEqual(drift.changes, { same: 4, update: 3, delete: 1 });
    assert.deepEqual(drift.diffs.insight, ["~ groupByAttribute"]);
    assert.ok(drift.diffs.rule?.includes("~ ruleOrder"), JSON.stringify(drift.diffs));
    await engine.run("choices", "refresh");
    const wanted = choices({
      rule: { ruleStatus: "ENABLED", criteria: { titles: [equals("x")] }, tags: { owner: "bulwark" } },
      insight: { name: "all", filters: { recordStates: [equals("ACTIVE")] } },
    });
    const { changes, errors } = await engine.run("choices", "up", wanted);
    assert.deepEqual([changes, errors], [{ same: 4, update: 3, create: 1 }, ""]);
    assert.equal(await controlStatus(), "DISABLED");
    const [read] = (await hub.batchGetAutomationRules({ AutomationRulesArns: [rule] })).Rules ?? [];
    assert.deepEqual([read?.RuleStatus, read?.RuleOrder], ["ENABLED", 10]);
    assert.deepEqual(read?.Criteria, { Title: [{ Comparison: "EQUALS", Value: "x" }] });
    assert.deepEqual((await hub.listTagsForResource({ ResourceArn: rule })).Tags, { owner: "bulwark" });
    const [view] = (await hub.getInsights({})).Insights ?? [];
    assert.deepEqual([view?.Name, view?.GroupByAttribute], ["all", "AwsAccountId"]);
  });

  it("are destroyed without a trace", async () => {
    const { changes, errors } = await engine.run("choices", "destroy");
    assert.deepEqual([changes, errors], [{ delete: 8 }, ""]);
    await assert.rejects(hub.describeHub({}), { name: "InvalidAccessException" });
  });
});
