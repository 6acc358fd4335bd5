import assert from "node:assert/strict";
import {
  AccountClient,
  DeleteAlternateContactCommand,
  DisableRegionCommand,
  EnableRegionCommand,
  GetAlternateContactCommand,
  GetContactInformationCommand,
  GetRegionOptStatusCommand,
  ListRegionsCommand,
  PutAlternateContactCommand,
  paginateListRegions,
} from "@aws-sdk/client-account";
import {
  EnableAWSServiceAccessCommand,
  OrganizationsClient,
  RegisterDelegatedAdministratorCommand,
} from "@aws-sdk/client-organizations";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const MANAGEMENT = "111111111111";
const SECURITY = "222222222222";
const MEMBER = "100000000001";

describe("AWS Account Management in the sandbox", () => {
  let sandbox: RunningSandbox;
  const as = (accountId: string) => new AccountClient(sandbox.root(accountId));
  const denied = (call: Promise<unknown>, why: RegExp) =>
    assert.rejects(call, (error: Error) => {
      assert.equal(error.name, "AccessDeniedException");
      assert.match(error.message, why);
      return true;
    });
  const enabled = async (client: AccountClient, input = {}) => {
    const regions: (string | undefined)[] = [];
    for await (const page of paginateListRegions(
      { client, pageSize: 5 },
      { ...input, RegionOptStatusContains: ["ENABLED", "ENABLED_BY_DEFAULT"] },
    )) {
      regions.push(...(page.Regions ?? []).map(({ RegionName }) => RegionName));
    }
    return regions;
  };

  before(async () => {
    sandbox = await runSandbox();
  });
  after(() => sandbox.close());

  it("tells an account its regions, of which the opt-in ones differ by account", async () => {
    const usual = await enabled(as(MEMBER));
    assert.equal(usual.length, 17);
    assert.ok(usual.includes("us-east-1") && usual.includes("us-west-2") && !usual.includes("ap-southeast-3"));
    assert.deepEqual(
      (await enabled(as("100000000003"))).filter((region) => !usual.includes(region)),
      ["ap-southeast-3"],
    );
    const status = async (account: string, RegionName: string) =>
      (await as(account).send(new GetRegionOptStatusCommand({ RegionName }))).RegionOptStatus;
    assert.equal(await status(MEMBER, "us-west-2"), "ENABLED_BY_DEFAULT");
    assert.equal(await status(MEMBER, "ap-southeast-3"), "DISABLED");
    assert.equal(await status("100000000003", "ap-southeast-3"), "ENABLED");
    await assert.rejects(status(MEMBER, "mars-north-1"), { name: "ValidationException" });
  });

  it("tells other accounts' regions only to the organization, and after trusted access", async () => {
    const ask = (caller: string, AccountId: string) => as(caller).send(new ListRegionsCommand({ AccountId }));
    await denied(ask(MANAGEMENT, MEMBER), /must first enable trusted access with AWS Account Management/);
    const organizations = new OrganizationsClient(sandbox.root(MANAGEMENT));
    const ServicePrincipal = "account.amazonaws.com";
    await organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal }));
    assert.equal((await enabled(as(MANAGEMENT), { AccountId: "100000000007" })).length, 18);
    await denied(ask(MANAGEMENT, MANAGEMENT), /standalone context/);
    await denied(ask(MANAGEMENT, "555555555555"), /not a member account/);
    await denied(ask("555555555555", MEMBER), /not a member of an organization/);
    await denied(ask(SECURITY, MEMBER), /delegated administrator/);
    await organizations.send(new RegisterDelegatedAdministratorCommand({ AccountId: SECURITY, ServicePrincipal }));
    assert.ok(((await ask(SECURITY, MEMBER)).Regions?.length ?? 0) > 30);
  });

  it("enables a region after a while, which the account can use from then on, and disables it", async () => {
    const account = "100000000008";
    const RegionName = "eu-south-1";
    const client = as(account);
    const status = () => client.send(new GetRegionOptStatusCommand({ RegionName }));
    const use = () => new SQSClient(sandbox.root(account, RegionName)).send(new ListQueuesCommand());
    await assert.rejects(use());
    await client.send(new EnableRegionCommand({ RegionName }));
    assert.equal((await status()).RegionOptStatus, "ENABLING");
    await assert.rejects(client.send(new DisableRegionCommand({ RegionName })), { name: "ConflictException" });
    await until(status, ({ RegionOptStatus }) => RegionOptStatus === "ENABLED");
    await use();
    await client.send(new DisableRegionCommand({ RegionName }));
    assert.equal((await status()).RegionOptStatus, "DISABLING");
    await assert.rejects(use());
    await until(status, ({ RegionOptStatus }) => RegionOptStatus === "DISABLED");
    await assert.rejects(client.send(new DisableRegionCommand({ RegionName: "us-west-2" })), {
      name: "ValidationException",
    });
  });

  it("keeps contacts per account", async () => {
    const contact = {
      AlternateContactType: "SECURITY",
      Name: "Security Operations",
      Title: "SOC",
      EmailAddress: "soc@clearing.example.com",
      PhoneNumber: "+1 555 0101",
    } as const;
    const ask = (account: string) =>
      as(account).send(new GetAlternateContactCommand({ AlternateContactType: "SECURITY" }));
    await assert.rejects(ask(MEMBER), { name: "ResourceNotFoundException" });
    await as(MEMBER).send(new PutAlternateContactCommand(contact));
    assert.deepEqual((await ask(MEMBER)).AlternateContact, contact);
    await assert.rejects(ask("100000000002"), { name: "ResourceNotFoundException" });
    await as(MEMBER).send(new DeleteAlternateContactCommand({ AlternateContactType: "SECURITY" }));
    await assert.rejects(ask(MEMBER), { name: "ResourceNotFoundException" });
    const { ContactInformation: primary } = await as(MEMBER).send(new GetContactInformationCommand());
    assert.equal(primary?.FullName, "clearing-prod");
  });
});
