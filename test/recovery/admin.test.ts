import assert from "node:assert/strict";
import { AccessAnalyzer } from "@aws-sdk/client-accessanalyzer";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { KMS } from "@aws-sdk/client-kms";
import { Organizations } from "@aws-sdk/client-organizations";
import { S3 } from "@aws-sdk/client-s3";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { SQS } from "@aws-sdk/client-sqs";
import type { Deployment, ResourceState } from "../../stacks/recovery/deployment.ts";
import { adminInputs, LOG_ARCHIVE, MANAGEMENT, SECURITY, settings } from "../programs/samples.ts";
import { type Crash, type Crashing, startCrashing, type Wave } from "./crashing.ts";

type Root = (accountId: string) => ReturnType<Crashing["sandbox"]["root"]>;

// The engine has eight places for calls: a wave that asks for more waits for ever. CreateDetector has its kill in baseline.test.ts.
const WAVES: readonly Wave[] = [
  {
    victim: "engine",
    calls: [
      // With two keys and two buckets eight at once, which is as many as the engine makes on two cores.
      { service: "organizations", operation: "EnableAWSServiceAccess", makes: /^trusted-access-/ },
      { service: "kms", operation: "CreateKey", makes: /^(config|evidence)-key-/ },
      { service: "s3", operation: "CreateBucket", makes: /^(config|evidence)-bucket-us/ },
    ],
  },
  {
    victim: "plugins",
    calls: [
      { service: "securityhub", operation: "EnableSecurityHub", makes: /^hub-us/ },
      { service: "guardduty", operation: "EnableOrganizationAdminAccount", makes: /^detector-administrator-/ },
      { service: "organizations", operation: "RegisterDelegatedAdministrator", makes: /^delegated-administrator-/ },
      { service: "sqs", operation: "CreateQueue", makes: /^account-event.*-us/ },
    ],
  },
  {
    victim: "session",
    calls: [
      { service: "securityhub", operation: "BatchEnableStandards", makes: /^standard-/ },
      { service: "access-analyzer", operation: "CreateAnalyzer", makes: /^organization-analyzer-/ },
      { service: "securityhub", operation: "CreateFindingAggregator", makes: /^finding-aggregator-/ },
    ],
  },
];

/** What an independent look finds of each kind once the stack is finished. */
const WANTED: readonly (readonly [string, number, (root: Root) => Promise<readonly unknown[] | undefined>])[] = [
  ["keys", 2, async (root) => (await new KMS(root(LOG_ARCHIVE)).listKeys({})).Keys],
  [
    "buckets",
    2,
    async (root) => (await new S3({ ...root(LOG_ARCHIVE), forcePathStyle: true }).listBuckets({})).Buckets,
  ],
  ["detectors", 1, async (root) => (await new GuardDuty(root(SECURITY)).listDetectors({})).DetectorIds],
  ["queues", 2, async (root) => (await new SQS(root(MANAGEMENT)).listQueues({})).QueueUrls],
  ["hubs", 1, async (root) => [(await new SecurityHub(root(SECURITY)).describeHub({})).HubArn]],
  ["rules", 1, async (root) => (await new EventBridge(root(MANAGEMENT)).listRules({ NamePrefix: "bulwark" })).Rules],
  [
    "standards",
    2,
    async (root) => (await new SecurityHub(root(SECURITY)).getEnabledStandards({})).StandardsSubscriptions,
  ],
  [
    "administrators",
    1,
    async (root) => (await new SecurityHub(root(MANAGEMENT)).listOrganizationAdminAccounts({})).AdminAccounts,
  ],
  [
    "aggregators",
    1,
    async (root) => (await new SecurityHub(root(SECURITY)).listFindingAggregators({})).FindingAggregators,
  ],
  ["analyzers", 1, async (root) => (await new AccessAnalyzer(root(SECURITY)).listAnalyzers({})).analyzers],
  [
    "delegations",
    1,
    async (root) => (await new Organizations(root(MANAGEMENT)).listDelegatedAdministrators({})).DelegatedAdministrators,
  ],
];

describe("an admin stack whose run was killed after AWS had made what it asked for", function () {
  this.timeout(900_000);
  let at: Crashing;
  // Their keys, queues and calls would take the places of those that the waves wait for.
  const features = {
    ...{ alerts: { enabled: false }, config: { enabled: false }, inspector: { enabled: false } },
    ...{ systemsManager: { enabled: false }, remediations: { enabled: false } },
    guardDuty: { exportFindings: false, plans: { malware: false } },
  };
  const inputs = adminInputs({}, settings({ regions: ["us-east-1"], features }));
  const root: Root = (accountId) => at.sandbox.root(accountId);
  before(async () => {
    at = await startCrashing();
  });
  after(() => at?.close());

  for (const wave of WAVES) {
    const { victim } = wave;
    const what = wave.calls.map(({ operation }) => operation).join(", ");
    it(`has it in its state, no lock and nothing pending: the ${victim} killed at ${what}`, async () => {
      const crash = await at.crash("admin", inputs, wave);
      const killed = victim === "plugins" ? 0 : 1;
      assert.equal((await at.locks("admin")).length, killed);
      const report = await at.recover("admin", inputs, crash);
      const names = report.imported.map(({ name }) => name);
      for (const { makes } of crash.calls) {
        const found = names.some((name) => makes.test(name));
        assert.ok(found, `${makes}: ${JSON.stringify({ report, suspects: crash.suspects })}`);
      }
      assert.equal(report.locksRemoved.length, killed);
      assert.deepEqual(await at.locks("admin"), []);
      const { pending, resources } = await at.state("admin");
      assert.deepEqual(pending, []);
      const urns = resources.map(({ urn }) => urn);
      assert.equal(new Set(urns).size, urns.length);
    });
  }

  it("ends with one of each, and nothing more to do", async () => {
    await at.up("admin", inputs);
    for (const [kind, count, list] of WANTED) assert.equal((await list(root))?.length, count, kind);
    const again = await at.up("admin", inputs);
    const { same, ...changes } = again.changes;
    assert.deepEqual(changes, { create: 0, update: 0, replace: 0, delete: 0, import: 0 });
    assert.ok(same > 20);
  });

  const unchanged = { create: 0, update: 0, replace: 0, delete: 0, import: 0 };
  const nowhere: Pick<Crash, "dead" | "suspects"> = { dead: [], suspects: [] };
  const nameOf = ({ urn }: ResourceState): string => urn.split("::").at(-1) ?? "";
  const without =
    (...names: readonly string[]) =>
    ({ resources = [], ...rest }: Deployment): Deployment => ({
      ...rest,
      resources: resources.filter((resource) => !names.includes(nameOf(resource))),
    });
  /** The names, and those of everything that refers to them: no state has a resource without what it refers to. */
  const withDependents = (resources: readonly ResourceState[], ...names: readonly string[]): readonly string[] => {
    const gone = new Set(names);
    for (const resource of resources) {
      if (resource.dependencies?.some((urn) => gone.has(urn.split("::").at(-1) ?? ""))) gone.add(nameOf(resource));
    }
    return [...gone];
  };
  const ANALYZER = "organization-analyzer-us-east-1";

  it("finds what a torn state had known, when only the state before is whole", async () => {
    const { resources } = await at.state("admin");
    const lost = withDependents(resources, ANALYZER, "finding-aggregator-us-east-1");
    await at.rewrite("admin", without(...lost), ".json.bak");
    await at.tear("admin");
    const report = await at.recover("admin", inputs, nowhere);
    assert.deepEqual(report.imported.map(({ name }) => name).sort(), [...lost].sort());
    const { same: _, ...changes } = (await at.up("admin", inputs)).changes;
    assert.deepEqual(changes, unchanged);
  });

  it("reads again what was being updated, so that the next deployment sees what is live", async () => {
    const guardDuty = new GuardDuty(root(SECURITY));
    const { DetectorIds: [DetectorId] = [] } = await guardDuty.listDetectors({});
    await guardDuty.updateDetector({ DetectorId, FindingPublishingFrequency: "SIX_HOURS" });
    await at.rewrite("admin", (latest) => {
      const resource = latest.resources?.find((one) => nameOf(one) === "detector-us-east-1");
      assert.ok(resource);
      return { ...latest, pending_operations: [{ type: "updating", resource }] };
    });
    const report = await at.recover("admin", inputs, nowhere);
    assert.deepEqual(
      report.cleared.map(({ name }) => name),
      ["detector-us-east-1"],
    );
    assert.equal((await at.up("admin", inputs)).changes.update, 1);
    assert.equal((await guardDuty.getDetector({ DetectorId })).FindingPublishingFrequency, "FIFTEEN_MINUTES");
  });

  it("reads what a recovery has put into the state that was itself killed", async () => {
    const { resources: before } = await at.state("admin");
    await at.rewrite("admin", (latest) => ({
      ...latest,
      resources: (latest.resources ?? []).map((one) =>
        nameOf(one) === ANALYZER ? { ...one, id: `${one.id}@us-east-1`, outputs: {} } : one,
      ),
    }));
    await at.recover("admin", inputs, nowhere);
    const of = (resources: readonly ResourceState[]) => resources.find((one) => nameOf(one) === ANALYZER);
    const now = of((await at.state("admin")).resources);
    assert.deepEqual([now?.id, now?.outputs], [of(before)?.id, of(before)?.outputs]);
    const { same: _, ...changes } = (await at.up("admin", inputs)).changes;
    assert.deepEqual(changes, unchanged);
  });

  it("does not take what somebody else has made under the name that it was to have", async () => {
    const analyzers = new AccessAnalyzer(root(SECURITY));
    const { analyzers: [analyzer] = [] } = await analyzers.listAnalyzers({});
    await analyzers.untagResource({ resourceArn: analyzer?.arn, tagKeys: ["ManagedBy"] });
    const { resources } = await at.state("admin");
    const made = resources.find((one) => nameOf(one) === ANALYZER);
    assert.ok(made);
    const { id: _id, outputs: _outputs, ...resource } = made;
    await at.rewrite("admin", (latest) => ({
      ...without(ANALYZER)(latest),
      pending_operations: [{ type: "creating", resource }],
    }));
    const report = await at.recover("admin", inputs, nowhere);
    assert.deepEqual([report.imported, report.cleared.map(({ name }) => name)], [[], [ANALYZER]]);
    assert.ok(!(await at.state("admin")).resources.some((one) => nameOf(one) === ANALYZER));

    await analyzers.tagResource({ resourceArn: analyzer?.arn, tags: { ManagedBy: "Bulwark" } });
    const own = await at.recover("admin", inputs, { dead: [], suspects: [resource.urn] });
    assert.deepEqual(
      own.imported.map(({ name }) => name),
      [ANALYZER],
    );
    const again = await at.recover("admin", inputs, { dead: [], suspects: [resource.urn] });
    assert.deepEqual(again, { processesEnded: 0, locksRemoved: [], imported: [], cleared: [] });
  });
});
