import assert from "node:assert/strict";
import { Organizations } from "@aws-sdk/client-organizations";
import {
  AccessDeniedException,
  InvalidInputException,
  type Policy,
  ResourceConflictException,
  ResourceNotFoundException,
  SecurityHub,
  type Target,
} from "@aws-sdk/client-securityhub";
import { type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const MANAGEMENT = "111111111111";
const SECURITY = "222222222222";
const PROD = "100000000001";
const DEV = "100000000013";
const NEWCOMER = "100000000010";
const SUSPENDED = "100000000099";
const regions = ["us-east-1", "us-west-2"];
const FSBP = "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0";
const CIS = "arn:aws:securityhub:us-east-1::standards/cis-aws-foundations-benchmark/v/5.0.0";
const ROOT = { RootId: "r-bulw" };
const DEV_UNIT = { OrganizationalUnitId: "ou-bulw-dev000001" };

describe("Security Hub in the sandbox: central configuration", () => {
  let sandbox: RunningSandbox;
  let security: SecurityHub;
  const as = (accountId: string, region?: string) =>
    new SecurityHub({ ...sandbox.root(accountId, region), maxAttempts: 1 });

  before(async () => {
    sandbox = await runSandbox();
    for (const region of regions)
      await as(MANAGEMENT, region).enableOrganizationAdminAccount({ AdminAccountId: SECURITY });
    security = as(SECURITY);
  });
  after(() => sandbox.close());

  const configure = (ConfigurationType: "CENTRAL" | "LOCAL", hub = security) =>
    hub.updateOrganizationConfiguration({
      ...{ AutoEnable: false, AutoEnableStandards: "NONE" },
      OrganizationConfiguration: { ConfigurationType },
    });
  const configuration = async (region?: string) =>
    (await as(SECURITY, region).describeOrganizationConfiguration({})).OrganizationConfiguration;
  const policyOf = (standards: string[], off: string[]): Policy => ({
    SecurityHub: {
      ServiceEnabled: true,
      EnabledStandardIdentifiers: standards,
      SecurityControlsConfiguration: {
        DisabledSecurityControlIdentifiers: off,
        SecurityControlCustomParameters: [
          {
            SecurityControlId: "ACM.1",
            Parameters: { daysToExpiration: { ValueType: "CUSTOM", Value: { Integer: 60 } } },
          },
        ],
      },
    },
  });
  const settled = (Target: Target) =>
    until(
      () => security.getConfigurationPolicyAssociation({ Target }),
      ({ AssociationStatus }) => AssociationStatus !== "PENDING",
    );
  const standardsOf = async (accountId: string, region: string) =>
    (await as(accountId, region).getEnabledStandards({})).StandardsSubscriptions?.map(({ StandardsArn }) =>
      StandardsArn?.replace(region, "us-east-1"),
    ).sort();

  it("needs the aggregation's home region and nothing enabled by itself, and then holds in linked regions too", async () => {
    await assert.rejects(configure("CENTRAL"), InvalidInputException);
    await assert.rejects(
      security.createConfigurationPolicy({ Name: "early", ConfigurationPolicy: policyOf([FSBP], []) }),
      AccessDeniedException,
    );
    await security.createFindingAggregator({ RegionLinkingMode: "SPECIFIED_REGIONS", Regions: ["us-west-2"] });
    await assert.rejects(configure("CENTRAL", as(SECURITY, "us-west-2")), InvalidInputException);
    await assert.rejects(
      security.updateOrganizationConfiguration({
        ...{ AutoEnable: true, OrganizationConfiguration: { ConfigurationType: "CENTRAL" } },
      }),
      InvalidInputException,
    );
    await configure("CENTRAL");
    const status = await until(
      () => configuration(),
      (found) => found?.Status !== "PENDING",
    );
    assert.deepEqual(status, { ConfigurationType: "CENTRAL", Status: "ENABLED" });
    assert.equal((await configuration("us-west-2"))?.ConfigurationType, "CENTRAL");
    await assert.rejects(
      security.updateOrganizationConfiguration({ AutoEnable: true, AutoEnableStandards: "NONE" }),
      InvalidInputException,
    );
  });

  let prod: string;
  let dev: string;

  it("refuses policies that AWS refuses", async () => {
    const create = (ConfigurationPolicy: Policy, Name = "bad") =>
      security.createConfigurationPolicy({ Name, ConfigurationPolicy });
    await assert.rejects(create({ SecurityHub: { ServiceEnabled: true } }), InvalidInputException);
    await assert.rejects(
      create(policyOf(["arn:aws:securityhub:us-east-1::standards/none/v/1"], [])),
      InvalidInputException,
    );
    await assert.rejects(create(policyOf([FSBP], ["Nonsense.1"])), InvalidInputException);
    await assert.rejects(create(policyOf([FSBP], []), "not a name"), InvalidInputException);
    await assert.rejects(
      as(SECURITY, "us-west-2").createConfigurationPolicy({ Name: "x", ConfigurationPolicy: policyOf([FSBP], []) }),
      AccessDeniedException,
    );
    prod = (await create(policyOf([FSBP, CIS], ["IAM.6"]), "prod")).Id ?? "";
    dev = (await create(policyOf([FSBP], []), "dev")).Id ?? "";
    await assert.rejects(create(policyOf([FSBP], []), "prod"), ResourceConflictException);
    const { ConfigurationPolicySummaries: listed } = await security.listConfigurationPolicies({});
    assert.deepEqual(
      listed?.map(({ Name, ServiceEnabled }) => [Name, ServiceEnabled]),
      [
        ["prod", true],
        ["dev", true],
      ],
    );
  });

  it("switches hubs, standards and controls of governed accounts on in every region, once it is applied", async () => {
    const own = { AccountId: SECURITY };
    await security.startConfigurationPolicyAssociation({
      ConfigurationPolicyIdentifier: "SELF_MANAGED_SECURITY_HUB",
      Target: own,
    });
    await settled(own);
    const before = await standardsOf(SECURITY, "us-east-1");
    const started = await security.startConfigurationPolicyAssociation({
      ConfigurationPolicyIdentifier: prod,
      Target: { AccountId: PROD },
    });
    assert.deepEqual([started.AssociationStatus, started.AssociationType], ["PENDING", "APPLIED"]);
    assert.equal((await settled({ AccountId: PROD })).AssociationStatus, "SUCCESS");
    await security.startConfigurationPolicyAssociation({ ConfigurationPolicyIdentifier: dev, Target: DEV_UNIT });
    assert.equal((await settled(DEV_UNIT)).AssociationStatus, "SUCCESS");
    for (const region of regions) {
      assert.deepEqual(await standardsOf(PROD, region), [FSBP, CIS].sort(), region);
      assert.deepEqual(await standardsOf(DEV, region), [FSBP], region);
      const { Members } = await as(SECURITY, region).getMembers({ AccountIds: [DEV] });
      assert.equal(Members?.[0]?.MemberStatus, "Enabled", region);
      const { SecurityControls = [] } = await as(PROD, region).batchGetSecurityControls({
        SecurityControlIds: ["ACM.1"],
      });
      assert.deepEqual(SecurityControls[0]?.Parameters?.daysToExpiration?.Value, { Integer: 60 }, region);
    }
    const associations = await until(
      () => as(PROD).listStandardsControlAssociations({ SecurityControlId: "IAM.6" }),
      ({ StandardsControlAssociationSummaries: found = [] }) => found.length > 0,
    );
    for (const { AssociationStatus } of associations.StandardsControlAssociationSummaries ?? []) {
      assert.equal(AssociationStatus, "DISABLED");
    }
    assert.deepEqual(await standardsOf(SECURITY, "us-east-1"), before);
  });

  it("is inherited from the closest parent, and told of every account", async () => {
    const inherited = await security.getConfigurationPolicyAssociation({ Target: { AccountId: DEV } });
    assert.deepEqual(
      [inherited.ConfigurationPolicyId, inherited.AssociationType, inherited.TargetType],
      [dev, "INHERITED", "ACCOUNT"],
    );
    const other = { AccountId: "100000000009" };
    await assert.rejects(security.getConfigurationPolicyAssociation({ Target: other }), ResourceNotFoundException);
    const batch = await security.batchGetConfigurationPolicyAssociations({
      ConfigurationPolicyAssociationIdentifiers: [{ Target: DEV_UNIT }, { Target: other }],
    });
    assert.equal(batch.ConfigurationPolicyAssociations?.[0]?.ConfigurationPolicyId, dev);
    assert.deepEqual(batch.UnprocessedConfigurationPolicyAssociations?.[0]?.ConfigurationPolicyAssociationIdentifiers, {
      Target: other,
    });
    const { ConfigurationPolicyAssociationSummaries: applied } = await security.listConfigurationPolicyAssociations({
      Filters: { ConfigurationPolicyId: dev, AssociationType: "APPLIED" },
    });
    assert.deepEqual(
      applied?.map(({ TargetId }) => TargetId),
      [DEV_UNIT.OrganizationalUnitId],
    );
  });

  it("reaches an account that comes under it later, PENDING at first", async () => {
    const organizations = new Organizations(sandbox.root(MANAGEMENT));
    const DestinationParentId = DEV_UNIT.OrganizationalUnitId;
    const { Parents: [from] = [] } = await organizations.listParents({ ChildId: NEWCOMER });
    const SourceParentId = from?.Id ?? "";
    await organizations.moveAccount({ AccountId: NEWCOMER, SourceParentId, DestinationParentId });
    const target = { AccountId: NEWCOMER };
    const { AssociationStatus } = await security.getConfigurationPolicyAssociation({ Target: target });
    assert.equal(AssociationStatus, "PENDING");
    assert.equal((await settled(target)).AssociationStatus, "SUCCESS");
    assert.deepEqual(await standardsOf(NEWCOMER, "us-west-2"), [FSBP]);
    organizations.destroy();
  });

  it("leaves governed accounts nothing to change, and those that look after themselves everything", async () => {
    const hub = as(PROD);
    await assert.rejects(hub.disableSecurityHub({}), AccessDeniedException);
    await assert.rejects(
      hub.batchEnableStandards({ StandardsSubscriptionRequests: [{ StandardsArn: CIS }] }),
      AccessDeniedException,
    );
    const update = { SecurityControlId: "IAM.6", StandardsArn: FSBP, AssociationStatus: "ENABLED" as const };
    await assert.rejects(
      hub.batchUpdateStandardsControlAssociations({ StandardsControlAssociationUpdates: [update] }),
      AccessDeniedException,
    );
    await security.batchEnableStandards({ StandardsSubscriptionRequests: [{ StandardsArn: CIS }] });
  });

  it("follows a change of its policy, and fails where an account can't be configured", async () => {
    await security.updateConfigurationPolicy({ Identifier: prod, ConfigurationPolicy: policyOf([CIS], []) });
    assert.equal((await settled({ AccountId: PROD })).AssociationStatus, "SUCCESS");
    await until(
      () => standardsOf(PROD, "us-west-2"),
      (found) => found?.join() === CIS,
    );
    const suspended = { AccountId: SUSPENDED };
    await security.startConfigurationPolicyAssociation({ ConfigurationPolicyIdentifier: dev, Target: suspended });
    const failed = await settled(suspended);
    assert.equal(failed.AssociationStatus, "FAILED");
    assert.match(failed.AssociationStatusMessage ?? "", /SUSPENDED/);
    await security.startConfigurationPolicyDisassociation({ ConfigurationPolicyIdentifier: dev, Target: suspended });
  });

  it("ends once its policies are disassociated and deleted, and leaves accounts as they are", async () => {
    await assert.rejects(configure("LOCAL"), ResourceConflictException);
    await assert.rejects(security.deleteConfigurationPolicy({ Identifier: dev }), ResourceConflictException);
    for (const [ConfigurationPolicyIdentifier, Target] of [
      ["SELF_MANAGED_SECURITY_HUB", { AccountId: SECURITY }],
      [prod, { AccountId: PROD }],
      [dev, DEV_UNIT],
    ] as const) {
      await security.startConfigurationPolicyDisassociation({ ConfigurationPolicyIdentifier, Target });
    }
    await assert.rejects(
      security.startConfigurationPolicyDisassociation({ ConfigurationPolicyIdentifier: dev, Target: ROOT }),
      ResourceNotFoundException,
    );
    for (const Identifier of [prod, dev]) await security.deleteConfigurationPolicy({ Identifier });
    await assert.rejects(security.getConfigurationPolicy({ Identifier: dev }), ResourceNotFoundException);
    await configure("LOCAL");
    assert.deepEqual(await configuration("us-west-2"), { ConfigurationType: "LOCAL", Status: "ENABLED" });
    assert.deepEqual(await standardsOf(DEV, "us-east-1"), [FSBP]);
    await as(DEV).batchEnableStandards({ StandardsSubscriptionRequests: [{ StandardsArn: CIS }] });
  });
});
