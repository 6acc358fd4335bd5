import assert from "node:assert/strict";
import { AccessAnalyzer } from "@aws-sdk/client-accessanalyzer";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { KMS } from "@aws-sdk/client-kms";
import { Organizations } from "@aws-sdk/client-organizations";
import { S3 } from "@aws-sdk/client-s3";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { SQS } from "@aws-sdk/client-sqs";
import { adminInputs, LOG_ARCHIVE, MANAGEMENT, SECURITY, settings } from "../programs/samples.ts";
import { type Crashing, type HeldCall, startCrashing, type Victim } from "./crashing.ts";

type Root = (accountId: string) => ReturnType<Crashing["sandbox"]["root"]>;

interface Case extends HeldCall {
  readonly victim: Victim;
  /** Resource of the program that the call makes. */
  readonly makes: RegExp;
  /** All that an account has of the kind: an independent look. */
  readonly list: (root: Root) => Promise<readonly unknown[] | undefined>;
}

/** In the order in which the program comes to them. Every one is killed while AWS has made the thing and nobody has heard of it. */
const CASES: readonly Case[] = [
  {
    ...{ service: "kms", operation: "CreateKey", victim: "engine", makes: /^(config|evidence)-key-/ },
    list: async (root) => (await new KMS(root(LOG_ARCHIVE)).listKeys({})).Keys,
  },
  {
    ...{ service: "s3", operation: "CreateBucket", victim: "engine", makes: /^(config|evidence)-bucket-us/ },
    list: async (root) => (await new S3({ ...root(LOG_ARCHIVE), forcePathStyle: true }).listBuckets({})).Buckets,
  },
  {
    ...{ service: "guardduty", operation: "CreateDetector", victim: "session", makes: /^detector-us/ },
    list: async (root) => (await new GuardDuty(root(SECURITY)).listDetectors({})).DetectorIds,
  },
  {
    ...{ service: "sqs", operation: "CreateQueue", victim: "engine", makes: /^account-event(s|-dead-letters)-us/ },
    list: async (root) => (await new SQS(root(MANAGEMENT)).listQueues({})).QueueUrls,
  },
  {
    ...{ service: "securityhub", operation: "EnableSecurityHub", victim: "plugins", makes: /^hub-us/ },
    list: async (root) => [(await new SecurityHub(root(SECURITY)).describeHub({})).HubArn],
  },
  {
    ...{ service: "events", operation: "PutRule", victim: "engine", makes: /^account-events-rule|^account-events?-us/ },
    list: async (root) => (await new EventBridge(root(MANAGEMENT)).listRules({ NamePrefix: "bulwark" })).Rules,
  },
  {
    ...{ service: "securityhub", operation: "BatchEnableStandards", victim: "session", makes: /^standard-/ },
    list: async (root) => (await new SecurityHub(root(SECURITY)).getEnabledStandards({})).StandardsSubscriptions,
  },
  {
    ...{ service: "securityhub", operation: "EnableOrganizationAdminAccount", victim: "engine" },
    makes: /^hub-administrator-/,
    list: async (root) => (await new SecurityHub(root(MANAGEMENT)).listOrganizationAdminAccounts({})).AdminAccounts,
  },
  {
    ...{
      service: "securityhub",
      operation: "CreateFindingAggregator",
      victim: "plugins",
      makes: /^finding-aggregator/,
    },
    list: async (root) => (await new SecurityHub(root(SECURITY)).listFindingAggregators({})).FindingAggregators,
  },
  {
    ...{ service: "access-analyzer", operation: "CreateAnalyzer", victim: "engine", makes: /^organization-analyzer/ },
    list: async (root) => (await new AccessAnalyzer(root(SECURITY)).listAnalyzers({})).analyzers,
  },
];

/** How many of each the finished stack has. */
const WANTED: Readonly<Record<string, number>> = {
  ...{ CreateKey: 2, CreateBucket: 2, CreateDetector: 1, CreateQueue: 2, EnableSecurityHub: 1, PutRule: 1 },
  ...{ BatchEnableStandards: 2, EnableOrganizationAdminAccount: 1, CreateFindingAggregator: 1, CreateAnalyzer: 1 },
};

describe("an admin stack whose run was killed after AWS had done", () => {
  let at: Crashing;
  const inputs = adminInputs({}, settings({ regions: ["us-east-1"] }));
  const root: Root = (accountId) => at.sandbox.root(accountId);
  before(async () => {
    at = await startCrashing();
  });
  after(() => at?.close());

  for (const { makes, list, victim, ...call } of CASES) {
    it(`${call.service}:${call.operation} (${victim}) has the thing in its state afterwards, and no lock`, async () => {
      const crash = await at.crash("admin", inputs, call, victim);
      if (victim !== "plugins") assert.equal((await at.locks("admin")).length, 1);
      const report = await at.recover("admin", inputs, crash);
      const names = report.imported.map(({ name }) => name);
      assert.ok(
        names.some((name) => makes.test(name)),
        JSON.stringify(report),
      );
      assert.equal(report.locksRemoved.length, victim === "plugins" ? 0 : 1);
      assert.deepEqual(await at.locks("admin"), []);
      const { pending, resources } = await at.state("admin");
      assert.deepEqual(pending, []);
      const urns = resources.map(({ urn }) => urn);
      assert.equal(new Set(urns).size, urns.length);
      const listed = await list(root);
      assert.ok((listed?.length ?? 0) >= 1);
    });
  }

  it("ends with one of each, and nothing more to do", async () => {
    await at.up("admin", inputs);
    for (const { list, operation } of CASES) assert.equal((await list(root))?.length, WANTED[operation], operation);
    const organizations = new Organizations(root(MANAGEMENT));
    assert.equal((await organizations.listDelegatedAdministrators({})).DelegatedAdministrators?.length, 1);
    const again = await at.up("admin", inputs);
    const { same, ...changes } = again.changes;
    assert.deepEqual(changes, { create: 0, update: 0, replace: 0, delete: 0, import: 0 });
    assert.ok(same > 20);
  });
});
