import assert from "node:assert/strict";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  AccessDeniedException,
  InvalidAccessException,
  InvalidInputException,
  ResourceConflictException,
  ResourceNotFoundException,
  SecurityHub,
} from "@aws-sdk/client-securityhub";
import { type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const MEMBER = "100000000001";
const OTHER = "100000000002";
const FSBP = "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0";
const CIS50 = "arn:aws:securityhub:us-east-1::standards/cis-aws-foundations-benchmark/v/5.0.0";

describe("Security Hub in the sandbox: hub, standards, controls", () => {
  let sandbox: RunningSandbox;
  before(async () => {
    sandbox = await runSandbox();
  });
  after(() => sandbox.close());

  const as = (accountId: string, region?: string) =>
    new SecurityHub({ ...sandbox.root(accountId, region), maxAttempts: 1 });

  describe("the hub", () => {
    it("is off until it is enabled, and then there with its service-linked role", async () => {
      const hub = as(OTHER);
      await assert.rejects(
        hub.describeHub({}),
        (error: Error) =>
          error instanceof InvalidAccessException && /not subscribed to AWS Security Hub/.test(error.message),
      );
      await hub.enableSecurityHub({ EnableDefaultStandards: false, Tags: { owner: "platform" } });
      const described = await hub.describeHub({});
      assert.equal(described.HubArn, `arn:aws:securityhub:us-east-1:${OTHER}:hub/default`);
      assert.equal(described.AutoEnableControls, true);
      assert.equal(described.ControlFindingGenerator, "SECURITY_CONTROL");
      assert.deepEqual((await hub.getEnabledStandards({})).StandardsSubscriptions, []);
      const { Role: role } = await new IAMClient(sandbox.root(OTHER)).send(
        new GetRoleCommand({ RoleName: "AWSServiceRoleForSecurityHub" }),
      );
      assert.match(role?.Arn ?? "", /:role\/aws-service-role\/securityhub\.amazonaws\.com\//);
    });

    it("cannot be enabled twice", async () => {
      await assert.rejects(as(OTHER).enableSecurityHub({}), ResourceConflictException);
    });

    it("is one per region", async () => {
      await assert.rejects(as(OTHER, "us-west-2").describeHub({}), InvalidAccessException);
    });

    it("keeps its settings and tags", async () => {
      const hub = as(OTHER);
      await hub.updateSecurityHubConfiguration({
        AutoEnableControls: false,
        ControlFindingGenerator: "STANDARD_CONTROL",
      });
      const { AutoEnableControls, ControlFindingGenerator, HubArn } = await hub.describeHub({});
      assert.deepEqual([AutoEnableControls, ControlFindingGenerator], [false, "STANDARD_CONTROL"]);
      await hub.tagResource({ ResourceArn: HubArn, Tags: { stage: "prod" } });
      await hub.untagResource({ ResourceArn: HubArn, TagKeys: ["owner"] });
      assert.deepEqual((await hub.listTagsForResource({ ResourceArn: HubArn })).Tags, { stage: "prod" });
      await assert.rejects(hub.listTagsForResource({ ResourceArn: `${HubArn}-not` }), ResourceNotFoundException);
    });

    it("enables FSBP and CIS 1.2.0 unless told otherwise", async () => {
      const hub = as(OTHER, "us-west-2");
      await hub.enableSecurityHub({});
      const enabled = (await hub.getEnabledStandards({})).StandardsSubscriptions?.map((each) => each.StandardsArn);
      assert.deepEqual(enabled, [
        "arn:aws:securityhub:us-west-2::standards/aws-foundational-security-best-practices/v/1.0.0",
        "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0",
      ]);
    });

    it("is gone when disabled", async () => {
      const hub = as(OTHER, "us-west-2");
      await hub.disableSecurityHub({});
      await assert.rejects(hub.describeHub({}), InvalidAccessException);
      await assert.rejects(hub.disableSecurityHub({}), InvalidAccessException);
    });
  });

  describe("standards", () => {
    before(() => as(MEMBER).enableSecurityHub({ EnableDefaultStandards: false }));

    it("are listed with the ARNs of the region", async () => {
      const { Standards } = await as(MEMBER).describeStandards({});
      assert.ok(Standards?.some((each) => each.StandardsArn === CIS50 && each.EnabledByDefault === false));
      assert.ok(Standards?.some((each) => each.StandardsArn === FSBP && each.EnabledByDefault === true));
    });

    it("go from PENDING to READY, and enabling one again is no change", async () => {
      const hub = as(MEMBER);
      const requests = [{ StandardsArn: FSBP }, { StandardsArn: CIS50 }];
      const { StandardsSubscriptions: asked } = await hub.batchEnableStandards({
        StandardsSubscriptionRequests: requests,
      });
      assert.deepEqual(
        asked?.map((each) => each.StandardsStatus),
        ["PENDING", "PENDING"],
      );
      const ready = await until(
        async () => (await hub.getEnabledStandards({})).StandardsSubscriptions ?? [],
        (all) => all.every((each) => each.StandardsStatus === "READY"),
      );
      assert.equal(ready.length, 2);
      assert.equal(ready[0]?.StandardsControlsUpdatable, "READY_FOR_UPDATES");
      const { StandardsSubscriptions: again } = await hub.batchEnableStandards({
        StandardsSubscriptionRequests: requests,
      });
      assert.deepEqual(
        again?.map((each) => each.StandardsStatus),
        ["READY", "READY"],
      );
    });

    it("refuse an unknown ARN and enable nothing of its batch", async () => {
      const bad = { StandardsArn: "arn:aws:securityhub:us-east-1::standards/nist-800-53/v/9.9.9" };
      const good = { StandardsArn: "arn:aws:securityhub:us-east-1::standards/nist-800-53/v/5.0.0" };
      await assert.rejects(
        as(MEMBER).batchEnableStandards({ StandardsSubscriptionRequests: [good, bad] }),
        InvalidInputException,
      );
      assert.equal((await as(MEMBER).getEnabledStandards({})).StandardsSubscriptions?.length, 2);
    });

    it("are gone some time after they were disabled", async () => {
      const hub = as(MEMBER);
      const nist = "arn:aws:securityhub:us-east-1::standards/nist-800-53/v/5.0.0";
      await hub.batchEnableStandards({ StandardsSubscriptionRequests: [{ StandardsArn: nist }] });
      const arn = `arn:aws:securityhub:us-east-1:${MEMBER}:subscription/nist-800-53/v/5.0.0`;
      const { StandardsSubscriptions } = await hub.batchDisableStandards({ StandardsSubscriptionArns: [arn] });
      assert.equal(StandardsSubscriptions?.[0]?.StandardsStatus, "DELETING");
      await until(
        async () => (await hub.getEnabledStandards({ StandardsSubscriptionArns: [arn] })).StandardsSubscriptions,
        (left) => left?.length === 0,
      );
      await assert.rejects(hub.batchDisableStandards({ StandardsSubscriptionArns: [arn] }), InvalidInputException);
    });
  });

  describe("controls", () => {
    it("are listed by standard, page by page, each once", async () => {
      const hub = as(MEMBER);
      const ids: string[] = [];
      let token: string | undefined;
      do {
        const page = await hub.listSecurityControlDefinitions({
          StandardsArn: CIS50,
          ...(token === undefined ? {} : { NextToken: token }),
        });
        ids.push(...(page.SecurityControlDefinitions ?? []).map((each) => each.SecurityControlId ?? ""));
        token = page.NextToken;
      } while (token !== undefined);
      assert.ok(ids.length > 30);
      assert.equal(new Set(ids).size, ids.length);
      assert.ok(ids.includes("IAM.28") && !ids.includes("IAM.7"));
      await assert.rejects(hub.listSecurityControlDefinitions({ NextToken: "elsewhere" }), InvalidInputException);
    });

    it("define their parameters with type, range and default", async () => {
      const { SecurityControlDefinition: definition } = await as(MEMBER).getSecurityControlDefinition({
        SecurityControlId: "ACM.1",
      });
      assert.deepEqual(definition?.CustomizableProperties, ["Parameters"]);
      assert.deepEqual(definition?.ParameterDefinitions?.daysToExpiration?.ConfigurationOptions, {
        Integer: { DefaultValue: 30, Min: 14, Max: 365 },
      });
    });

    it("take a custom parameter and give it back, until it is reset", async () => {
      const hub = as(MEMBER);
      const read = async () =>
        (await hub.batchGetSecurityControls({ SecurityControlIds: ["IAM.7"] })).SecurityControls?.[0];
      await hub.updateSecurityControl({
        SecurityControlId: "IAM.7",
        Parameters: { MinimumPasswordLength: { ValueType: "CUSTOM", Value: { Integer: 14 } } },
        LastUpdateReason: "CIS",
      });
      assert.equal((await read())?.UpdateStatus, "UPDATING");
      const control = await until(read, (each) => each?.UpdateStatus === "READY");
      assert.deepEqual(control?.Parameters?.MinimumPasswordLength, { ValueType: "CUSTOM", Value: { Integer: 14 } });
      assert.deepEqual(control?.Parameters?.RequireSymbols, { ValueType: "DEFAULT", Value: { Boolean: true } });
      assert.deepEqual(control?.Parameters?.MaxPasswordAge, { ValueType: "DEFAULT" });
      assert.equal(control?.LastUpdateReason, "CIS");
      await hub.updateSecurityControl({
        SecurityControlId: "IAM.7",
        Parameters: { MinimumPasswordLength: { ValueType: "DEFAULT" } },
      });
      assert.deepEqual((await read())?.Parameters?.MinimumPasswordLength?.Value, { Integer: 8 });
    });

    for (const [what, id, parameters] of [
      ["an unknown parameter", "ACM.1", { days: { ValueType: "CUSTOM", Value: { Integer: 30 } } }],
      ["a value out of range", "ACM.1", { daysToExpiration: { ValueType: "CUSTOM", Value: { Integer: 5 } } }],
      ["a value of another type", "ACM.1", { daysToExpiration: { ValueType: "CUSTOM", Value: { String: "30" } } }],
      [
        "a value that is not allowed",
        "CloudWatch.16",
        { minRetentionTime: { ValueType: "CUSTOM", Value: { Enum: "30" } } },
      ],
      ["a custom type without a value", "ACM.1", { daysToExpiration: { ValueType: "CUSTOM" } }],
      ["a control without parameters", "IAM.4", { days: { ValueType: "DEFAULT" } }],
    ] as const) {
      it(`refuse ${what}`, async () => {
        await assert.rejects(
          as(MEMBER).updateSecurityControl({ SecurityControlId: id, Parameters: parameters }),
          InvalidInputException,
        );
      });
    }

    it("are switched off and on in one standard", async () => {
      const hub = as(MEMBER);
      const association = { StandardsArn: CIS50, SecurityControlId: "IAM.6" };
      const refused = await hub.batchUpdateStandardsControlAssociations({
        StandardsControlAssociationUpdates: [{ ...association, AssociationStatus: "DISABLED" }],
      });
      assert.equal(refused.UnprocessedAssociationUpdates?.[0]?.ErrorCode, "INVALID_INPUT");
      await hub.batchUpdateStandardsControlAssociations({
        StandardsControlAssociationUpdates: [
          { ...association, AssociationStatus: "DISABLED", UpdatedReason: "Root has no credentials" },
        ],
      });
      const { StandardsControlAssociationSummaries: all } = await hub.listStandardsControlAssociations({
        SecurityControlId: "IAM.6",
      });
      assert.deepEqual(Object.fromEntries(all?.map((each) => [each.StandardsArn, each.AssociationStatus]) ?? []), {
        [FSBP]: "ENABLED",
        [CIS50]: "DISABLED",
      });
      const { StandardsControlAssociationDetails: details, UnprocessedAssociations: unknown } =
        await hub.batchGetStandardsControlAssociations({
          StandardsControlAssociationIds: [association, { ...association, SecurityControlId: "IAM.7" }],
        });
      assert.equal(details?.[0]?.UpdatedReason, "Root has no credentials");
      assert.equal(unknown?.[0]?.ErrorCode, "RESOURCE_NOT_FOUND");
      const control = (await hub.batchGetSecurityControls({ SecurityControlIds: ["IAM.6"] })).SecurityControls?.[0];
      assert.equal(control?.SecurityControlStatus, "ENABLED");
    });

    it("show the same state under their number in a standard", async () => {
      const hub = as(MEMBER);
      const subscription = `arn:aws:securityhub:us-east-1:${MEMBER}:subscription/cis-aws-foundations-benchmark/v/5.0.0`;
      const read = async () =>
        (await hub.describeStandardsControls({ StandardsSubscriptionArn: subscription })).Controls?.find(
          (each) => each.ControlId === "1.5",
        );
      const control = await read();
      assert.deepEqual([control?.ControlStatus, control?.DisabledReason], ["DISABLED", "Root has no credentials"]);
      await hub.updateStandardsControl({
        StandardsControlArn: control?.StandardsControlArn,
        ControlStatus: "ENABLED",
      });
      assert.equal((await read())?.ControlStatus, "ENABLED");
    });
  });

  describe("custom actions and products", () => {
    it("are created, changed and deleted", async () => {
      const hub = as(MEMBER);
      const { ActionTargetArn: arn } = await hub.createActionTarget({
        Id: "IsolateInstance",
        Name: "Isolate instance",
        Description: "Cuts an instance off",
      });
      assert.equal(arn, `arn:aws:securityhub:us-east-1:${MEMBER}:action/custom/IsolateInstance`);
      await assert.rejects(
        hub.createActionTarget({ Id: "IsolateInstance", Name: "x", Description: "x" }),
        ResourceConflictException,
      );
      await hub.updateActionTarget({ ActionTargetArn: arn, Name: "Isolate" });
      assert.deepEqual((await hub.describeActionTargets({})).ActionTargets, [
        { ActionTargetArn: arn, Name: "Isolate", Description: "Cuts an instance off" },
      ]);
      await hub.deleteActionTarget({ ActionTargetArn: arn });
      await assert.rejects(hub.describeActionTargets({ ActionTargetArns: [arn ?? ""] }), ResourceNotFoundException);
    });

    it("refuse an id that is too long or has other characters", async () => {
      for (const Id of ["IsolateTheWholeInstance", "isolate-it"]) {
        await assert.rejects(as(MEMBER).createActionTarget({ Id, Name: "x", Description: "x" }), InvalidInputException);
      }
    });

    it("are subscribed to for AWS's own from the start, and for others on request", async () => {
      const hub = as(MEMBER);
      const prowler = `arn:aws:securityhub:us-east-1:${MEMBER}:product-subscription/prowler/prowler`;
      const listed = async () => (await hub.listEnabledProductsForImport({})).ProductSubscriptions ?? [];
      assert.ok(
        (await listed()).includes(`arn:aws:securityhub:us-east-1:${MEMBER}:product-subscription/aws/guardduty`),
      );
      const ProductArn = "arn:aws:securityhub:us-east-1::product/prowler/prowler";
      assert.equal((await hub.describeProducts({ ProductArn })).Products?.[0]?.CompanyName, "Prowler");
      assert.equal((await hub.enableImportFindingsForProduct({ ProductArn })).ProductSubscriptionArn, prowler);
      await assert.rejects(hub.enableImportFindingsForProduct({ ProductArn }), ResourceConflictException);
      assert.ok((await listed()).includes(prowler));
      await hub.disableImportFindingsForProduct({ ProductSubscriptionArn: prowler });
      assert.ok(!(await listed()).includes(prowler));
    });
  });

  it("answers a call that it does not have with an error that names it", async () => {
    await assert.rejects(
      as(MEMBER).listConnectorsV2({}),
      (error: Error) => error.name === "NotImplemented" && /securityhub:ListConnectorsV2/.test(error.message),
    );
    await assert.rejects(as("555555555555").listOrganizationAdminAccounts({}), AccessDeniedException);
  });
});
