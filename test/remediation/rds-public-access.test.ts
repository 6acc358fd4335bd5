import assert from "node:assert/strict";
import { decide, targetsOf } from "../../remediation/rds-public-access/decide.ts";
import { rdsPublicAccessRemediation } from "../../remediation/rds-public-access/remediation.ts";
import type { Facts, Session } from "../../remediation/remediation.ts";

const accountId = "100000000001";
const arn = `arn:aws:rds:eu-central-1:${accountId}:db:ledger`;
const facts: Facts = { now: new Date(0), organizationAccounts: [], partnerAccounts: [], untouchable: [] };

describe("the decision on public databases", () => {
  it("is about the instances of the finding's account", () => {
    const finding = (...ids: readonly unknown[]) => ({
      AwsAccountId: accountId,
      Resources: ids.map((Id) => ({ Type: "AwsRdsDbInstance", Id: Id as string })),
    });
    assert.deepEqual(targetsOf(finding(arn, arn)), [{ accountId, arn }]);
    const hostile = [
      "",
      null,
      7,
      "ledger",
      `${arn}\n`,
      `arn:aws:rds:eu-central-1:${accountId}:db:*`,
      `arn:aws:rds:eu-central-1:${accountId}:cluster:ledger`,
      arn.replace(accountId, "999988887777"),
      arn.replace("arn:aws:", "arn:other:"),
    ];
    assert.deepEqual(targetsOf(finding(...hostile)), []);
    assert.deepEqual(targetsOf({ ...finding(arn), Region: "us-east-1" }), []);
  });

  it("makes private what is public and may be touched", () => {
    const one = { accountId, arn };
    assert.deepEqual(decide({ public: false }, one, facts), { kind: "nothing" });
    assert.deepEqual(decide({ public: true }, one, facts), { kind: "change", to: { public: false } });
    assert.equal(decide({ public: true }, one, { ...facts, untouchable: [arn] }).kind, "refuse");
  });

  it("applies nothing that others left for the maintenance window", async () => {
    const sent: unknown[] = [];
    const client = { send: async ({ input }: { input: unknown }) => void sent.push(input) };
    const session = { client: () => client } as unknown as Session;
    await rdsPublicAccessRemediation.write(session, { accountId, arn }, { public: true }, { public: false });
    assert.deepEqual(sent, [{ DBInstanceIdentifier: "ledger", PubliclyAccessible: false }]);
  });
});
