import assert from "node:assert/strict";
import {
  CreateAccountCommand,
  DescribeAccountCommand,
  ListParentsCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { readAccount } from "./account-state.ts";
import type { Operation } from "./api.ts";
import { type Environment, quickOrganization } from "./environment.ts";
import { until } from "./until.ts";

const unit = "ou-bulw-stage0001";

describe("a new account", function () {
  this.timeout(600_000);
  let environment: Environment;
  let organizations: OrganizationsClient;

  before(async () => {
    environment = await quickOrganization();
    organizations = new OrganizationsClient({
      endpoint: environment.aws,
      region: "us-east-1",
      credentials: environment.administrator,
    });
  });

  async function onboardings(accountId: string): Promise<Operation[]> {
    const { body } = await environment.api.call("GET", `/operations?kind=onboard&accountId=${accountId}`);
    return body.items;
  }

  async function assertProtected(accountId: string): Promise<void> {
    const regions = ["us-east-1", "us-west-2"];
    const state = await readAccount(environment.root, accountId, regions);
    for (const region of regions) {
      assert.equal(state.regions[region]?.hub?.administrator, "222222222222");
      assert.equal(state.regions[region]?.detector?.administrator, "222222222222");
      assert.deepEqual(state.regions[region]?.recording, [true]);
    }
  }

  it("that the management account's administrator creates is onboarded by its event, with no call to the service", async () => {
    const email = "aws+margin@clearing.example.com";
    await organizations.send(new CreateAccountCommand({ AccountName: "margin", Email: email }));
    let found: { accountId: string; how: string } | undefined;
    await until("the account's event", async () => {
      const { body } = await environment.api.call("GET", "/accounts?limit=500");
      found = body.items.find((item: { email: string }) => item.email === email);
      return found !== undefined;
    });
    assert.equal(found?.how, "event");
    const accountId = found?.accountId ?? "";
    const [operation] = await onboardings(accountId);
    assert.equal(operation?.how, "event");
    const ended = await environment.api.ended(operation?.id ?? "");
    assert.equal(ended.status, "succeeded", JSON.stringify(ended.error));
    const { body: account } = await environment.api.call("GET", `/accounts/${accountId}`);
    assert.equal(account.status, "active");
    assert.equal(account.name, "margin");
    await assertProtected(accountId);
  });

  it("that is asked for by name and address is created, put into its unit and onboarded, once", async () => {
    const request = { name: "netting", email: "aws+netting@clearing.example.com", organizationalUnitId: unit };
    const operation = await environment.api.done("POST", "/accounts", request);
    const { accountId } = operation.result as { accountId: string };
    assert.match(accountId, /^\d{12}$/);
    assert.equal(operation.target.accountId, accountId);
    const { Account } = await organizations.send(new DescribeAccountCommand({ AccountId: accountId }));
    assert.equal(Account?.Name, "netting");
    assert.equal(Account?.Email, request.email);
    const { Parents } = await organizations.send(new ListParentsCommand({ ChildId: accountId }));
    assert.deepEqual(Parents, [{ Id: unit, Type: "ORGANIZATIONAL_UNIT" }]);
    const { body: account } = await environment.api.call("GET", `/accounts/${accountId}`);
    assert.equal(account.status, "active");
    assert.equal(account.how, "creation");
    await assertProtected(accountId);
    // Its event came meanwhile, and has started nothing.
    assert.deepEqual(
      (await onboardings(accountId)).map(({ id }) => id),
      [operation.id],
    );
  });

  it("is not asked for twice: its address is taken", async () => {
    const email = "aws+netting@clearing.example.com";
    const answer = await environment.api.call("POST", "/accounts", { body: { name: "netting-2", email } });
    assert.equal(answer.status, 422, answer.text);
    assert.deepEqual(
      answer.body.errors.map(({ field }: { field: string }) => field),
      ["email"],
    );
  });
});
