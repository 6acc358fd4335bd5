import assert from "node:assert/strict";
import { IAM } from "@aws-sdk/client-iam";
import { Inspector2, type ResourceScanType } from "@aws-sdk/client-inspector2";
import { Organizations } from "@aws-sdk/client-organizations";
import { type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const management = "111111111111";
const security = "222222222222";
const forensics = "444444444444";
const outsider = "555555555555";
const clearing = "100000000001";
const risk = "100000000002";
const suspended = "100000000099";
const all: ResourceScanType[] = ["EC2", "ECR", "LAMBDA", "LAMBDA_CODE", "CODE_REPOSITORY"];

const error = (name: string, message: RegExp) => ({ name, message });

describe("Inspector in the sandbox", () => {
  let sandbox: RunningSandbox;
  const clients = new Map<string, Inspector2>();

  /** Inspector as the root of an account. */
  function as(account: string, region = "us-east-1"): Inspector2 {
    const key = `${account}/${region}`;
    const client = clients.get(key) ?? new Inspector2({ ...sandbox.root(account, region), maxAttempts: 1 });
    clients.set(key, client);
    return client;
  }

  /** Status of the account and of EC2, ECR, LAMBDA, LAMBDA_CODE, as the account itself sees it. */
  async function statusOf(account: string, region = "us-east-1") {
    const [found] = (await as(account, region).batchGetAccountStatus({})).accounts ?? [];
    const { ec2, ecr, lambda, lambdaCode } = found?.resourceState ?? {};
    return [found?.state, ec2, ecr, lambda, lambdaCode].map((state) => state?.status);
  }

  /** Waits until nothing is under way. */
  const settled = (account: string, region = "us-east-1") =>
    until(
      () => statusOf(account, region),
      (statuses) => !statuses.some((status) => status?.endsWith("ING")),
    );

  async function enabled(account: string, resourceTypes: ResourceScanType[], region = "us-east-1") {
    await as(account, region).enable({ resourceTypes });
    await settled(account, region);
  }

  /** The security account administers the region, with Inspector on. */
  async function delegated(region = "us-east-1") {
    await as(management, region).enableDelegatedAdminAccount({ delegatedAdminAccountId: security });
    await enabled(security, ["ECR"], region);
  }

  const associated = (accountId: string, region = "us-east-1") =>
    until(
      async () => (await as(security, region).getMember({ accountId })).member?.relationshipStatus,
      (status) => status === "ENABLED",
    );

  async function forget(region: string): Promise<void> {
    const { delegatedAdminAccounts = [] } = await as(management, region).listDelegatedAdminAccounts({});
    for (const { accountId } of delegatedAdminAccounts) {
      await as(management, region).disableDelegatedAdminAccount({ delegatedAdminAccountId: accountId });
    }
    for (const account of [management, security, forensics, outsider, clearing, risk]) {
      await settled(account, region);
      await as(account, region).disable({ resourceTypes: all });
      await settled(account, region);
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

  describe("the scans of an account", () => {
    it("are enabled and disabled by type, each after a while, in one region only", async () => {
      const { accounts, failedAccounts } = await as(clearing).enable({ resourceTypes: ["EC2", "ECR"] });
      assert.deepEqual(
        [accounts?.[0]?.status, accounts?.[0]?.resourceStatus?.ec2, accounts?.[0]?.resourceStatus?.lambda],
        ["ENABLING", "ENABLING", "DISABLED"],
      );
      assert.deepEqual(failedAccounts, []);
      assert.deepEqual(await settled(clearing), ["ENABLED", "ENABLED", "ENABLED", "DISABLED", "DISABLED"]);
      const again = await as(clearing).enable({ resourceTypes: ["EC2"] });
      assert.equal(again.accounts?.[0]?.resourceStatus?.ec2, "ENABLED");
      assert.equal((await statusOf(clearing, "us-west-2"))[0], "DISABLED");
      assert.equal((await statusOf(risk))[0], "DISABLED");

      const off = await as(clearing).disable({ resourceTypes: ["EC2"] });
      assert.deepEqual([off.accounts?.[0]?.status, off.accounts?.[0]?.resourceStatus?.ec2], ["ENABLED", "DISABLING"]);
      assert.deepEqual(await settled(clearing), ["ENABLED", "DISABLED", "ENABLED", "DISABLED", "DISABLED"]);
      await as(clearing).disable({});
      assert.equal((await settled(clearing))[0], "DISABLED");
    });

    it("of Lambda code need those of Lambda, and go with them", async () => {
      const { name, message } = error("ValidationException", /LAMBDA_CODE scanning requires LAMBDA/);
      await assert.rejects(as(risk).enable({ resourceTypes: ["LAMBDA_CODE"] }), { name, message });
      await enabled(risk, ["LAMBDA", "LAMBDA_CODE"]);
      assert.deepEqual((await statusOf(risk)).slice(3), ["ENABLED", "ENABLED"]);
      await as(risk).disable({ resourceTypes: ["LAMBDA"] });
      assert.deepEqual(await settled(risk), Array(5).fill("DISABLED"));
    });

    it("refuse the opposite of what is under way, account by account", async () => {
      await as(clearing).enable({ resourceTypes: ["ECR"] });
      const early = await as(clearing).disable({ resourceTypes: ["ECR"] });
      assert.deepEqual([early.accounts, early.failedAccounts?.[0]?.errorCode], [[], "ENABLE_IN_PROGRESS"]);
      await settled(clearing);
      await as(clearing).disable({ resourceTypes: ["ECR"] });
      const late = await as(clearing).enable({ resourceTypes: ["ECR"] });
      assert.deepEqual([late.accounts, late.failedAccounts?.[0]?.errorCode], [[], "DISABLE_IN_PROGRESS"]);
    });

    it("bring the service-linked roles, that of agentless scans with EC2 only", async () => {
      const roles = async () => {
        const iam = new IAM(sandbox.root(forensics));
        const { Roles = [] } = await iam.listRoles({ PathPrefix: "/aws-service-role/" });
        iam.destroy();
        return Roles.flatMap(({ RoleName }) => (RoleName?.includes("Inspector") ? [RoleName] : [])).sort();
      };
      await enabled(forensics, ["ECR"]);
      assert.deepEqual(await roles(), ["AWSServiceRoleForAmazonInspector2"]);
      await enabled(forensics, ["EC2"]);
      assert.deepEqual(await roles(), [
        "AWSServiceRoleForAmazonInspector2",
        "AWSServiceRoleForAmazonInspector2Agentless",
      ]);
    });

    it("of another account are out of reach", async () => {
      for (const failed of [
        await as(clearing).enable({ accountIds: [risk], resourceTypes: ["ECR"] }),
        await as(clearing).disable({ accountIds: [risk] }),
        await as(clearing).batchGetAccountStatus({ accountIds: [risk] }),
      ]) {
        assert.deepEqual(
          [failed.accounts, failed.failedAccounts?.map(({ errorCode }) => errorCode)],
          [[], ["ACCESS_DENIED"]],
        );
      }
    });
  });

  describe("delegated administration", () => {
    it("is the management account's to give, to one account, region by region", async () => {
      const give = (from: string, to: string, region = "us-east-1") =>
        as(from, region).enableDelegatedAdminAccount({ delegatedAdminAccountId: to });
      await assert.rejects(give(clearing, security), error("AccessDeniedException", /does not have access/));
      await assert.rejects(
        give(management, outsider),
        error("ValidationException", /not a member of the organization/),
      );
      await assert.rejects(as(clearing).getDelegatedAdminAccount({}), { name: "ResourceNotFoundException" });
      assert.equal((await give(management, security)).delegatedAdminAccountId, security);
      await assert.rejects(give(management, security), error("ConflictException", /already enabled/));
      for (const region of ["us-east-1", "us-west-2"]) {
        await assert.rejects(give(management, forensics, region), error("ConflictException", /222222222222/));
      }
      const { delegatedAdminAccounts } = await as(management).listDelegatedAdminAccounts({});
      assert.deepEqual(delegatedAdminAccounts, [{ accountId: security, status: "ENABLED" }]);
      const { delegatedAdmin } = await as(clearing).getDelegatedAdminAccount({});
      assert.deepEqual(delegatedAdmin, { accountId: security, relationshipStatus: "ENABLED" });
      await assert.rejects(
        as(security).listDelegatedAdminAccounts({}),
        error("ValidationException", /is the delegated admin/),
      );
      await assert.rejects(as(clearing).listDelegatedAdminAccounts({}), { name: "AccessDeniedException" });
      assert.deepEqual((await as(management, "us-west-2").listDelegatedAdminAccounts({})).delegatedAdminAccounts, []);
    });

    it("turns trusted access on, and registers with AWS Organizations until the last region is gone", async () => {
      const organizations = new Organizations(sandbox.root(management));
      const ServicePrincipal = "inspector2.amazonaws.com";
      const registered = async () => {
        const { DelegatedAdministrators } = await organizations.listDelegatedAdministrators({ ServicePrincipal });
        return DelegatedAdministrators?.map(({ Id }) => Id);
      };
      await delegated();
      await delegated("us-west-2");
      const { EnabledServicePrincipals } = await organizations.listAWSServiceAccessForOrganization({});
      assert.ok(EnabledServicePrincipals?.some((each) => each.ServicePrincipal === ServicePrincipal));
      const end = (region: string) =>
        as(management, region).disableDelegatedAdminAccount({ delegatedAdminAccountId: security });
      await end("us-east-1");
      await assert.rejects(end("us-east-1"), { name: "ResourceNotFoundException" });
      assert.deepEqual(await registered(), [security]);
      await end("us-west-2");
      assert.deepEqual(await registered(), []);

      await delegated();
      await organizations.deregisterDelegatedAdministrator({ AccountId: security, ServicePrincipal });
      await assert.rejects(as(security).listMembers({}), { name: "AccessDeniedException" });
      organizations.destroy();
    });

    it("takes the caller's own permissions, also in AWS Organizations", async () => {
      const iam = new IAM(sandbox.root(management));
      await iam.createUser({ UserName: "inspector" });
      const { AccessKey } = await iam.createAccessKey({ UserName: "inspector" });
      const permit = (...Action: string[]) =>
        iam.putUserPolicy({
          UserName: "inspector",
          PolicyName: "own",
          PolicyDocument: JSON.stringify({
            Version: "2012-10-17",
            Statement: { Effect: "Allow", Action, Resource: "*" },
          }),
        });
      const user = new Inspector2({
        ...sandbox.root(management),
        credentials: { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" },
        maxAttempts: 1,
      });
      await permit("inspector2:BatchGetAccountStatus");
      await user.batchGetAccountStatus({});
      const denial = (action: string) => error("AccessDeniedException", new RegExp(`to perform: ${action}`));
      await assert.rejects(user.enable({ resourceTypes: ["ECR"] }), denial("inspector2:Enable"));
      await permit("inspector2:*");
      const give = () => user.enableDelegatedAdminAccount({ delegatedAdminAccountId: security });
      await assert.rejects(give(), denial("organizations:EnableAWSServiceAccess"));
      await permit("inspector2:*", "organizations:*");
      await give();
      for (const client of [iam, user]) client.destroy();
    });
  });

  describe("members", () => {
    it("are associated by an enabled administrator, which then enables their scans", async () => {
      await as(management).enableDelegatedAdminAccount({ delegatedAdminAccountId: security });
      const associate = (accountId: string) => as(security).associateMember({ accountId });
      await assert.rejects(associate(clearing), error("AccessDeniedException", /not enabled/));
      await enabled(security, ["ECR"]);
      await assert.rejects(as(clearing).associateMember({ accountId: risk }), { name: "AccessDeniedException" });
      for (const accountId of [outsider, security, suspended]) {
        await assert.rejects(associate(accountId), { name: "ValidationException" });
      }
      await assert.rejects(
        as(security).getMember({ accountId: clearing }),
        error("AccessDeniedException", /Invoking account does not have access to get member account/),
      );
      await assert.rejects(as(security).getMember({ accountId: outsider }), { name: "ResourceNotFoundException" });
      await associate(clearing);
      await associated(clearing);
      await assert.rejects(associate(clearing), error("ValidationException", /already associated/));
      const { members = [] } = await as(security).listMembers({});
      assert.deepEqual(
        members.map(({ accountId, delegatedAdminAccountId }) => [accountId, delegatedAdminAccountId]),
        [[clearing, security]],
      );
      assert.ok(members[0]?.updatedAt instanceof Date);
      assert.equal((await statusOf(clearing))[0], "DISABLED");

      const { accounts, failedAccounts } = await as(security).enable({
        accountIds: [clearing, risk],
        resourceTypes: ["EC2"],
      });
      assert.deepEqual(
        [accounts?.map(({ accountId }) => accountId), failedAccounts?.map((each) => [each.accountId, each.errorCode])],
        [[clearing], [[risk, "ACCESS_DENIED"]]],
      );
      await settled(clearing);
      const seen = await as(security).batchGetAccountStatus({ accountIds: [clearing] });
      assert.equal(seen.accounts?.[0]?.resourceState?.ec2?.status, "ENABLED");
    });

    it("neither disable themselves nor let their administrator do so before they are disassociated", async () => {
      await delegated();
      await as(security).associateMember({ accountId: clearing });
      await enabled(clearing, ["ECR"]);
      const own = await as(clearing).disable({});
      assert.equal(own.failedAccounts?.[0]?.errorCode, "ACCESS_DENIED");
      const admin = await as(security).disable({ accountIds: [security] });
      assert.equal(admin.failedAccounts?.[0]?.errorCode, "DISASSOCIATE_ALL_MEMBERS");

      await as(security).disassociateMember({ accountId: clearing });
      await assert.rejects(
        as(security).disassociateMember({ accountId: clearing }),
        error("ValidationException", /is not yet associated to it/),
      );
      assert.deepEqual((await as(security).listMembers({})).members, []);
      const { members } = await as(security).listMembers({ onlyAssociated: false });
      assert.deepEqual(
        members?.map(({ relationshipStatus }) => relationshipStatus),
        ["REMOVED"],
      );
      assert.equal((await statusOf(clearing))[0], "ENABLED");
      assert.deepEqual((await as(security).disable({})).failedAccounts, []);
    });

    it("are standalone and scanned on when the administration ends", async () => {
      await delegated();
      await as(security).associateMember({ accountId: clearing });
      await enabled(clearing, ["ECR"]);
      await as(management).disableDelegatedAdminAccount({ delegatedAdminAccountId: security });
      assert.equal((await statusOf(clearing))[0], "ENABLED");
      assert.deepEqual((await as(clearing).disable({})).failedAccounts, []);
    });

    it("are accounts that join, with the scans that the organization's configuration says", async () => {
      await delegated();
      await delegated("us-west-2");
      const none = { ec2: false, ecr: false, lambda: false, lambdaCode: false, codeRepository: false };
      const { autoEnable } = await as(security).describeOrganizationConfiguration({});
      assert.deepEqual(autoEnable, none);
      const update = (account: string, wanted: Partial<typeof none>) =>
        as(account).updateOrganizationConfiguration({ autoEnable: { ec2: true, ecr: false, ...wanted } });
      await assert.rejects(update(clearing, {}), { name: "AccessDeniedException" });
      await assert.rejects(as(clearing).describeOrganizationConfiguration({}), { name: "AccessDeniedException" });
      await assert.rejects(update(security, { lambdaCode: true }), error("ValidationException", /requires LAMBDA/));
      const answer = await update(security, { lambda: true });
      assert.deepEqual(answer.autoEnable, { ...none, ec2: true, lambda: true });

      const organizations = new Organizations(sandbox.root(management));
      const { CreateAccountStatus } = await organizations.createAccount({
        AccountName: "joins",
        Email: "joins@clearing.example.com",
      });
      const { CreateAccountStatus: made } = await until(
        () => organizations.describeCreateAccountStatus({ CreateAccountRequestId: CreateAccountStatus?.Id }),
        ({ CreateAccountStatus: status }) => status?.State === "SUCCEEDED",
      );
      organizations.destroy();
      const { members = [] } = await until(
        () => as(security).listMembers({}),
        ({ members: listed }) => listed?.length === 1,
      );
      assert.deepEqual([members[0]?.accountId, members[0]?.relationshipStatus], [made?.AccountId, "ENABLED"]);
      const { accounts } = await until(
        () => as(security).batchGetAccountStatus({ accountIds: [made?.AccountId ?? ""] }),
        (found) => found.accounts?.[0]?.resourceState?.ec2?.status === "ENABLED",
      );
      const { ecr, lambda } = accounts?.[0]?.resourceState ?? {};
      assert.deepEqual([ecr?.status, lambda?.status], ["DISABLED", "ENABLED"]);
      assert.deepEqual((await as(security, "us-west-2").listMembers({})).members, []);
      assert.equal((await statusOf(clearing))[0], "DISABLED");
    });
  });

  describe("a CIS scan configuration", () => {
    const wanted = {
      scanName: "weekly",
      securityLevel: "LEVEL_1" as const,
      schedule: {
        weekly: { startTime: { timeOfDay: "03:00", timezone: "Europe/Zurich" }, days: ["SUN" as const] },
      },
      targets: { accountIds: ["SELF"], targetResourceTags: { cis: ["yes"] } },
    };

    it("is the account's own, is changed in part, has tags, and is gone when deleted", async () => {
      const tags = { team: "risk" };
      const { scanConfigurationArn: arn = "" } = await as(risk).createCisScanConfiguration({ ...wanted, tags });
      assert.match(
        arn,
        new RegExp(`^arn:aws:inspector2:us-east-1:${risk}:owner/${risk}/cis-configuration/[0-9a-f-]{36}$`),
      );
      await as(risk).updateCisScanConfiguration({ scanConfigurationArn: arn, securityLevel: "LEVEL_2" });
      const { scanConfigurations } = await as(risk).listCisScanConfigurations({});
      assert.deepEqual(scanConfigurations, [
        {
          ...wanted,
          securityLevel: "LEVEL_2",
          targets: { ...wanted.targets, accountIds: [risk] },
          tags,
          scanConfigurationArn: arn,
          ownerId: risk,
        },
      ]);
      await as(risk).tagResource({ resourceArn: arn, tags: { a: "b" } });
      await as(risk).untagResource({ resourceArn: arn, tagKeys: ["team"] });
      assert.deepEqual((await as(risk).listTagsForResource({ resourceArn: arn })).tags, { a: "b" });
      await assert.rejects(as(risk).tagResource({ resourceArn: arn, tags: { "aws:a": "b" } }), {
        name: "BadRequestException",
      });

      for (const other of [as(clearing), as(risk, "us-west-2")]) {
        assert.deepEqual((await other.listCisScanConfigurations({})).scanConfigurations, []);
        await assert.rejects(other.listTagsForResource({ resourceArn: arn }), { name: "ResourceNotFoundException" });
        await assert.rejects(other.deleteCisScanConfiguration({ scanConfigurationArn: arn }), {
          name: "ResourceNotFoundException",
        });
      }
      await as(risk).deleteCisScanConfiguration({ scanConfigurationArn: arn });
      await assert.rejects(as(risk).updateCisScanConfiguration({ scanConfigurationArn: arn, scanName: "x" }), {
        name: "ResourceNotFoundException",
      });
    });

    it("of the administrator belongs to the organization and reaches its members", async () => {
      await delegated();
      await as(security).associateMember({ accountId: clearing });
      const { scanConfigurationArn: arn = "" } = await as(security).createCisScanConfiguration({
        ...wanted,
        targets: { ...wanted.targets, accountIds: [clearing] },
      });
      assert.match(arn, /:owner\/o-[a-z0-9]+\/cis-configuration\//);
      const create = (account: string, accountIds: string[]) =>
        as(account).createCisScanConfiguration({ ...wanted, targets: { ...wanted.targets, accountIds } });
      await assert.rejects(create(security, [risk]), { name: "ValidationException" });
      await assert.rejects(create(clearing, ["ALL_ACCOUNTS"]), { name: "ValidationException" });
      const { scanConfigurationArn: second } = await create(security, ["ALL_ACCOUNTS"]);
      const { scanConfigurations = [] } = await as(security).listCisScanConfigurations({});
      assert.deepEqual(scanConfigurations.map(({ targets }) => targets?.accountIds?.length).sort(), [1, 2]);
      for (const scanConfigurationArn of [arn, second]) {
        await as(security).deleteCisScanConfiguration({ scanConfigurationArn });
      }
    });

    it("is refused with a schedule that is none, and found by name, in order, page by page", async () => {
      const create = (scanName: string, more: object = {}) =>
        as(clearing).createCisScanConfiguration({ ...wanted, scanName, ...more });
      await assert.rejects(create("none", { schedule: {} }), { name: "ValidationException" });
      const daily = { startTime: { timeOfDay: "03:00", timezone: "Mars/Olympus" } };
      await assert.rejects(create("zone", { schedule: { daily } }), error("ValidationException", /Mars/));
      for (const name of ["b", "a", "other"]) await create(name, { schedule: { oneTime: {} } });
      const names = async (input: Parameters<Inspector2["listCisScanConfigurations"]>[0]) => {
        const { scanConfigurations, nextToken } = await as(clearing).listCisScanConfigurations(input);
        return { names: scanConfigurations?.map(({ scanName }) => scanName), nextToken };
      };
      const first = await names({ maxResults: 2 });
      assert.deepEqual(first.names, ["a", "b"]);
      assert.deepEqual((await names({ maxResults: 2, nextToken: first.nextToken })).names, ["other"]);
      assert.deepEqual((await names({ sortOrder: "DESC" })).names, ["other", "b", "a"]);
      const prefix = { scanNameFilters: [{ comparison: "PREFIX" as const, value: "oth" }] };
      assert.deepEqual((await names({ filterCriteria: prefix })).names, ["other"]);
      const { scanConfigurations = [] } = await as(clearing).listCisScanConfigurations({});
      for (const { scanConfigurationArn } of scanConfigurations) {
        await as(clearing).deleteCisScanConfiguration({ scanConfigurationArn });
      }
    });
  });
});
