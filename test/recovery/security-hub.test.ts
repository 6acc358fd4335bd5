import assert from "node:assert/strict";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import type { Sought } from "../../programs/recovery/sought.ts";
import { RESOURCE_TAG } from "../../programs/recovery/tag.ts";
import { findResource } from "../../stacks/recovery/find.ts";
import { type RunningSandbox, runSandbox, until } from "../sandbox/running-sandbox.ts";

const MANAGEMENT = "111111111111";
const SECURITY = "222222222222";
const REGION = "us-east-1";

describe("looking for what the admin stack makes in Security Hub", () => {
  let sandbox: RunningSandbox;
  let hub: SecurityHub;
  before(async () => {
    sandbox = await runSandbox();
    await new SecurityHub(sandbox.root(MANAGEMENT)).enableOrganizationAdminAccount({ AdminAccountId: SECURITY });
    hub = new SecurityHub(sandbox.root(SECURITY));
  });
  after(async () => {
    hub?.destroy();
    await sandbox?.close();
  });

  const find = (type: string, inputs: Sought["inputs"], known: readonly string[] = []) => {
    const { endpoint, credentials } = sandbox.root(SECURITY);
    const session = { ...credentials, sessionToken: "", expiration: "2030-01-01T00:00:00Z" };
    return findResource({
      sought: { type, name: "sought", accountId: SECURITY, partition: "aws", region: REGION, inputs },
      reading: { accountId: SECURITY, credentials: session, endpoint },
      known: new Set(known),
    });
  };

  it("finds the automation rule of a name that has the resource's tag", async () => {
    const rule = (tag: string) =>
      hub.createAutomationRule({
        ...{ RuleName: "Bulwark dev", Description: "x", RuleOrder: 1, Tags: { [RESOURCE_TAG]: tag } },
        Criteria: { Id: [{ Value: "x", Comparison: "EQUALS" }] },
        Actions: [{ Type: "FINDING_FIELDS_UPDATE", FindingFieldsUpdate: { Criticality: 1 } }],
      });
    await rule("admin/other");
    const { RuleArn } = await rule("admin/ours");
    const type = "aws:securityhub/automationRule:AutomationRule";
    const tags = { [RESOURCE_TAG]: "admin/ours" };
    const found = await find(type, { ruleName: "Bulwark dev", tags });
    assert.deepEqual(found, { id: RuleArn, importId: `${RuleArn}@${REGION}` });
    assert.equal(await find(type, { ruleName: "Bulwark prod", tags }), undefined);
  });

  it("finds the insight of a name, unless another resource of the stack has it", async () => {
    const insight = { Name: "Bulwark backlog", Filters: {}, GroupByAttribute: "ResourceId" };
    const { InsightArn = "" } = await hub.createInsight(insight);
    const type = "aws:securityhub/insight:Insight";
    assert.equal((await find(type, { name: insight.Name }))?.id, InsightArn);
    assert.equal(await find(type, { name: insight.Name }, [InsightArn]), undefined);
    assert.equal(await find(type, { name: "another" }), undefined);
  });

  it("finds the configuration policy of a name", async () => {
    await hub.createFindingAggregator({ RegionLinkingMode: "ALL_REGIONS" });
    await hub.updateOrganizationConfiguration({
      ...{ AutoEnable: false, AutoEnableStandards: "NONE" },
      OrganizationConfiguration: { ConfigurationType: "CENTRAL" },
    });
    await until(
      () => hub.describeOrganizationConfiguration({}),
      ({ OrganizationConfiguration: found }) => found?.Status === "ENABLED",
    );
    const { Id } = await hub.createConfigurationPolicy({
      ...{ Name: "bulwark-prod", ConfigurationPolicy: { SecurityHub: { ServiceEnabled: false } } },
    });
    const type = "aws:securityhub/configurationPolicy:ConfigurationPolicy";
    assert.equal((await find(type, { name: "bulwark-prod" }))?.id, Id);
    assert.equal(await find(type, { name: "bulwark-dev" }), undefined);
  });
});
