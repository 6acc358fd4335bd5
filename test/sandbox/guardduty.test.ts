import assert from "node:assert/strict";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { IAM } from "@aws-sdk/client-iam";
import { Organizations } from "@aws-sdk/client-organizations";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { SAMPLE } from "../../sandbox/organization/accounts.ts";
import { type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const management = "111111111111";
const security = "222222222222";
const forensics = "444444444444";
const outsider = "555555555555";
/** Outside of the organization, too. */
const partner = "666666666666";
const clearing = "100000000001";
const risk = "100000000002";
const marketData = "100000000003";
const suspended = "100000000099";
const emailOf = (id: string) => SAMPLE.accounts.find((account) => account.id === id)?.email ?? "";

/** What a BadRequestException says. */
function badRequest(text: RegExp) {
  return { name: "BadRequestException", message: text };
}

describe("GuardDuty in the sandbox", () => {
  let sandbox: RunningSandbox;
  const clients = new Map<string, GuardDuty>();

  /** GuardDuty as the root of an account. */
  function as(account: string, region = "us-east-1"): GuardDuty {
    const key = `${account}/${region}`;
    const client = clients.get(key) ?? new GuardDuty({ ...sandbox.root(account, region), maxAttempts: 1 });
    clients.set(key, client);
    return client;
  }

  async function detectorOf(account: string, region = "us-east-1"): Promise<string> {
    const [id] = (await as(account, region).listDetectors({})).DetectorIds ?? [];
    assert.ok(id, `${account} has a detector in ${region}`);
    return id;
  }

  /** The security account administers the region, and its detector. */
  async function delegated(region: string): Promise<string> {
    await as(management, region).enableOrganizationAdminAccount({ AdminAccountId: security });
    return detectorOf(security, region);
  }

  /** Everything that a test did in a region is undone, as far as the next one would notice. */
  async function forget(region: string): Promise<void> {
    const administrators = (await as(management, region).listOrganizationAdminAccounts({})).AdminAccounts ?? [];
    for (const { AdminAccountId } of administrators) {
      await as(management, region).disableOrganizationAdminAccount({ AdminAccountId });
    }
    for (const account of [security, management, forensics, outsider, clearing, risk, marketData]) {
      for (const DetectorId of (await as(account, region).listDetectors({})).DetectorIds ?? []) {
        const { Members = [] } = await as(account, region).listMembers({ DetectorId, OnlyAssociated: "false" });
        const AccountIds = Members.flatMap(({ AccountId }) => AccountId ?? []);
        if (AccountIds.length > 0) {
          await as(account, region).disassociateMembers({ DetectorId, AccountIds });
          await as(account, region).deleteMembers({ DetectorId, AccountIds });
        }
        await as(account, region).deleteDetector({ DetectorId });
      }
    }
  }

  before(async () => {
    sandbox = await runSandbox();
  });

  afterEach(async () => {
    await forget("us-east-1");
    await forget("us-west-2");
  });

  after(async () => {
    for (const client of clients.values()) client.destroy();
    await sandbox?.close();
  });

  describe("a detector", () => {
    it("is one per account and region, with every plan on except runtime monitoring", async () => {
      const { DetectorId } = await as(clearing).createDetector({ Enable: true, Tags: { team: "clearing" } });
      assert.match(DetectorId ?? "", /^[0-9a-f]{32}$/);
      await assert.rejects(as(clearing).createDetector({ Enable: true }), badRequest(/a detector already exists/));
      await as(clearing, "us-west-2").createDetector({ Enable: true });

      const detector = await as(clearing).getDetector({ DetectorId });
      assert.equal(detector.Status, "ENABLED");
      assert.equal(detector.FindingPublishingFrequency, "SIX_HOURS");
      assert.deepEqual(detector.Tags, { team: "clearing" });
      const off = detector.Features?.filter(({ Status }) => Status === "DISABLED").map(({ Name }) => Name);
      assert.deepEqual(off, ["EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING"]);
      assert.equal(detector.DataSources?.S3Logs?.Status, "ENABLED");
      assert.equal(
        detector.Features?.find(({ Name }) => Name === "RUNTIME_MONITORING")?.AdditionalConfiguration?.length,
        3,
      );
    });

    it("brings the service-linked role, which GetDetector names, and that of malware protection", async () => {
      const { DetectorId } = await as(forensics).createDetector({ Enable: true });
      const { ServiceRole } = await as(forensics).getDetector({ DetectorId });
      const iam = new IAM(sandbox.root(forensics));
      const { Roles } = await iam.listRoles({ PathPrefix: "/aws-service-role/" });
      iam.destroy();
      assert.ok(Roles?.some(({ Arn }) => Arn === ServiceRole));
      assert.ok(Roles?.some(({ RoleName }) => RoleName === "AWSServiceRoleForAmazonGuardDutyMalwareProtection"));
    });

    it("keeps what it is told, by plans or by the older data sources", async () => {
      const { DetectorId } = await as(clearing).createDetector({
        Enable: true,
        FindingPublishingFrequency: "FIFTEEN_MINUTES",
        DataSources: { S3Logs: { Enable: false } },
      });
      await as(clearing).updateDetector({
        DetectorId,
        Enable: false,
        Features: [
          {
            Name: "RUNTIME_MONITORING",
            Status: "ENABLED",
            AdditionalConfiguration: [{ Name: "EC2_AGENT_MANAGEMENT", Status: "ENABLED" }],
          },
        ],
      });
      const detector = await as(clearing).getDetector({ DetectorId });
      const status = (name: string) => detector.Features?.find(({ Name }) => Name === name)?.Status;
      assert.deepEqual(
        [detector.Status, detector.FindingPublishingFrequency, status("S3_DATA_EVENTS"), status("RUNTIME_MONITORING")],
        ["DISABLED", "FIFTEEN_MINUTES", "DISABLED", "ENABLED"],
      );
      assert.equal(status("CLOUD_TRAIL"), "DISABLED", "a suspended detector reads nothing");
    });

    it("refuses both kinds of runtime monitoring at once, and a detector id that is not its own", async () => {
      const Features = (["EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING"] as const).map((Name) => ({
        Name,
        Status: "ENABLED" as const,
      }));
      await assert.rejects(
        as(clearing).createDetector({ Enable: true, Features }),
        badRequest(/cannot be specified together/),
      );
      assert.deepEqual((await as(clearing).listDetectors({})).DetectorIds, [], "nothing was made");
      await assert.rejects(
        as(clearing).getDetector({ DetectorId: "0".repeat(32) }),
        badRequest(/input detectorId is not owned by the current account/),
      );
    });

    it("carries tags by its ARN", async () => {
      const { DetectorId } = await as(clearing).createDetector({ Enable: true });
      const ResourceArn = `arn:aws:guardduty:us-east-1:${clearing}:detector/${DetectorId}`;
      await as(clearing).tagResource({ ResourceArn, Tags: { owner: "risk", env: "prod" } });
      await as(clearing).untagResource({ ResourceArn, TagKeys: ["env"] });
      assert.deepEqual((await as(clearing).listTagsForResource({ ResourceArn })).Tags, { owner: "risk" });
    });
  });

  describe("delegated administration", () => {
    it("is given by the management account, region by region, and enables the administrator", async () => {
      await assert.rejects(
        as(security).enableOrganizationAdminAccount({ AdminAccountId: security }),
        badRequest(/AWS Organization master permission/),
      );
      await delegated("us-east-1");
      const { AdminAccounts } = await as(management).listOrganizationAdminAccounts({});
      assert.deepEqual(AdminAccounts, [{ AdminAccountId: security, AdminStatus: "ENABLED" }]);
      assert.deepEqual((await as(management, "us-west-2").listOrganizationAdminAccounts({})).AdminAccounts, []);

      const organizations = new Organizations(sandbox.root(management));
      const { DelegatedAdministrators } = await organizations.listDelegatedAdministrators({
        ServicePrincipal: "guardduty.amazonaws.com",
      });
      const { EnabledServicePrincipals } = await organizations.listAWSServiceAccessForOrganization({});
      organizations.destroy();
      assert.deepEqual(
        DelegatedAdministrators?.map(({ Id }) => Id),
        [security],
      );
      assert.ok(
        EnabledServicePrincipals?.some(({ ServicePrincipal }) => ServicePrincipal === "guardduty.amazonaws.com"),
      );
    });

    it("goes to one account only, also in other regions, and to none outside the organization", async () => {
      await delegated("us-east-1");
      await assert.rejects(
        as(management).enableOrganizationAdminAccount({ AdminAccountId: security }),
        badRequest(/the account is already enabled as the GuardDuty delegated administrator/),
      );
      for (const region of ["us-east-1", "us-west-2"]) {
        await assert.rejects(
          as(management, region).enableOrganizationAdminAccount({ AdminAccountId: forensics }),
          badRequest(/another account is already enabled as GuardDuty delegated administrator/),
        );
      }
      await assert.rejects(
        as(management, "us-west-2").enableOrganizationAdminAccount({ AdminAccountId: outsider }),
        badRequest(/another account|not member of AWS Organizations/),
      );
    });

    it("takes the caller's own permissions in AWS Organizations", async () => {
      const iam = new IAM(sandbox.root(management));
      await iam.createUser({ UserName: "delegator" });
      const { AccessKey } = await iam.createAccessKey({ UserName: "delegator" });
      const permit = (...Action: string[]) =>
        iam.putUserPolicy({
          UserName: "delegator",
          PolicyName: "delegate",
          PolicyDocument: JSON.stringify({
            Version: "2012-10-17",
            Statement: { Effect: "Allow", Action, Resource: "*" },
          }),
        });
      const user = new GuardDuty({
        ...sandbox.root(management),
        credentials: { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" },
        maxAttempts: 1,
      });
      await permit("guardduty:*");
      await assert.rejects(user.enableOrganizationAdminAccount({ AdminAccountId: security }), {
        name: "AccessDeniedException",
        message: /organizations:EnableAWSServiceAccess/,
      });
      await permit("guardduty:*", "organizations:*");
      await user.enableOrganizationAdminAccount({ AdminAccountId: security });
      for (const client of [iam, user]) client.destroy();
    });

    it("ends with its members' association, not with their detectors", async () => {
      const DetectorId = await delegated("us-east-1");
      await as(security).createMembers({
        DetectorId,
        AccountDetails: [{ AccountId: clearing, Email: emailOf(clearing) }],
      });
      await as(management).disableOrganizationAdminAccount({ AdminAccountId: security });
      assert.deepEqual((await as(security).listMembers({ DetectorId, OnlyAssociated: "false" })).Members, []);
      const member = await detectorOf(clearing);
      assert.deepEqual((await as(clearing).getAdministratorAccount({ DetectorId: member })).Administrator, {});
      await as(clearing).deleteDetector({ DetectorId: member });
    });

    it("keeps the organization's configuration, and takes exactly one of the two preferences", async () => {
      const DetectorId = await delegated("us-east-1");
      const before = await as(security).describeOrganizationConfiguration({ DetectorId });
      assert.deepEqual([before.AutoEnable, before.AutoEnableOrganizationMembers], [false, "NONE"]);

      await as(security).updateOrganizationConfiguration({
        DetectorId,
        AutoEnableOrganizationMembers: "NEW",
        Features: [{ Name: "S3_DATA_EVENTS", AutoEnable: "NEW" }],
      });
      const changed = await as(security).describeOrganizationConfiguration({ DetectorId });
      assert.deepEqual([changed.AutoEnable, changed.AutoEnableOrganizationMembers], [true, "NEW"]);
      assert.equal(changed.Features?.find(({ Name }) => Name === "S3_DATA_EVENTS")?.AutoEnable, "NEW");
      assert.equal(changed.DataSources?.S3Logs?.AutoEnable, true);

      await as(security).updateOrganizationConfiguration({ DetectorId, AutoEnable: false });
      const legacy = await as(security).describeOrganizationConfiguration({ DetectorId });
      assert.equal(legacy.AutoEnableOrganizationMembers, "NONE");
      for (const preferences of [{}, { AutoEnable: true, AutoEnableOrganizationMembers: "ALL" as const }]) {
        await assert.rejects(
          as(security).updateOrganizationConfiguration({ DetectorId, ...preferences }),
          badRequest(/invalid or out-of-range/),
        );
      }
    });
  });

  describe("a member of the organization", () => {
    const details = (...ids: string[]) => ids.map((AccountId) => ({ AccountId, Email: emailOf(AccountId) }));

    it("is enabled at once, and both sides say the same", async () => {
      const DetectorId = await delegated("us-east-1");
      const { UnprocessedAccounts } = await as(security).createMembers({
        DetectorId,
        AccountDetails: details(clearing),
      });
      assert.deepEqual(UnprocessedAccounts, []);
      const { Members } = await as(security).listMembers({ DetectorId });
      const own = await detectorOf(clearing);
      assert.deepEqual(
        Members?.map(({ AccountId, RelationshipStatus, DetectorId: id, AdministratorId }) => ({
          AccountId,
          RelationshipStatus,
          id,
          AdministratorId,
        })),
        [{ AccountId: clearing, RelationshipStatus: "Enabled", id: own, AdministratorId: security }],
      );
      const { Administrator } = await as(clearing).getAdministratorAccount({ DetectorId: own });
      const { Master } = await as(clearing).getMasterAccount({ DetectorId: own });
      assert.deepEqual([Administrator?.AccountId, Administrator?.RelationshipStatus], [security, "Enabled"]);
      assert.equal(Master?.AccountId, security);
    });

    it("keeps the detector that it had, with the administrator's publishing frequency while it is a member", async () => {
      const { DetectorId: own } = await as(risk).createDetector({
        Enable: true,
        FindingPublishingFrequency: "SIX_HOURS",
      });
      const DetectorId = await delegated("us-east-1");
      await as(security).updateDetector({ DetectorId, FindingPublishingFrequency: "FIFTEEN_MINUTES" });
      await as(security).createMembers({ DetectorId, AccountDetails: details(risk) });
      assert.equal(await detectorOf(risk), own);
      assert.equal((await as(risk).getDetector({ DetectorId: own })).FindingPublishingFrequency, "FIFTEEN_MINUTES");
      await as(security).disassociateMembers({ DetectorId, AccountIds: [risk] });
      assert.equal((await as(risk).getDetector({ DetectorId: own })).FindingPublishingFrequency, "SIX_HOURS");
    });

    it("changes nothing by itself and cannot leave; its administrator suspends it and sets its plans", async () => {
      const DetectorId = await delegated("us-east-1");
      await as(security).createMembers({ DetectorId, AccountDetails: details(clearing) });
      const own = await detectorOf(clearing);
      await assert.rejects(
        as(clearing).updateDetector({ DetectorId: own, Enable: false }),
        badRequest(/member accounts cannot manage specified resources/),
      );
      for (const leave of [
        as(clearing).deleteDetector({ DetectorId: own }),
        as(clearing).disassociateFromAdministratorAccount({ DetectorId: own }),
      ]) {
        await assert.rejects(leave, badRequest(/member cannot disassociate from Organization administrator/));
      }
      await as(security).stopMonitoringMembers({ DetectorId, AccountIds: [clearing] });
      assert.equal((await as(clearing).getDetector({ DetectorId: own })).Status, "DISABLED");
      const { Members } = await as(security).getMembers({ DetectorId, AccountIds: [clearing] });
      assert.equal(Members?.[0]?.RelationshipStatus, "Disabled");
      await as(security).startMonitoringMembers({ DetectorId, AccountIds: [clearing] });
      assert.equal((await as(clearing).getDetector({ DetectorId: own })).Status, "ENABLED");

      const update = await as(security).updateMemberDetectors({
        DetectorId,
        AccountIds: [clearing, marketData],
        Features: [{ Name: "LAMBDA_NETWORK_LOGS", Status: "ENABLED" }],
      });
      assert.deepEqual(
        update.UnprocessedAccounts?.map(({ AccountId }) => AccountId),
        [marketData],
      );
      const { MemberDataSourceConfigurations } = await as(security).getMemberDetectors({
        DetectorId,
        AccountIds: [clearing],
      });
      const plan = MemberDataSourceConfigurations?.[0]?.Features?.find(({ Name }) => Name === "LAMBDA_NETWORK_LOGS");
      assert.equal(plan?.Status, "ENABLED");
    });

    it("goes in the order that AWS asks for: disassociate, delete, then its detector; the administrator's last", async () => {
      const DetectorId = await delegated("us-east-1");
      await as(security).createMembers({ DetectorId, AccountDetails: details(clearing) });
      const own = await detectorOf(clearing);
      const early = await as(security).deleteMembers({ DetectorId, AccountIds: [clearing] });
      assert.match(early.UnprocessedAccounts?.[0]?.Result ?? "", /still associated/);
      await assert.rejects(
        as(security).deleteDetector({ DetectorId }),
        badRequest(/while it has invited or associated members/),
      );

      await as(security).disassociateMembers({ DetectorId, AccountIds: [clearing] });
      const { Members } = await as(security).listMembers({ DetectorId, OnlyAssociated: "false" });
      assert.equal(Members?.[0]?.RelationshipStatus, "Removed");
      assert.deepEqual((await as(security).listMembers({ DetectorId })).Members, []);
      await as(security).deleteMembers({ DetectorId, AccountIds: [clearing] });
      await as(clearing).deleteDetector({ DetectorId: own });

      await assert.rejects(
        as(security).deleteDetector({ DetectorId }),
        badRequest(/while it has invited/),
        "still delegated",
      );
      await as(management).disableOrganizationAdminAccount({ AdminAccountId: security });
      await as(security).deleteDetector({ DetectorId });
    });

    it("is refused one by one: twice, itself, closed, and the management account before it enables GuardDuty", async () => {
      const DetectorId = await delegated("us-east-1");
      await as(security).createMembers({ DetectorId, AccountDetails: details(clearing) });
      const { UnprocessedAccounts = [] } = await as(security).createMembers({
        DetectorId,
        AccountDetails: details(clearing, security, suspended, management, risk),
      });
      const reasons = Object.fromEntries(UnprocessedAccounts.map(({ AccountId, Result }) => [AccountId, Result ?? ""]));
      assert.deepEqual(Object.keys(reasons).sort(), [clearing, suspended, management, security].sort());
      assert.match(reasons[clearing] ?? "", /already a member or associated member/);
      assert.match(reasons[security] ?? "", /cannot become a member of itself/);
      assert.match(reasons[management] ?? "", /organization master must first enable GuardDuty/);

      await as(management).createDetector({ Enable: true });
      const again = await as(security).createMembers({ DetectorId, AccountDetails: details(management) });
      assert.deepEqual(again.UnprocessedAccounts, []);
    });

    it("is every account when the preference is ALL, and none can be let go", async () => {
      const DetectorId = await delegated("us-west-2");
      const admin = as(security, "us-west-2");
      await admin.updateOrganizationConfiguration({
        DetectorId,
        AutoEnableOrganizationMembers: "ALL",
        Features: [{ Name: "S3_DATA_EVENTS", AutoEnable: "ALL" }],
      });
      const { Members = [] } = await admin.listMembers({ DetectorId });
      const active = SAMPLE.accounts.filter(
        ({ id }) => ![security, management, suspended, outsider, partner].includes(id),
      );
      assert.deepEqual(Members.map(({ AccountId }) => AccountId).sort(), active.map(({ id }) => id).sort());
      const own = await as(risk, "us-west-2").getDetector({ DetectorId: await detectorOf(risk, "us-west-2") });
      const enabled = own.Features?.slice(3).flatMap(({ Name, Status }) => (Status === "ENABLED" ? [Name] : []));
      assert.deepEqual(enabled, ["S3_DATA_EVENTS"], "only what the organization enables");
      for (const letGo of [
        admin.disassociateMembers({ DetectorId, AccountIds: [risk] }),
        admin.stopMonitoringMembers({ DetectorId, AccountIds: [risk] }),
      ]) {
        await assert.rejects(letGo, badRequest(/preference of the organization is ALL/));
      }
      await admin.updateOrganizationConfiguration({ DetectorId, AutoEnableOrganizationMembers: "NONE" });
      const AccountIds = Members.flatMap(({ AccountId }) => AccountId ?? []);
      await admin.disassociateMembers({ DetectorId, AccountIds });
      await admin.deleteMembers({ DetectorId, AccountIds });
      for (const id of AccountIds) {
        const account = SAMPLE.accounts.find((each) => each.id === id);
        if (account?.notReadySeconds !== undefined) continue;
        await as(id, "us-west-2").deleteDetector({ DetectorId: await detectorOf(id, "us-west-2") });
      }
    });

    it("is a new account when the preference is NEW", async () => {
      const DetectorId = await delegated("us-east-1");
      await as(security).updateOrganizationConfiguration({ DetectorId, AutoEnableOrganizationMembers: "NEW" });
      assert.deepEqual((await as(security).listMembers({ DetectorId })).Members, []);
      const organizations = new Organizations(sandbox.root(management));
      await organizations.createAccount({ AccountName: "newcomer", Email: "aws+newcomer@clearing.example.com" });
      const listed = async () => (await as(security).listMembers({ DetectorId })).Members ?? [];
      const [member] = await until(listed, (members) => members.length > 0);
      organizations.destroy();
      assert.deepEqual([member?.Email, member?.RelationshipStatus], ["aws+newcomer@clearing.example.com", "Enabled"]);
    });
  });

  describe("a member by invitation", () => {
    const invite = async (email = emailOf(outsider)) => {
      const { DetectorId } = await as(forensics).createDetector({ Enable: true });
      await as(forensics).createMembers({ DetectorId, AccountDetails: [{ AccountId: outsider, Email: email }] });
      await as(forensics).inviteMembers({ DetectorId, AccountIds: [outsider] });
      return DetectorId;
    };

    it("is invited, accepts, and may resign", async () => {
      const DetectorId = await invite();
      const { DetectorId: own } = await as(outsider).createDetector({ Enable: true });
      const [invitation] = (await as(outsider).listInvitations({})).Invitations ?? [];
      assert.equal(invitation?.AccountId, forensics);
      assert.equal((await as(outsider).getInvitationsCount({})).InvitationsCount, 1);
      const acceptance = { DetectorId: own, AdministratorId: forensics, InvitationId: invitation?.InvitationId };
      await assert.rejects(
        as(outsider).acceptAdministratorInvitation({ ...acceptance, InvitationId: "another" }),
        badRequest(/does not have an invitation/),
      );
      await as(outsider).acceptAdministratorInvitation(acceptance);
      assert.equal((await as(forensics).listMembers({ DetectorId })).Members?.[0]?.RelationshipStatus, "Enabled");
      await assert.rejects(
        as(outsider).updateDetector({ DetectorId: own, FindingPublishingFrequency: "ONE_HOUR" }),
        badRequest(/member accounts cannot manage/),
      );
      await as(outsider).updateDetector({ DetectorId: own, Enable: false });
      await as(outsider).disassociateFromAdministratorAccount({ DetectorId: own });
      const { Members } = await as(forensics).listMembers({ DetectorId, OnlyAssociated: "false" });
      assert.equal(Members?.[0]?.RelationshipStatus, "Resigned");
    });

    it("is not invited at an address that is not the account's", async () => {
      const DetectorId = await invite("someone@else.example.com");
      const { Members } = await as(forensics).listMembers({ DetectorId, OnlyAssociated: "false" });
      assert.equal(Members?.[0]?.RelationshipStatus, "EmailVerificationFailed");
      assert.deepEqual((await as(outsider).listInvitations({})).Invitations, []);
    });

    it("is only created while it has not accepted, even for a delegated administrator", async () => {
      const DetectorId = await delegated("us-east-1");
      await as(security).createMembers({
        DetectorId,
        AccountDetails: [{ AccountId: outsider, Email: emailOf(outsider) }],
      });
      assert.deepEqual((await as(security).listMembers({ DetectorId })).Members, []);
      const { Members } = await as(security).getMembers({ DetectorId, AccountIds: [outsider] });
      assert.equal(Members?.[0]?.RelationshipStatus, "Created");
    });
  });

  describe("sample findings", () => {
    it("are seen by the member and by its administrator, and reach both event buses", async () => {
      const DetectorId = await delegated("us-east-1");
      await as(security).createMembers({
        DetectorId,
        AccountDetails: [{ AccountId: clearing, Email: emailOf(clearing) }],
      });
      const queues = await Promise.all([clearing, security].map((account) => subscribe(account)));
      const own = await detectorOf(clearing);
      const type = "UnauthorizedAccess:EC2/SSHBruteForce";
      await as(clearing).createSampleFindings({
        DetectorId: own,
        FindingTypes: [type, "Policy:S3/BucketAnonymousAccessGranted"],
      });

      const severe = { FindingCriteria: { Criterion: { severity: { GreaterThanOrEqual: 7 } } } };
      const { FindingIds } = await as(security).listFindings({ DetectorId, ...severe });
      assert.equal(FindingIds?.length, 1);
      const { Findings } = await as(clearing).getFindings({ DetectorId: own, FindingIds });
      assert.equal(Findings?.[0]?.Type, "Policy:S3/BucketAnonymousAccessGranted");
      assert.equal(Findings?.[0]?.AccountId, clearing);
      for (const receive of queues) {
        const event = await receive();
        assert.equal(event["detail-type"], "GuardDuty Finding");
        assert.deepEqual([event.detail.accountId, event.detail.type], [clearing, type]);
      }
    });

    /** A queue that gets the brute-force findings of an account's default bus. */
    async function subscribe(account: string) {
      const access = sandbox.root(account);
      const sqs = new SQSClient(access);
      const events = new EventBridgeClient(access);
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "guardduty-findings" }));
      const pattern = { source: ["aws.guardduty"], detail: { type: [{ prefix: "UnauthorizedAccess:EC2" }] } };
      await events.send(new PutRuleCommand({ Name: "findings", EventPattern: JSON.stringify(pattern) }));
      const Arn = `arn:aws:sqs:us-east-1:${account}:guardduty-findings`;
      await events.send(new PutTargetsCommand({ Rule: "findings", Targets: [{ Id: "queue", Arn }] }));
      events.destroy();
      return async () => {
        const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
        sqs.destroy();
        return JSON.parse(Messages?.[0]?.Body ?? "{}");
      };
    }
  });
});
