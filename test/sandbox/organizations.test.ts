import assert from "node:assert/strict";

import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateOrganizationalUnitCommand,
  DeleteOrganizationalUnitCommand,
  DeregisterDelegatedAdministratorCommand,
  DescribeAccountCommand,
  DescribeOrganizationalUnitCommand,
  DescribeOrganizationCommand,
  DisableAWSServiceAccessCommand,
  EnableAWSServiceAccessCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListAWSServiceAccessForOrganizationCommand,
  ListChildrenCommand,
  ListDelegatedAdministratorsCommand,
  ListDelegatedServicesForAccountCommand,
  ListOrganizationalUnitsForParentCommand,
  ListParentsCommand,
  ListRootsCommand,
  ListTagsForResourceCommand,
  MoveAccountCommand,
  OrganizationsClient,
  paginateListAccounts,
  RegisterDelegatedAdministratorCommand,
  RemoveAccountFromOrganizationCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-organizations";

import { SAMPLE } from "../../sandbox/organization/accounts.ts";
import { violates } from "./organizations-reason.ts";
import { assume, type RunningSandbox, runSandbox } from "./running-sandbox.ts";

const MANAGEMENT = "111111111111";
const SECURITY = "222222222222";
const STRANGER = "555555555555";
const PROD = "ou-bulw-prod00001";
const DEV = "ou-bulw-dev000001";

describe("AWS Organizations in the sandbox", () => {
  let sandbox: RunningSandbox;
  let management: OrganizationsClient;
  const as = (accountId: string) => new OrganizationsClient(sandbox.root(accountId));
  const refuses = (call: Promise<unknown>, name: string) => assert.rejects(call, { name });

  before(async () => {
    sandbox = await runSandbox();
    management = as(MANAGEMENT);
  });
  after(() => sandbox.close());

  describe("reading", () => {
    it("describes the organization to every account in it, and to no stranger", async () => {
      for (const account of [MANAGEMENT, "100000000001"]) {
        const { Organization: organization } = await as(account).send(new DescribeOrganizationCommand());
        assert.equal(organization?.Id, "o-bulwark0demo");
        assert.equal(organization.FeatureSet, "ALL");
        assert.equal(organization.MasterAccountId, MANAGEMENT);
        assert.equal(
          organization.MasterAccountArn,
          `arn:aws:organizations::${MANAGEMENT}:account/o-bulwark0demo/${MANAGEMENT}`,
        );
      }
      await refuses(as(STRANGER).send(new DescribeOrganizationCommand()), "AWSOrganizationsNotInUseException");
    });

    it("lists the accounts page by page to the management account, not to a member", async () => {
      const first = await management.send(new ListAccountsCommand());
      assert.equal(first.Accounts?.length, 20);
      assert.ok(first.NextToken);
      const ids: (string | undefined)[] = [];
      for await (const page of paginateListAccounts({ client: management, pageSize: 7 }, {})) {
        ids.push(...(page.Accounts ?? []).map(({ Id }) => Id));
      }
      const members = SAMPLE.accounts.filter(({ parentId }) => parentId !== undefined).map(({ id }) => id);
      assert.deepEqual(ids.toSorted(), members.toSorted());
      await refuses(as("100000000001").send(new ListAccountsCommand()), "AccessDeniedException");
      await refuses(as(STRANGER).send(new ListAccountsCommand()), "AWSOrganizationsNotInUseException");
      await violates(management.send(new ListAccountsCommand({ NextToken: "not one of ours" })), "INVALID_NEXT_TOKEN");
    });

    it("tells an account's state, its old status, and its path", async () => {
      const { Account: account } = await management.send(new DescribeAccountCommand({ AccountId: "100000000099" }));
      assert.equal(account?.State, "SUSPENDED");
      assert.equal(account.Status, "SUSPENDED");
      assert.deepEqual(account.Paths, ["o-bulwark0demo/r-bulw/ou-bulw-suspend01/100000000099/"]);
      assert.equal(account.JoinedMethod, "CREATED");
      await refuses(management.send(new DescribeAccountCommand({ AccountId: STRANGER })), "AccountNotFoundException");
    });

    it("walks the tree down and up", async () => {
      const { Roots: roots } = await management.send(new ListRootsCommand());
      assert.equal(roots?.[0]?.Id, "r-bulw");
      const { OrganizationalUnits: units } = await management.send(
        new ListOrganizationalUnitsForParentCommand({ ParentId: "r-bulw" }),
      );
      assert.deepEqual(
        units?.map(({ Name }) => Name),
        ["Infrastructure", "Prod", "Stage", "Dev", "Suspended"],
      );
      const { Accounts: accounts } = await management.send(new ListAccountsForParentCommand({ ParentId: PROD }));
      assert.equal(accounts?.length, 8);
      const { Children: children } = await management.send(
        new ListChildrenCommand({ ParentId: "r-bulw", ChildType: "ACCOUNT" }),
      );
      assert.deepEqual(children, [{ Id: MANAGEMENT, Type: "ACCOUNT" }]);
      const { Parents: parents } = await management.send(new ListParentsCommand({ ChildId: "100000000001" }));
      assert.deepEqual(parents, [{ Id: PROD, Type: "ORGANIZATIONAL_UNIT" }]);
      const { Parents: above } = await management.send(new ListParentsCommand({ ChildId: PROD }));
      assert.deepEqual(above, [{ Id: "r-bulw", Type: "ROOT" }]);
      await refuses(
        management.send(new ListAccountsForParentCommand({ ParentId: "ou-bulw-nowhere01" })),
        "ParentNotFoundException",
      );
      await refuses(management.send(new ListParentsCommand({ ChildId: STRANGER })), "ChildNotFoundException");
    });

    it("lets IAM grant a call on one account alone", async () => {
      const iam = new IAMClient(sandbox.root(MANAGEMENT));
      const arn = `arn:aws:organizations::${MANAGEMENT}:account/o-bulwark0demo/100000000001`;
      await iam.send(
        new CreateRoleCommand({
          RoleName: "OneAccountReader",
          AssumeRolePolicyDocument: policy({ Principal: { AWS: MANAGEMENT }, Action: "sts:AssumeRole" }),
        }),
      );
      await iam.send(
        new PutRolePolicyCommand({
          RoleName: "OneAccountReader",
          PolicyName: "read",
          PolicyDocument: policy({ Action: "organizations:DescribeAccount", Resource: arn }),
        }),
      );
      const reader = new OrganizationsClient(await assume(sandbox, MANAGEMENT, MANAGEMENT, "OneAccountReader"));
      const { Account: account } = await reader.send(new DescribeAccountCommand({ AccountId: "100000000001" }));
      assert.equal(account?.Name, "clearing-prod");
      await refuses(reader.send(new DescribeAccountCommand({ AccountId: "100000000002" })), "AccessDeniedException");
      await refuses(reader.send(new ListRootsCommand()), "AccessDeniedException");
    });
  });

  describe("organizational units", () => {
    it("creates, nests up to five levels and deletes them when they are empty", async () => {
      const made: string[] = [];
      for (let parent = "r-bulw"; made.length < 5; ) {
        const { OrganizationalUnit: unit } = await management.send(
          new CreateOrganizationalUnitCommand({ ParentId: parent, Name: "Level" }),
        );
        assert.match(unit?.Id ?? "", /^ou-bulw-[a-z0-9]{8}$/);
        parent = unit?.Id ?? "";
        made.push(parent);
      }
      const deepest = await management.send(
        new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: made.at(-1) }),
      );
      assert.equal(deepest.OrganizationalUnit?.Path, `o-bulwark0demo/r-bulw/${made.join("/")}/`);
      await violates(
        management.send(new CreateOrganizationalUnitCommand({ ParentId: made.at(-1), Name: "Level" })),
        "OU_DEPTH_LIMIT_EXCEEDED",
      );
      await refuses(
        management.send(new CreateOrganizationalUnitCommand({ ParentId: "r-bulw", Name: "Level" })),
        "DuplicateOrganizationalUnitException",
      );
      await refuses(
        management.send(new DeleteOrganizationalUnitCommand({ OrganizationalUnitId: made[0] })),
        "OrganizationalUnitNotEmptyException",
      );
      for (const id of made.toReversed()) {
        await management.send(new DeleteOrganizationalUnitCommand({ OrganizationalUnitId: id }));
      }
      await refuses(
        management.send(new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: made[0] })),
        "OrganizationalUnitNotFoundException",
      );
    });

    it("moves an account", async () => {
      const move = (SourceParentId: string, DestinationParentId: string) =>
        management.send(new MoveAccountCommand({ AccountId: "100000000013", SourceParentId, DestinationParentId }));
      await refuses(move(PROD, DEV), "SourceParentNotFoundException");
      await refuses(move(DEV, "ou-bulw-nowhere01"), "DestinationParentNotFoundException");
      await refuses(move(DEV, DEV), "DuplicateAccountException");
      await move(DEV, PROD);
      const { Parents: parents } = await management.send(new ListParentsCommand({ ChildId: "100000000013" }));
      assert.equal(parents?.[0]?.Id, PROD);
      await move(PROD, DEV);
    });
  });

  describe("trusted access and delegated administrators", () => {
    const ServicePrincipal = "config.amazonaws.com";
    const enable = (principal: string) =>
      management.send(new EnableAWSServiceAccessCommand({ ServicePrincipal: principal }));
    const register = (AccountId: string, principal = ServicePrincipal) =>
      management.send(new RegisterDelegatedAdministratorCommand({ AccountId, ServicePrincipal: principal }));

    it("enables a service that exists, once", async () => {
      await violates(enable("nonsense.amazonaws.com"), "UNRECOGNIZED_SERVICE_PRINCIPAL");
      await refuses(
        as(SECURITY).send(new EnableAWSServiceAccessCommand({ ServicePrincipal })),
        "AccessDeniedException",
      );
      await violates(register(SECURITY), "SERVICE_ACCESS_NOT_ENABLED");
      await enable(ServicePrincipal);
      await enable(ServicePrincipal);
      const { EnabledServicePrincipals: enabled } = await management.send(
        new ListAWSServiceAccessForOrganizationCommand(),
      );
      assert.deepEqual(
        enabled?.map((service) => service.ServicePrincipal),
        [ServicePrincipal],
      );
      assert.ok(enabled?.[0]?.DateEnabled instanceof Date);
    });

    it("registers members only, each once, and as many as the service allows", async () => {
      await violates(register(MANAGEMENT), "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR");
      await violates(register("100000000099"), "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR");
      await refuses(register(STRANGER), "AccountNotFoundException");
      await register(SECURITY);
      await refuses(register(SECURITY), "AccountAlreadyRegisteredException");
      await enable("access-analyzer.amazonaws.com");
      await register(SECURITY, "access-analyzer.amazonaws.com");
      await violates(
        register("444444444444", "access-analyzer.amazonaws.com"),
        "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE",
      );
    });

    it("lets a delegated administrator read the organization and change nothing of it", async () => {
      const security = as(SECURITY);
      const { Accounts: accounts } = await security.send(new ListAccountsCommand());
      assert.ok((accounts?.length ?? 0) > 10);
      const { DelegatedAdministrators: administrators } = await security.send(new ListDelegatedAdministratorsCommand());
      assert.deepEqual(
        administrators?.map(({ Id, State }) => [Id, State]),
        [[SECURITY, "ACTIVE"]],
      );
      const { DelegatedServices: services } = await security.send(
        new ListDelegatedServicesForAccountCommand({ AccountId: SECURITY }),
      );
      assert.deepEqual(
        services?.map((service) => service.ServicePrincipal),
        [ServicePrincipal, "access-analyzer.amazonaws.com"],
      );
      await refuses(
        security.send(new RegisterDelegatedAdministratorCommand({ AccountId: "444444444444", ServicePrincipal })),
        "AccessDeniedException",
      );
    });

    it("ends delegation first, then trusted access", async () => {
      await violates(
        management.send(new DisableAWSServiceAccessCommand({ ServicePrincipal })),
        "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE",
      );
      await violates(
        management.send(new RemoveAccountFromOrganizationCommand({ AccountId: SECURITY })),
        "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
      );
      const deregister = () =>
        management.send(new DeregisterDelegatedAdministratorCommand({ AccountId: SECURITY, ServicePrincipal }));
      await deregister();
      await refuses(deregister(), "AccountNotRegisteredException");
      await refuses(
        management.send(new ListDelegatedServicesForAccountCommand({ AccountId: "100000000001" })),
        "AccountNotRegisteredException",
      );
      await management.send(new DisableAWSServiceAccessCommand({ ServicePrincipal }));
      const { DelegatedAdministrators: left } = await management.send(
        new ListDelegatedAdministratorsCommand({ ServicePrincipal }),
      );
      assert.deepEqual(left, []);
    });
  });

  it("tags accounts, units and the root", async () => {
    for (const ResourceId of ["100000000001", PROD, "r-bulw"]) {
      await management.send(
        new TagResourceCommand({
          ResourceId,
          Tags: [
            { Key: "owner", Value: "clearing" },
            { Key: "tier", Value: "1" },
          ],
        }),
      );
      await management.send(new UntagResourceCommand({ ResourceId, TagKeys: ["tier"] }));
      const { Tags: tags } = await management.send(new ListTagsForResourceCommand({ ResourceId }));
      assert.deepEqual(tags, [{ Key: "owner", Value: "clearing" }]);
    }
    const tag = (ResourceId: string, Key: string) =>
      management.send(new TagResourceCommand({ ResourceId, Tags: [{ Key, Value: "x" }] }));
    await refuses(tag(STRANGER, "owner"), "TargetNotFoundException");
    await violates(tag(PROD, "aws:owner"), "INVALID_SYSTEM_TAGS_PARAMETER");
  });
});

function policy(statement: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
}
