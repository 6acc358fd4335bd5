import assert from "node:assert/strict";
import {
  CreateAccountCommand,
  DescribeAccountCommand,
  ListCreateAccountStatusCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { createOrganizationsClient, type Organizations } from "../../stacks/aws/organizations.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";

const MANAGEMENT = "111111111111";

describe("creating an account while a request for the same name is under way", () => {
  let sandbox: RunningSandbox;
  let aws: OrganizationsClient;
  let organizations: Organizations;
  before(async () => {
    sandbox = await runSandbox();
    const root = sandbox.root(MANAGEMENT);
    aws = new OrganizationsClient(root);
    const { credentials } = root;
    organizations = createOrganizationsClient({
      ...{ managementAccountId: MANAGEMENT, region: "us-east-1", endpoint: sandbox.url, pollMs: 50 },
      credentials: async () => credentials,
      accessRoleName: "OrganizationAccountAccessRole",
    });
  });
  after(() => sandbox?.close());

  const request = (AccountName: string, Email: string) =>
    aws.send(new CreateAccountCommand({ AccountName, Email, RoleName: "OrganizationAccountAccessRole" }));
  const emailOf = async (AccountId: string) =>
    (await aws.send(new DescribeAccountCommand({ AccountId }))).Account?.Email;
  const requestsFor = async (name: string) =>
    (await aws.send(new ListCreateAccountStatusCommand({}))).CreateAccountStatuses?.filter(
      ({ AccountName }) => AccountName === name,
    ).length;

  it("takes its account when that has the e-mail address: it was asked for before a crash", async () => {
    const stored: string[] = [];
    await request("ledger", "aws+ledger@clearing.example.com");
    const accountId = await organizations.createAccount({
      ...{ name: "ledger", email: "AWS+ledger@clearing.example.com" },
      onRequested: async (id) => void stored.push(id),
    });
    assert.equal(await emailOf(accountId), "aws+ledger@clearing.example.com");
    assert.equal(await requestsFor("ledger"), 1);
    assert.deepEqual(stored, [], "whose request it was is not sure before its end");
  });

  it("makes its own when the other has another address", async () => {
    await request("netting", "aws+netting-a@clearing.example.com");
    const stored: string[] = [];
    const accountId = await organizations.createAccount({
      ...{ name: "netting", email: "aws+netting-b@clearing.example.com" },
      onRequested: async (id) => void stored.push(id),
    });
    assert.equal(await emailOf(accountId), "aws+netting-b@clearing.example.com");
    assert.equal(await requestsFor("netting"), 2);
    assert.equal(stored.length, 1);
  });

  it("makes its own when the other fails", async () => {
    await request("hedging", "aws+clearing-prod@clearing.example.com");
    const accountId = await organizations.createAccount({ name: "hedging", email: "aws+hedging@clearing.example.com" });
    assert.equal(await emailOf(accountId), "aws+hedging@clearing.example.com");
  });

  it("fails with AWS's reason when its own does", async () => {
    await assert.rejects(organizations.createAccount({ name: "again", email: "IT@acquired.example.com" }), {
      name: "AccountCreationError",
      reason: "EMAIL_ALREADY_EXISTS",
    });
  });
});
