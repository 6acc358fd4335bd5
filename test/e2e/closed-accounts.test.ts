import assert from "node:assert/strict";
import { AccessAnalyzer } from "@aws-sdk/client-accessanalyzer";
import { Organizations } from "@aws-sdk/client-organizations";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { type Environment, quickOrganization } from "./environment.ts";
import { until } from "./until.ts";

const management = "111111111111";
const security = "222222222222";
const closed = "100000000013";
const departed = "100000000016";
const extensions = [{ type: "archiveRule", name: "settlement-partner", principals: ["444455556666"] }];

describe("an account that nobody can enter any more", function () {
  this.timeout(600_000);
  let environment: Environment;
  let organizations: Organizations;

  before(async () => {
    environment = await quickOrganization();
    organizations = new Organizations(environment.root(management));
    for (const accountId of [closed, departed]) {
      await environment.api.done("POST", "/accounts", { accountId, extensions });
    }
  });
  after(() => organizations?.destroy());

  /** What the security account has of an account, in its home region. */
  async function ofAccount(accountId: string): Promise<{ rules: number; member: string | undefined }> {
    const analyzer = new AccessAnalyzer(environment.root(security));
    const hub = new SecurityHub(environment.root(security));
    const { archiveRules = [] } = await analyzer.listArchiveRules({ analyzerName: "bulwark-organization" });
    const { Members } = await hub.getMembers({ AccountIds: [accountId] });
    analyzer.destroy();
    hub.destroy();
    return {
      rules: archiveRules.filter(({ ruleName }) => ruleName?.includes(accountId)).length,
      member: Members?.[0]?.MemberStatus,
    };
  }

  it("because it is closed is offboarded all the same: what the security account has of it goes, the rest is told to stay", async () => {
    assert.deepEqual(await ofAccount(closed), { rules: 1, member: "Enabled" });
    await organizations.closeAccount({ AccountId: closed });
    await until("the account is closed", async () => {
      const { Account } = await organizations.describeAccount({ AccountId: closed });
      return Account?.State === "CLOSED";
    });
    const { result } = await environment.api.done("DELETE", `/accounts/${closed}?confirm=${closed}`);
    assert.match(result.abandoned, /CLOSED/);
    assert.match(result.kept.join(), /AWS deletes what a closed account holds/);
    assert.equal(result.resources, 0);
    assert.deepEqual((await ofAccount(closed)).rules, 0);
    const { body } = await environment.api.call("GET", `/accounts/${closed}`);
    assert.equal(body.status, "offboarded");
    assert.equal((await environment.api.call("POST", "/accounts", { body: { accountId: closed } })).status, 422);
  });

  it("because it has left the organization is offboarded when somebody says that what is in it may stay", async () => {
    const early = await environment.api.accepted("DELETE", `/accounts/${departed}?confirm=${departed}&abandon=true`);
    const { error: refused } = await environment.api.ended(early.id);
    assert.match(refused.detail, /the account is ACTIVE, so nothing needs to be left/);

    await organizations.removeAccountFromOrganization({ AccountId: departed });
    const unsaid = await environment.api.accepted("DELETE", `/accounts/${departed}?confirm=${departed}`);
    const { status, error } = await environment.api.ended(unsaid.id);
    assert.equal(status, "failed");
    assert.match(error.remedy, /abandon=true/);

    const { result } = await environment.api.done("DELETE", `/accounts/${departed}?confirm=${departed}&abandon=true`);
    assert.match(result.abandoned, /not in the organization/);
    assert.equal((await ofAccount(departed)).rules, 0);
    assert.equal((await environment.api.call("GET", `/accounts/${departed}`)).body.status, "offboarded");
  });
});
