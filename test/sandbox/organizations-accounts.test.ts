import assert from "node:assert/strict";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CloseAccountCommand,
  CreateAccountCommand,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  DescribeOrganizationCommand,
  LeaveOrganizationCommand,
  MoveAccountCommand,
  OrganizationsClient,
  RemoveAccountFromOrganizationCommand,
} from "@aws-sdk/client-organizations";
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

import { violates } from "./organizations-reason.ts";
import { assume, type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const MANAGEMENT = "111111111111";
const SECURITY = "222222222222";
const STRANGER = "555555555555";
const DEV = "ou-bulw-dev000001";

describe("accounts of AWS Organizations in the sandbox", () => {
  let sandbox: RunningSandbox;
  let management: OrganizationsClient;
  const as = (accountId: string) => new OrganizationsClient(sandbox.root(accountId));
  const refuses = (call: Promise<unknown>, name: string) => assert.rejects(call, { name });
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
});

function policy(statement: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
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
