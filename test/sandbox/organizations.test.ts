import assert from "node:assert/strict";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CloseAccountCommand,
  ConstraintViolationException,
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  DeleteOrganizationalUnitCommand,
  DeregisterDelegatedAdministratorCommand,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  DescribeOrganizationalUnitCommand,
  DescribeOrganizationCommand,
  DisableAWSServiceAccessCommand,
  EnableAWSServiceAccessCommand,
  InvalidInputException,
  LeaveOrganizationCommand,
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
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { SAMPLE } from "../../sandbox/organization/accounts.ts";
import { type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

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
  const violates = (call: Promise<unknown>, reason: string) =>
    assert.rejects(call, (error) => {
      assert.ok(error instanceof ConstraintViolationException || error instanceof InvalidInputException, String(error));
      assert.equal(error.Reason, reason);
      return true;
    });
  const create = async (name: string, email: string) => {
    const { CreateAccountStatus: asked } = await management.send(
      new CreateAccountCommand({ AccountName: name, Email: email }),
    );
    assert.equal(asked?.State, "IN_PROGRESS");
    assert.equal(asked.AccountId, undefined);
    const { CreateAccountStatus: ended } = await until(
      () => management.send(new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: asked.Id })),
      ({ CreateAccountStatus: status }) => status?.State !== "IN_PROGRESS",
    );
    return ended;
  };

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

  describe("creating an account", () => {
    it("takes a while, then there is a member whose role the management account assumes and nobody else", async () => {
      const status = await create("netting-dev", "aws+netting-dev@clearing.example.com");
      assert.equal(status?.State, "SUCCEEDED");
      const accountId = status.AccountId ?? "";
      assert.match(accountId, /^[1-9]\d{11}$/);
      const { Account: account } = await management.send(new DescribeAccountCommand({ AccountId: accountId }));
      assert.equal(account?.State, "ACTIVE");
      assert.deepEqual(account.Paths, [`o-bulwark0demo/r-bulw/${accountId}/`]);

      const access = await assume(sandbox, MANAGEMENT, accountId, "OrganizationAccountAccessRole");
      const identity = await new STSClient(access).send(new GetCallerIdentityCommand());
      assert.equal(identity.Arn, `arn:aws:sts::${accountId}:assumed-role/OrganizationAccountAccessRole/test`);
      await new IAMClient(access).send(
        new CreateRoleCommand({
          RoleName: "ByAdministrator",
          AssumeRolePolicyDocument: policy({ Principal: { AWS: accountId }, Action: "sts:AssumeRole" }),
        }),
      );
      for (const other of [SECURITY, STRANGER]) {
        await refuses(assume(sandbox, other, accountId, "OrganizationAccountAccessRole"), "AccessDenied");
      }
      // The default trust has sts:AssumeRole alone, so a source identity cannot be set through it.
      await refuses(
        new STSClient(sandbox.root(MANAGEMENT)).send(
          new AssumeRoleCommand({
            RoleArn: `arn:aws:iam::${accountId}:role/OrganizationAccountAccessRole`,
            RoleSessionName: "test",
            SourceIdentity: "op-1",
          }),
        ),
        "AccessDenied",
      );
    });

    it("fails for an e-mail address that an account has, in the organization or outside", async () => {
      for (const email of ["aws+clearing-prod@clearing.example.com", "IT@acquired.example.com"]) {
        const status = await create("again", email);
        assert.equal(status?.State, "FAILED");
        assert.equal(status.FailureReason, "EMAIL_ALREADY_EXISTS");
        assert.equal(status.AccountId, undefined);
      }
    });

    it("is for the management account, and validated by the model", async () => {
      const input = { AccountName: "x", Email: "x@clearing.example.com" };
      await refuses(as(SECURITY).send(new CreateAccountCommand(input)), "AccessDeniedException");
      await refuses(
        management.send(new CreateAccountCommand({ ...input, Email: "no address" })),
        "InvalidInputException",
      );
      await refuses(
        management.send(new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: "car-00000000" })),
        "CreateAccountStatusNotFoundException",
      );
    });

    it("tells the management account's event bus in us-east-1 how it ended", async () => {
      const received = await eventQueue(sandbox, MANAGEMENT);
      const status = await create("hedging-dev", "aws+hedging-dev@clearing.example.com");
      const failed = await create("again", "aws+hedging-dev@clearing.example.com");
      const events = await until(received, (messages) => messages.length >= 3);
      const results = events.filter(({ detail }) => detail.eventName === "CreateAccountResult");
      assert.deepEqual(
        results.map(({ source, account, region }) => [source, account, region]),
        results.map(() => ["aws.organizations", MANAGEMENT, "us-east-1"]),
      );
      for (const { detail } of results) {
        assert.equal(detail.eventSource, "organizations.amazonaws.com");
        assert.equal(detail.eventType, "AwsServiceEvent");
      }
      const timestamp = /^[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M$/;
      const statuses = results.map(({ detail }) => detail.serviceEventDetails.createAccountStatus);
      const success = statuses.find((details) => details?.state === "SUCCEEDED");
      const failure = statuses.find((details) => details?.state === "FAILED");
      const { requestedTimestamp, completedTimestamp, ...succeeded } = success ?? {};
      assert.match(requestedTimestamp ?? "", timestamp);
      assert.match(completedTimestamp ?? "", timestamp);
      assert.deepEqual(succeeded, {
        id: status?.Id,
        state: "SUCCEEDED",
        accountName: "****",
        accountId: status?.AccountId,
      });
      assert.equal(failure?.id, failed?.Id);
      assert.equal(failure?.failureReason, "EMAIL_ALREADY_EXISTS");
      assert.equal(failure?.accountId, undefined);
    });
  });

  describe("ending an account's membership", () => {
    it("closes an account: pending at first, then closed with its keys refused", async () => {
      const AccountId = "100000000016";
      await violates(
        management.send(new CloseAccountCommand({ AccountId: MANAGEMENT })),
        "CANNOT_CLOSE_MANAGEMENT_ACCOUNT",
      );
      await management.send(new CloseAccountCommand({ AccountId }));
      const { Account: closing } = await management.send(new DescribeAccountCommand({ AccountId }));
      assert.deepEqual([closing?.State, closing?.Status], ["PENDING_CLOSURE", "PENDING_CLOSURE"]);
      await refuses(management.send(new CloseAccountCommand({ AccountId })), "ConflictException");
      await refuses(
        management.send(
          new MoveAccountCommand({ AccountId, SourceParentId: DEV, DestinationParentId: "ou-bulw-suspend01" }),
        ),
        "ConcurrentModificationException",
      );
      const { Account: closed } = await until(
        () => management.send(new DescribeAccountCommand({ AccountId })),
        ({ Account: account }) => account?.State === "CLOSED",
      );
      assert.equal(closed?.Status, "SUSPENDED");
      await refuses(management.send(new CloseAccountCommand({ AccountId })), "AccountAlreadyClosedException");
      await assert.rejects(new STSClient(sandbox.root(AccountId)).send(new GetCallerIdentityCommand()));
    });

    it("removes an account, which is a stranger then", async () => {
      const AccountId = "100000000012";
      await refuses(
        management.send(new RemoveAccountFromOrganizationCommand({ AccountId: MANAGEMENT })),
        "MasterCannotLeaveOrganizationException",
      );
      await management.send(new RemoveAccountFromOrganizationCommand({ AccountId }));
      await refuses(management.send(new DescribeAccountCommand({ AccountId })), "AccountNotFoundException");
      await refuses(as(AccountId).send(new DescribeOrganizationCommand()), "AWSOrganizationsNotInUseException");
    });

    it("lets a member leave, but none that was created less than four days ago", async () => {
      await as("100000000010").send(new LeaveOrganizationCommand());
      await refuses(as("100000000010").send(new LeaveOrganizationCommand()), "AWSOrganizationsNotInUseException");
      const status = await create("short-lived", "aws+short-lived@clearing.example.com");
      await violates(
        management.send(new RemoveAccountFromOrganizationCommand({ AccountId: status?.AccountId })),
        "WAIT_PERIOD_ACTIVE",
      );
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

/** SDK settings of a session `test` of a role, assumed as the root of `from`. */
async function assume(sandbox: RunningSandbox, from: string, accountId: string, role: string) {
  const sts = new STSClient(sandbox.root(from));
  const { Credentials: keys } = await sts.send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${accountId}:role/${role}`, RoleSessionName: "test" }),
  );
  return {
    ...sandbox.root(accountId),
    credentials: {
      accessKeyId: keys?.AccessKeyId ?? "",
      secretAccessKey: keys?.SecretAccessKey ?? "",
      sessionToken: keys?.SessionToken ?? "",
    },
  };
}

interface OrganizationsEvent {
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly detail: {
    readonly eventName: string;
    readonly eventSource: string;
    readonly eventType: string;
    readonly serviceEventDetails: { readonly createAccountStatus?: Record<string, string> };
  };
}

/** A queue that gets the account's Organizations events; the function gives all that came so far. */
async function eventQueue(sandbox: RunningSandbox, accountId: string): Promise<() => Promise<OrganizationsEvent[]>> {
  const sqs = new SQSClient(sandbox.root(accountId));
  const events = new EventBridgeClient(sandbox.root(accountId));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "organizations-events" }));
  const { Attributes: attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  await events.send(
    new PutRuleCommand({
      Name: "organizations-events",
      EventPattern: JSON.stringify({
        source: ["aws.organizations"],
        "detail-type": ["AWS Service Event via CloudTrail"],
      }),
    }),
  );
  await events.send(
    new PutTargetsCommand({ Rule: "organizations-events", Targets: [{ Id: "queue", Arn: attributes?.QueueArn }] }),
  );
  const received: OrganizationsEvent[] = [];
  return async () => {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
    );
    received.push(...messages.map(({ Body }) => JSON.parse(Body ?? "{}")));
    return received;
  };
}
