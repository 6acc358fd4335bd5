import assert from "node:assert/strict";
import { type BatchUpdateFindingsCommandInput, SecurityHub } from "@aws-sdk/client-securityhub";
import { updateFindings } from "../../../remediation/response/security-hub.ts";
import { type RunningSandbox, runSandbox } from "../../sandbox/running-sandbox.ts";

const MANAGEMENT = "111111111111";
const SECURITY = "222222222222";
const MEMBER = "100000000001";
const REGION = "us-east-1";
const PRODUCT = `arn:aws:securityhub:${REGION}:${MEMBER}:product/${MEMBER}/default`;
const named = (Id: string) => ({ Id, ProductArn: PRODUCT });
const finding = (Id: string) => ({
  ...named(Id),
  SchemaVersion: "2018-10-08",
  GeneratorId: "test",
  AwsAccountId: MEMBER,
  CreatedAt: "2026-03-01T10:00:00.000Z",
  UpdatedAt: "2026-03-01T10:00:00.000Z",
  Severity: { Label: "HIGH" as const },
  Title: `Finding ${Id}`,
  Description: "Something that should not be",
  Types: ["Software and Configuration Checks/AWS Security Best Practices"],
  Resources: [{ Type: "AwsS3Bucket", Id: `arn:aws:s3:::${Id}` }],
});
const hasty = { wait: async () => {}, random: () => 0 };

describe("telling Security Hub", function () {
  this.timeout(120_000);
  let sandbox: RunningSandbox;
  let hub: SecurityHub;
  const ids = Array.from({ length: 150 }, (_, index) => `statements-${index}`);
  /** Security Hub, with what each call asks, and an answer before the real one where there is one. */
  function watched(...answers: readonly (Error | { UnprocessedFindings: object[] })[]) {
    const sizes: number[] = [];
    const left = [...answers];
    const client = new SecurityHub(sandbox.root(SECURITY, REGION));
    client.middlewareStack.add(
      (next) => async (given) => {
        sizes.push((given.input as BatchUpdateFindingsCommandInput).FindingIdentifiers?.length ?? 0);
        const answer = left.shift();
        if (answer instanceof Error) throw answer;
        if (answer !== undefined) return { output: { $metadata: {}, ...answer }, response: {} };
        return next(given);
      },
      { step: "initialize" },
    );
    return { client, sizes };
  }
  const seen = async (id: string) =>
    (await hub.getFindings({ Filters: { Id: [{ Value: id, Comparison: "EQUALS" }] } })).Findings?.[0];

  before(async () => {
    sandbox = await runSandbox();
    const management = new SecurityHub(sandbox.root(MANAGEMENT, REGION));
    await management.enableOrganizationAdminAccount({ AdminAccountId: SECURITY });
    hub = new SecurityHub(sandbox.root(SECURITY, REGION));
    await hub.createMembers({ AccountDetails: [{ AccountId: MEMBER }] });
    const member = new SecurityHub(sandbox.root(MEMBER, REGION));
    for (const from of [0, 100]) {
      await member.batchImportFindings({ Findings: ids.slice(from, from + 100).map(finding) });
    }
  });
  after(() => sandbox?.close());

  it("sets what a finding came to, with a note that holds the ledger's id", async () => {
    for (const workflow of ["NOTIFIED", "RESOLVED"] as const) {
      const note = `Bulwark 0123456789abcdef: ${workflow}`;
      await updateFindings(hub, [named("statements-0")], { workflow, note, by: "Bulwark" });
      const found = await seen("statements-0");
      assert.deepEqual(
        [found?.Workflow?.Status, found?.Note?.Text, found?.Note?.UpdatedBy],
        [workflow, note, "Bulwark"],
      );
      assert.equal(found?.UpdatedAt, "2026-03-01T10:00:00.000Z");
    }
    await updateFindings(hub, [named("statements-1")], { workflow: "NOTIFIED", note: "x".repeat(600), by: "Bulwark" });
    assert.equal((await seen("statements-1"))?.Note?.Text?.length, 512);
  });

  it("takes a hundred at a time, each once, and names what was refused when all were tried", async () => {
    const { client, sizes } = watched();
    const all = [...ids, "nobody", "statements-3"].map(named);
    const told = { workflow: "NOTIFIED", note: "seen", by: "Bulwark" } as const;
    assert.deepEqual(
      (await updateFindings(client, [named("nothing"), ...all], told)).map(({ Id, why }) => [Id, why]),
      ["nothing", "nobody"].map((id) => [id, "FindingNotFound (Finding Not Found)"]),
    );
    assert.deepEqual(sizes, [100, 52]);
    assert.equal((await seen("statements-149"))?.Workflow?.Status, "NOTIFIED");
  });

  it("tries again what was throttled and what met another update, a bounded number of times", async () => {
    const told = { workflow: "RESOLVED", note: "done", by: "Bulwark" } as const;
    const throttled = Object.assign(new Error("Rate exceeded"), { name: "TooManyRequestsException" });
    const met = {
      UnprocessedFindings: [{ FindingIdentifier: named("statements-5"), ErrorCode: "ConcurrentUpdateError" }],
    };
    const { client, sizes } = watched(throttled, met);
    await updateFindings(client, [named("statements-4"), named("statements-5")], told, { patience: hasty });
    assert.deepEqual(sizes, [2, 2, 1]);
    assert.equal((await seen("statements-5"))?.Workflow?.Status, "RESOLVED");
    const never = watched(...Array.from({ length: 99 }, () => throttled));
    await assert.rejects(updateFindings(never.client, [named("statements-6")], told, { patience: hasty }), throttled);
    assert.equal(never.sizes.length, 7);
  });
});
