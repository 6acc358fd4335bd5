import assert from "node:assert/strict";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import {
  type AwsSecurityFinding,
  type AwsSecurityFindingFilters,
  InvalidAccessException,
  InvalidInputException,
  LimitExceededException,
  ResourceNotFoundException,
  SecurityHub,
} from "@aws-sdk/client-securityhub";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const MANAGEMENT = "111111111111";
const SECURITY = "222222222222";
const MEMBER = "100000000001";
const SECOND = "100000000002";

function finding(id: string, at: { accountId: string; region: string }, more: Partial<AwsSecurityFinding> = {}) {
  return {
    SchemaVersion: "2018-10-08",
    Id: id,
    ProductArn: `arn:aws:securityhub:${at.region}:${at.accountId}:product/${at.accountId}/default`,
    GeneratorId: "test",
    AwsAccountId: at.accountId,
    CreatedAt: "2026-03-01T10:00:00.000Z",
    UpdatedAt: "2026-03-01T10:00:00.000Z",
    Severity: { Label: "HIGH" },
    Title: `Finding ${id}`,
    Description: "Something that should not be",
    Types: ["Software and Configuration Checks/AWS Security Best Practices"],
    Resources: [{ Type: "AwsS3Bucket", Id: `arn:aws:s3:::${id}`, Tags: { stage: "prod" } }],
    ...more,
  } satisfies AwsSecurityFinding;
}

describe("Security Hub in the sandbox: findings", () => {
  let sandbox: RunningSandbox;
  const regions = ["us-east-1", "us-west-2"];
  const here = { accountId: MEMBER, region: "us-east-1" };
  const west = { accountId: MEMBER, region: "us-west-2" };
  const as = (accountId: string, region?: string) =>
    new SecurityHub({ ...sandbox.root(accountId, region), maxAttempts: 1 });
  const ids = async (hub: SecurityHub, Filters?: AwsSecurityFindingFilters) =>
    (await hub.getFindings(Filters === undefined ? {} : { Filters })).Findings?.map((each) => each.Id).sort();
  const one = async (hub: SecurityHub, id: string) =>
    (await hub.getFindings({ Filters: { Id: [{ Value: id, Comparison: "EQUALS" }] } })).Findings?.[0];

  before(async () => {
    sandbox = await runSandbox();
    for (const region of regions) {
      await as(MANAGEMENT, region).enableOrganizationAdminAccount({ AdminAccountId: SECURITY });
      await as(SECURITY, region).createMembers({ AccountDetails: [{ AccountId: MEMBER }, { AccountId: SECOND }] });
    }
  });
  after(() => sandbox.close());

  describe("imported by their account", () => {
    it("are seen by it and by its administrator, and by no other member", async () => {
      const imported = await as(MEMBER).batchImportFindings({ Findings: [finding("bucket-a", here)] });
      assert.deepEqual([imported.SuccessCount, imported.FailedCount, imported.FailedFindings], [1, 0, []]);
      assert.deepEqual(await ids(as(MEMBER)), ["bucket-a"]);
      assert.deepEqual(await ids(as(SECURITY)), ["bucket-a"]);
      assert.deepEqual(await ids(as(SECOND)), []);
      assert.deepEqual(await ids(as(SECURITY, "us-west-2")), []);
    });

    it("carry what Security Hub adds", async () => {
      const seen = await one(as(SECURITY), "bucket-a");
      assert.equal(seen?.AwsAccountName, "clearing-prod");
      assert.equal(seen?.Region, "us-east-1");
      assert.deepEqual(seen?.Workflow, { Status: "NEW" });
      assert.equal(seen?.RecordState, "ACTIVE");
      assert.deepEqual(seen?.Severity, { Label: "HIGH", Normalized: 70 });
      assert.equal(seen?.FindingProviderFields?.Severity?.Label, "HIGH");
      assert.equal(
        seen?.ProductFields?.["aws/securityhub/FindingId"],
        `arn:aws:securityhub:us-east-1:${MEMBER}:product/${MEMBER}/default/bucket-a`,
      );
    });

    it("are refused one by one when they break the format, belong elsewhere or come from a product that is off", async () => {
      const prowler = "arn:aws:securityhub:us-east-1::product/prowler/prowler";
      const { FailedFindings, SuccessCount } = await as(MEMBER).batchImportFindings({
        Findings: [
          finding("bucket-b", here),
          finding("long-title", here, { Title: "x".repeat(257) }),
          finding("bad-time", here, { UpdatedAt: "yesterday" }),
          finding("other-account", here, { AwsAccountId: SECOND }),
          finding("other-product", here, { ProductArn: prowler }),
          finding("of-aws", here, { ProductArn: "arn:aws:securityhub:us-east-1::product/aws/guardduty" }),
          finding("other-region", west),
        ],
      });
      assert.equal(SuccessCount, 1);
      assert.deepEqual(
        FailedFindings?.map((each) => [each.Id, each.ErrorCode]),
        [
          ["long-title", "InvalidInput"],
          ["bad-time", "InvalidInput"],
          ["other-account", "InvalidAccess"],
          ["other-product", "InvalidAccess"],
          ["of-aws", "InvalidAccess"],
          ["other-region", "InvalidAccess"],
        ],
      );
      await as(MEMBER).enableImportFindingsForProduct({ ProductArn: prowler });
      await as(MEMBER).batchImportFindings({ Findings: [finding("by-prowler", here, { ProductArn: prowler })] });
      assert.equal((await one(as(MEMBER), "by-prowler"))?.ProductName, "Prowler");
    });

    it("need a hub, and a product ARN that is one", async () => {
      const off = { accountId: "100000000003", region: "us-east-1" };
      await assert.rejects(
        as(off.accountId).batchImportFindings({ Findings: [finding("x", off)] }),
        InvalidAccessException,
      );
      await assert.rejects(
        as(MEMBER).batchImportFindings({ Findings: [finding("x", here, { ProductArn: "arn:aws:nonsense" })] }),
        InvalidInputException,
      );
    });

    it("are replaced by a newer version only", async () => {
      const older = finding("bucket-b", here, { UpdatedAt: "2026-02-01T10:00:00.000Z", Title: "older" });
      const newer = finding("bucket-b", here, { UpdatedAt: "2026-03-02T10:00:00.000Z", Title: "newer" });
      await as(MEMBER).batchImportFindings({ Findings: [older] });
      assert.equal((await one(as(MEMBER), "bucket-b"))?.Title, "Finding bucket-b");
      await as(MEMBER).batchImportFindings({ Findings: [newer] });
      assert.equal((await one(as(MEMBER), "bucket-b"))?.Title, "newer");
    });
  });

  describe("updated by customers", () => {
    const identifier = (id: string, at = here) => ({ Id: id, ProductArn: finding(id, at).ProductArn });

    it("change for the administrator and the member alike, and keep it against their provider", async () => {
      const { ProcessedFindings, UnprocessedFindings } = await as(SECURITY).batchUpdateFindings({
        FindingIdentifiers: [identifier("bucket-a"), identifier("nowhere")],
        Workflow: { Status: "NOTIFIED" },
        Note: { Text: "told", UpdatedBy: "bulwark" },
        Severity: { Label: "LOW" },
      });
      assert.equal(ProcessedFindings?.length, 1);
      assert.equal(UnprocessedFindings?.[0]?.ErrorCode, "FindingNotFound");
      const version = finding("bucket-a", here, {
        UpdatedAt: "2026-03-03T10:00:00.000Z",
        Workflow: { Status: "SUPPRESSED" },
      });
      await as(MEMBER).batchImportFindings({ Findings: [version] });
      const seen = await one(as(MEMBER), "bucket-a");
      assert.equal(seen?.UpdatedAt, "2026-03-03T10:00:00.000Z");
      assert.equal(seen?.Workflow?.Status, "NOTIFIED");
      assert.deepEqual([seen?.Severity?.Label, seen?.Severity?.Normalized], ["LOW", 1]);
      assert.equal(seen?.Note?.Text, "told");
    });

    it("are new again when the issue is back", async () => {
      const next = (day: string, more: Partial<AwsSecurityFinding>) =>
        as(MEMBER).batchImportFindings({
          Findings: [finding("bucket-a", here, { UpdatedAt: `2026-03-${day}T10:00:00.000Z`, ...more })],
        });
      await next("04", { Compliance: { Status: "PASSED" } });
      assert.equal((await one(as(MEMBER), "bucket-a"))?.Workflow?.Status, "NOTIFIED");
      await next("05", { Compliance: { Status: "FAILED" } });
      assert.equal((await one(as(MEMBER), "bucket-a"))?.Workflow?.Status, "NEW");
    });

    it("are no one's to update who does not see them, and not without a change", async () => {
      const { UnprocessedFindings } = await as(SECOND).batchUpdateFindings({
        FindingIdentifiers: [identifier("bucket-a")],
        Workflow: { Status: "RESOLVED" },
      });
      assert.equal(UnprocessedFindings?.length, 1);
      await assert.rejects(
        as(SECURITY).batchUpdateFindings({ FindingIdentifiers: [identifier("bucket-a")] }),
        InvalidInputException,
      );
    });
  });

  describe("asked for", () => {
    const many = { accountId: SECOND, region: "us-east-1" };
    before(async () => {
      const labels = ["LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;
      await as(SECOND).batchImportFindings({
        Findings: labels.map((Label, i) =>
          finding(`many-${i}`, many, { Severity: { Label }, UpdatedAt: `2026-04-0${i + 1}T00:00:00Z` }),
        ),
      });
    });

    it("pass every filter, of one attribute any", async () => {
      const hub = as(SECURITY);
      const account = [{ Value: SECOND, Comparison: "EQUALS" as const }];
      const label = (Value: string) => ({ Value, Comparison: "EQUALS" as const });
      assert.deepEqual(await ids(hub, { AwsAccountId: account, SeverityLabel: [label("LOW"), label("HIGH")] }), [
        "many-0",
        "many-2",
      ]);
      assert.deepEqual(
        await ids(hub, { AwsAccountId: account, SeverityLabel: [{ Value: "LOW", Comparison: "NOT_EQUALS" }] }),
        ["many-1", "many-2", "many-3"],
      );
      assert.deepEqual(
        await ids(hub, { Id: [{ Value: "many-", Comparison: "PREFIX" }], SeverityNormalized: [{ Gte: 70 }] }),
        ["many-2", "many-3"],
      );
      assert.deepEqual(
        await ids(hub, { UpdatedAt: [{ Start: "2026-04-02T00:00:00Z", End: "2026-04-03T00:00:00Z" }] }),
        ["many-1", "many-2"],
      );
      assert.deepEqual(
        await ids(hub, {
          AwsAccountId: account,
          ResourceTags: [{ Key: "stage", Value: "dev", Comparison: "EQUALS" }],
        }),
        [],
      );
    });

    it("are sorted and paged", async () => {
      const seen: (string | undefined)[] = [];
      let NextToken: string | undefined;
      do {
        const page = await as(SECOND).getFindings({
          SortCriteria: [{ Field: "SeverityNormalized", SortOrder: "desc" }],
          MaxResults: 3,
          ...(NextToken === undefined ? {} : { NextToken }),
        });
        seen.push(...(page.Findings ?? []).map((each) => each.Id));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      assert.deepEqual(seen, ["many-3", "many-2", "many-1", "many-0"]);
    });

    it("refuse comparisons that AWS refuses", async () => {
      await assert.rejects(
        ids(as(SECURITY), {
          Title: [
            { Value: "a", Comparison: "EQUALS" },
            { Value: "b", Comparison: "NOT_EQUALS" },
          ],
        }),
        InvalidInputException,
      );
    });
  });

  describe("aggregated to the home region", () => {
    let arn: string | undefined;
    it("need regions where the mode says so, and one aggregator is enough", async () => {
      const hub = as(SECURITY);
      for (const bad of [
        { RegionLinkingMode: "SPECIFIED_REGIONS" },
        { RegionLinkingMode: "ALL_REGIONS", Regions: ["us-west-2"] },
        { RegionLinkingMode: "SOME_REGIONS" },
        { RegionLinkingMode: "SPECIFIED_REGIONS", Regions: ["us-east-1"] },
      ]) {
        await assert.rejects(hub.createFindingAggregator(bad), InvalidInputException);
      }
      await assert.rejects(
        as(MEMBER).createFindingAggregator({ RegionLinkingMode: "ALL_REGIONS" }),
        /cannot be created by a member account/,
      );
      const created = await hub.createFindingAggregator({
        RegionLinkingMode: "SPECIFIED_REGIONS",
        Regions: ["us-west-2"],
      });
      arn = created.FindingAggregatorArn;
      await assert.rejects(
        as(SECURITY, "us-west-2").createFindingAggregator({ RegionLinkingMode: "ALL_REGIONS" }),
        LimitExceededException,
      );
      assert.deepEqual((await as(SECURITY, "us-west-2").listFindingAggregators({})).FindingAggregators, [
        { FindingAggregatorArn: arn },
      ]);
    });

    it("are seen there, and an update there is one in their own region", async () => {
      await as(MEMBER, "us-west-2").batchImportFindings({ Findings: [finding("in-the-west", west)] });
      assert.equal((await one(as(SECURITY), "in-the-west"))?.Region, "us-west-2");
      assert.equal((await one(as(MEMBER), "in-the-west"))?.Region, "us-west-2");
      await as(SECURITY).batchUpdateFindings({
        FindingIdentifiers: [{ Id: "in-the-west", ProductArn: finding("x", west).ProductArn }],
        Workflow: { Status: "RESOLVED" },
      });
      assert.equal((await one(as(MEMBER, "us-west-2"), "in-the-west"))?.Workflow?.Status, "RESOLVED");
    });

    it("are told to everyone who sees them, by an event each", async () => {
      const listen = (account: string, region: string) => receiver(sandbox, account, region);
      const member = await listen(MEMBER, "us-west-2");
      const admin = await listen(SECURITY, "us-west-2");
      const memberAtHome = await listen(MEMBER, "us-east-1");
      const adminAtHome = await listen(SECURITY, "us-east-1");
      const another = await listen(SECOND, "us-east-1");
      await as(MEMBER, "us-west-2").batchImportFindings({ Findings: [finding("told", west)] });
      const [event] = await member(1);
      assert.equal(event?.["detail-type"], "Security Hub Findings - Imported");
      assert.deepEqual([event?.account, event?.region], [MEMBER, "us-west-2"]);
      assert.deepEqual(event?.resources, [`${finding("told", west).ProductArn}/told`]);
      for (const hears of [admin, memberAtHome, adminAtHome]) {
        assert.equal((await hears(1))[0]?.detail.findings[0]?.Id, "told");
      }
      assert.deepEqual(await another(0), []);
      await as(MEMBER, "us-west-2").batchUpdateFindings({
        FindingIdentifiers: [{ Id: "told", ProductArn: finding("told", west).ProductArn }],
        Workflow: { Status: "NOTIFIED" },
      });
      assert.equal((await adminAtHome(1))[0]?.detail.findings[0]?.Workflow?.Status, "NOTIFIED");
    });

    it("are changed and ended in the home region only", async () => {
      const change = { FindingAggregatorArn: arn, RegionLinkingMode: "NO_REGIONS" };
      await assert.rejects(as(SECURITY, "us-west-2").updateFindingAggregator(change), InvalidInputException);
      await as(SECURITY).updateFindingAggregator(change);
      assert.equal(await one(as(SECURITY), "in-the-west"), undefined);
      await as(SECURITY).deleteFindingAggregator({ FindingAggregatorArn: arn });
      await assert.rejects(as(SECURITY).getFindingAggregator({ FindingAggregatorArn: arn }), ResourceNotFoundException);
    });
  });

  describe("of a hub that was off", () => {
    it("are there again when Security Hub is enabled again", async () => {
      await as(SECURITY).disassociateMembers({ AccountIds: [SECOND] });
      assert.deepEqual(await ids(as(SECURITY), { AwsAccountId: [{ Value: SECOND, Comparison: "EQUALS" }] }), []);
      await as(SECOND).disableSecurityHub({});
      await as(SECOND).enableSecurityHub({ EnableDefaultStandards: false });
      assert.equal((await ids(as(SECOND)))?.length, 4);
    });
  });
});

interface SecurityHubEvent {
  readonly account: string;
  readonly region: string;
  readonly "detail-type": string;
  readonly resources: string[];
  readonly detail: { readonly findings: AwsSecurityFinding[] };
}

/** Sends an account's Security Hub events to a queue; returns how to read the next ones from it. */
async function receiver(
  sandbox: RunningSandbox,
  accountId: string,
  region: string,
): Promise<(atLeast: number) => Promise<SecurityHubEvent[]>> {
  const sqs = new SQSClient(sandbox.root(accountId, region));
  const events = new EventBridgeClient(sandbox.root(accountId, region));
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({
      QueueName: "findings",
      Attributes: {
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "events.amazonaws.com" },
              Action: "sqs:SendMessage",
              Resource: `arn:aws:sqs:${region}:${accountId}:findings`,
            },
          ],
        }),
      },
    }),
  );
  await events.send(
    new PutRuleCommand({ Name: "findings", EventPattern: JSON.stringify({ source: ["aws.securityhub"] }) }),
  );
  await events.send(
    new PutTargetsCommand({
      Rule: "findings",
      Targets: [{ Id: "queue", Arn: `arn:aws:sqs:${region}:${accountId}:findings` }],
    }),
  );
  return (atLeast) => {
    // A message that was read is not read again: those that come one by one are gathered.
    const gathered: SecurityHubEvent[] = [];
    const read = async () => {
      const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 });
      const { Messages = [] } = await sqs.send(command);
      gathered.push(...Messages.map(({ Body }) => JSON.parse(Body ?? "") as SecurityHubEvent));
      return gathered;
    };
    return until(read, (messages) => messages.length >= atLeast);
  };
}
