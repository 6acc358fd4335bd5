import assert from "node:assert/strict";
import {
  CreateAccountCommand,
  DeregisterDelegatedAdministratorCommand,
  DescribeCreateAccountStatusCommand,
  ListAWSServiceAccessForOrganizationCommand,
  ListDelegatedAdministratorsCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import {
  AccessDeniedException,
  InvalidAccessException,
  InvalidInputException,
  ResourceConflictException,
  ResourceNotFoundException,
  SecurityHub,
} from "@aws-sdk/client-securityhub";
import { type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const MANAGEMENT = "111111111111";
const SECURITY = "222222222222";
const LOG_ARCHIVE = "333333333333";
const MEMBER = "100000000001";
const WITH_HUB = "100000000002";
const SUSPENDED = "100000000099";
const STRANGER = "555555555555";

describe("Security Hub in the sandbox: organization and members", () => {
  let sandbox: RunningSandbox;
  let organizations: OrganizationsClient;
  before(async () => {
    sandbox = await runSandbox();
    organizations = new OrganizationsClient(sandbox.root(MANAGEMENT));
  });
  after(() => sandbox.close());

  const as = (accountId: string, region?: string) =>
    new SecurityHub({ ...sandbox.root(accountId, region), maxAttempts: 1 });
  const delegated = async () => {
    const { DelegatedAdministrators: all } = await organizations.send(
      new ListDelegatedAdministratorsCommand({ ServicePrincipal: "securityhub.amazonaws.com" }),
    );
    return all?.map((each) => each.Id);
  };
  const memberStatus = async (accountId: string, region?: string) =>
    (await as(SECURITY, region).getMembers({ AccountIds: [accountId] })).Members?.[0]?.MemberStatus;

  describe("the organization's administrator", () => {
    it("is designated by the management account only, and must be in the organization", async () => {
      await assert.rejects(
        as(SECURITY).enableOrganizationAdminAccount({ AdminAccountId: SECURITY }),
        AccessDeniedException,
      );
      for (const AdminAccountId of [STRANGER, SUSPENDED, "999999999999"]) {
        await assert.rejects(as(MANAGEMENT).enableOrganizationAdminAccount({ AdminAccountId }), InvalidInputException);
      }
      assert.deepEqual((await as(MANAGEMENT).listOrganizationAdminAccounts({})).AdminAccounts, []);
    });

    it("is registered with Organizations, and gets a hub", async () => {
      await as(MANAGEMENT).enableOrganizationAdminAccount({ AdminAccountId: SECURITY });
      assert.deepEqual((await as(MANAGEMENT).listOrganizationAdminAccounts({})).AdminAccounts, [
        { AccountId: SECURITY, Status: "ENABLED" },
      ]);
      assert.deepEqual(await delegated(), [SECURITY]);
      const { EnabledServicePrincipals: trusted } = await organizations.send(
        new ListAWSServiceAccessForOrganizationCommand({}),
      );
      assert.ok(trusted?.some((each) => each.ServicePrincipal === "securityhub.amazonaws.com"));
      await as(SECURITY).describeHub({});
    });

    it("is designated region by region, again without effect, and no second account beside it", async () => {
      assert.deepEqual((await as(MANAGEMENT, "us-west-2").listOrganizationAdminAccounts({})).AdminAccounts, []);
      await as(MANAGEMENT).enableOrganizationAdminAccount({ AdminAccountId: SECURITY });
      for (const region of ["us-east-1", "us-west-2"]) {
        await assert.rejects(
          as(MANAGEMENT, region).enableOrganizationAdminAccount({ AdminAccountId: LOG_ARCHIVE }),
          ResourceConflictException,
        );
      }
      await as(MANAGEMENT, "us-west-2").enableOrganizationAdminAccount({ AdminAccountId: SECURITY });
    });

    it("configures the organization, locally", async () => {
      await assert.rejects(as(SECURITY, "eu-west-1").describeOrganizationConfiguration({}), InvalidAccessException);
      const { AutoEnable, AutoEnableStandards, OrganizationConfiguration } = await as(
        SECURITY,
      ).describeOrganizationConfiguration({});
      assert.deepEqual([AutoEnable, AutoEnableStandards], [false, "DEFAULT"]);
      assert.deepEqual(OrganizationConfiguration, { ConfigurationType: "LOCAL", Status: "ENABLED" });
      await as(SECURITY).updateOrganizationConfiguration({ AutoEnable: false, AutoEnableStandards: "NONE" });
      assert.equal((await as(SECURITY).describeOrganizationConfiguration({})).AutoEnableStandards, "NONE");
      await assert.rejects(
        as(SECURITY).updateOrganizationConfiguration({
          AutoEnable: false,
          AutoEnableStandards: "NONE",
          OrganizationConfiguration: { ConfigurationType: "CENTRAL" },
        }),
        /finding aggregator/,
      );
    });

    it("cannot disable its hub", async () => {
      await assert.rejects(
        as(SECURITY).disableSecurityHub({}),
        (error: Error) =>
          error instanceof InvalidInputException &&
          error.message.startsWith("Cannot disable Security Hub on the Security Hub administrator"),
      );
    });
  });

  describe("members of the organization", () => {
    it("are enabled by their administrator, with the default standards where the hub was off", async () => {
      const { UnprocessedAccounts } = await as(SECURITY).createMembers({ AccountDetails: [{ AccountId: MEMBER }] });
      assert.deepEqual(UnprocessedAccounts, []);
      assert.equal((await as(MEMBER).getEnabledStandards({})).StandardsSubscriptions?.length, 2);
    });

    it("keep the hub that they had", async () => {
      await as(WITH_HUB).enableSecurityHub({ EnableDefaultStandards: false });
      await as(SECURITY).createMembers({ AccountDetails: [{ AccountId: WITH_HUB }] });
      assert.deepEqual((await as(WITH_HUB).getEnabledStandards({})).StandardsSubscriptions, []);
    });

    it("look the same from both sides", async () => {
      const { Members } = await as(SECURITY).listMembers({});
      assert.deepEqual(
        Members?.map(({ AccountId, AdministratorId, MemberStatus }) => ({ AccountId, AdministratorId, MemberStatus })),
        [MEMBER, WITH_HUB].map((AccountId) => ({
          AccountId,
          AdministratorId: SECURITY,
          MemberStatus: "Enabled",
        })),
      );
      const { Administrator } = await as(MEMBER).getAdministratorAccount({});
      assert.deepEqual([Administrator?.AccountId, Administrator?.MemberStatus], [SECURITY, "Enabled"]);
      assert.equal((await as(MEMBER).getMasterAccount({})).Master?.AccountId, SECURITY);
      assert.equal((await as(SECURITY).getAdministratorAccount({})).Administrator, undefined);
    });

    it("are told apart when they cannot be added", async () => {
      const { UnprocessedAccounts } = await as(SECURITY).createMembers({
        AccountDetails: [MANAGEMENT, SECURITY, "12", MEMBER, SUSPENDED].map((AccountId) => ({ AccountId })),
      });
      assert.deepEqual(
        UnprocessedAccounts?.map((each) => each.AccountId),
        [MANAGEMENT, SECURITY, "12", MEMBER],
      );
      assert.equal(await memberStatus(SUSPENDED), "AccountSuspended");
    });

    it("share the administrator's finding generator", async () => {
      await as(SECURITY).updateSecurityHubConfiguration({ ControlFindingGenerator: "STANDARD_CONTROL" });
      assert.equal((await as(MEMBER).describeHub({})).ControlFindingGenerator, "STANDARD_CONTROL");
      await assert.rejects(
        as(MEMBER).updateSecurityHubConfiguration({ ControlFindingGenerator: "SECURITY_CONTROL" }),
        AccessDeniedException,
      );
    });

    it("cannot leave, disable their hub, or have members of their own", async () => {
      await assert.rejects(as(MEMBER).disassociateFromAdministratorAccount({}), InvalidAccessException);
      await assert.rejects(as(MEMBER).disableSecurityHub({}), InvalidAccessException);
      await assert.rejects(
        as(MEMBER).createMembers({ AccountDetails: [{ AccountId: STRANGER }] }),
        InvalidAccessException,
      );
    });

    it("are disassociated by their administrator, cannot be deleted, and come back", async () => {
      await assert.rejects(
        as(SECURITY).disassociateMembers({ AccountIds: ["100000000016"] }),
        ResourceNotFoundException,
      );
      await as(SECURITY).disassociateMembers({ AccountIds: [MEMBER] });
      assert.equal(await memberStatus(MEMBER), "Removed");
      assert.equal((await as(MEMBER).getAdministratorAccount({})).Administrator, undefined);
      assert.deepEqual(
        (await as(SECURITY).listMembers({})).Members?.map((each) => each.AccountId),
        [WITH_HUB],
      );
      const all = (await as(SECURITY).listMembers({ OnlyAssociated: false })).Members;
      assert.deepEqual(
        all?.map((each) => each.AccountId),
        [MEMBER, WITH_HUB, SUSPENDED],
      );
      const { UnprocessedAccounts } = await as(SECURITY).deleteMembers({ AccountIds: [MEMBER] });
      assert.equal(UnprocessedAccounts?.[0]?.AccountId, MEMBER);
      await as(SECURITY).createMembers({ AccountDetails: [{ AccountId: MEMBER }] });
      assert.equal(await memberStatus(MEMBER), "Enabled");
    });

    it("can disable their hub once they are disassociated", async () => {
      await as(SECURITY).disassociateMembers({ AccountIds: [WITH_HUB] });
      await as(WITH_HUB).disableSecurityHub({});
      await assert.rejects(as(WITH_HUB).describeHub({}), InvalidAccessException);
    });
  });

  describe("members by invitation", () => {
    it("are created, invited, and members when they accept", async () => {
      const admin = as(SECURITY);
      const stranger = as(STRANGER);
      await stranger.enableSecurityHub({ EnableDefaultStandards: false });
      await admin.createMembers({ AccountDetails: [{ AccountId: STRANGER, Email: "it@acquired.example.com" }] });
      assert.equal(await memberStatus(STRANGER), "Created");
      assert.deepEqual((await stranger.listInvitations({})).Invitations, []);
      await admin.inviteMembers({ AccountIds: [STRANGER] });
      assert.equal(await memberStatus(STRANGER), "Invited");
      assert.equal((await stranger.getInvitationsCount({})).InvitationsCount, 1);
      const invitation = (await stranger.listInvitations({})).Invitations?.[0];
      assert.equal(invitation?.AccountId, SECURITY);
      await assert.rejects(
        stranger.acceptAdministratorInvitation({ AdministratorId: SECURITY, InvitationId: "another" }),
        ResourceNotFoundException,
      );
      await stranger.acceptAdministratorInvitation({
        AdministratorId: SECURITY,
        InvitationId: invitation?.InvitationId,
      });
      assert.equal(await memberStatus(STRANGER), "Enabled");
      assert.equal((await stranger.getAdministratorAccount({})).Administrator?.AccountId, SECURITY);
    });

    it("can leave, and then be deleted", async () => {
      await as(STRANGER).disassociateFromAdministratorAccount({});
      assert.equal(await memberStatus(STRANGER), "Resigned");
      const { UnprocessedAccounts } = await as(SECURITY).deleteMembers({ AccountIds: [STRANGER] });
      assert.deepEqual(UnprocessedAccounts, []);
      assert.equal(await memberStatus(STRANGER), undefined);
    });

    it("can accept under the older name", async () => {
      await as(SECURITY).createMembers({ AccountDetails: [{ AccountId: STRANGER }] });
      await as(SECURITY).inviteMembers({ AccountIds: [STRANGER] });
      const invitation = (await as(STRANGER).listInvitations({})).Invitations?.[0];
      await as(STRANGER).acceptInvitation({ MasterId: SECURITY, InvitationId: invitation?.InvitationId });
      assert.equal(await memberStatus(STRANGER), "Enabled");
      await as(SECURITY).disassociateMembers({ AccountIds: [STRANGER] });
      assert.deepEqual((await as(SECURITY).deleteMembers({ AccountIds: [STRANGER] })).UnprocessedAccounts, []);
    });

    it("are not for accounts of the organization", async () => {
      const { UnprocessedAccounts } = await as(SECURITY).inviteMembers({ AccountIds: [MEMBER] });
      assert.equal(UnprocessedAccounts?.length, 1);
    });
  });

  describe("auto-enable", () => {
    it("enables accounts that join while auto-enable is on, and no older ones", async () => {
      const admin = as(SECURITY, "us-west-2");
      await admin.updateOrganizationConfiguration({ AutoEnable: true, AutoEnableStandards: "NONE" });
      const { CreateAccountStatus: creation } = await organizations.send(
        new CreateAccountCommand({ AccountName: "new", Email: "new@clearing.example.com" }),
      );
      const created = await until(
        async () =>
          (await organizations.send(new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: creation?.Id })))
            .CreateAccountStatus,
        (status) => status?.State === "SUCCEEDED",
      );
      const { Members } = await until(
        () => admin.listMembers({}),
        ({ Members }) => (Members?.length ?? 0) > 0,
      );
      assert.deepEqual(
        Members?.map((each) => each.AccountId),
        [created?.AccountId],
      );
      const hub = as(created?.AccountId ?? "", "us-west-2");
      assert.deepEqual((await hub.getEnabledStandards({})).StandardsSubscriptions, []);
    });
  });

  describe("the end of the administration", () => {
    it("is for one region by the API, and leaves the members' hubs", async () => {
      await as(MANAGEMENT).disableOrganizationAdminAccount({ AdminAccountId: SECURITY });
      assert.deepEqual((await as(MANAGEMENT).listOrganizationAdminAccounts({})).AdminAccounts, []);
      assert.equal((await as(MEMBER).getAdministratorAccount({})).Administrator, undefined);
      await as(MEMBER).describeHub({});
      assert.deepEqual(await delegated(), [SECURITY]);
      assert.equal((await as(MANAGEMENT, "us-west-2").listOrganizationAdminAccounts({})).AdminAccounts?.length, 1);
      await as(SECURITY).disableSecurityHub({});
    });

    it("is for every region when Organizations deregisters it", async () => {
      await as(MANAGEMENT).enableOrganizationAdminAccount({ AdminAccountId: SECURITY });
      await organizations.send(
        new DeregisterDelegatedAdministratorCommand({
          AccountId: SECURITY,
          ServicePrincipal: "securityhub.amazonaws.com",
        }),
      );
      for (const region of ["us-east-1", "us-west-2"]) {
        assert.deepEqual((await as(MANAGEMENT, region).listOrganizationAdminAccounts({})).AdminAccounts, []);
      }
    });

    it("deregisters the administrator with the last region", async () => {
      await as(MANAGEMENT).enableOrganizationAdminAccount({ AdminAccountId: LOG_ARCHIVE });
      await as(MANAGEMENT).disableOrganizationAdminAccount({ AdminAccountId: LOG_ARCHIVE });
      assert.deepEqual(await delegated(), []);
    });
  });
});
