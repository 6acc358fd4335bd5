import assert from "node:assert/strict";
import { AccessAnalyzer } from "@aws-sdk/client-accessanalyzer";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { KMS } from "@aws-sdk/client-kms";
import { S3 } from "@aws-sdk/client-s3";
import { Analyzer } from "@pulumi/aws/accessanalyzer/analyzer.js";
import { ArchiveRule } from "@pulumi/aws/accessanalyzer/archiveRule.js";
import { DetectorFeature } from "@pulumi/aws/guardduty/detectorFeature.js";
import { Filter } from "@pulumi/aws/guardduty/filter.js";
import { MemberDetectorFeature } from "@pulumi/aws/guardduty/memberDetectorFeature.js";
import { OrganizationConfigurationFeature } from "@pulumi/aws/guardduty/organizationConfigurationFeature.js";
import { PublishingDestination } from "@pulumi/aws/guardduty/publishingDestination.js";
import { Provider } from "@pulumi/aws/provider.js";
import { ThreatEntitySet } from "@pulumi/aws-native/guardduty/threatEntitySet.js";
import { TrustedEntitySet } from "@pulumi/aws-native/guardduty/trustedEntitySet.js";
import { Provider as NativeProvider } from "@pulumi/aws-native/provider.js";
import { SAMPLE } from "../../sandbox/organization/accounts.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const [MANAGEMENT, SECURITY, MEMBER, OTHER] = ["111111111111", "222222222222", "100000000001", "100000000003"];
const AGENTS = ["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"];
const BUCKETS = ["findings-one", "findings-two"];

describe("the types of GuardDuty's and Access Analyzer's features, through the real engine", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let guardDuty: GuardDuty;
  let analyzer: AccessAnalyzer;
  let DetectorId: string;
  let keyArn: string;

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    guardDuty = new GuardDuty(sandbox.root(SECURITY));
    analyzer = new AccessAnalyzer(sandbox.root(SECURITY));
    await writeRootProfiles(engine, SECURITY);
    const management = new GuardDuty(sandbox.root(MANAGEMENT));
    await management.enableOrganizationAdminAccount({ AdminAccountId: SECURITY });
    management.destroy();
    DetectorId = (await guardDuty.listDetectors({})).DetectorIds?.[0] ?? "";
    const AccountDetails = [MEMBER, OTHER].map((AccountId) => ({
      AccountId,
      Email: SAMPLE.accounts.find(({ id }) => id === AccountId)?.email ?? "",
    }));
    await guardDuty.createMembers({ DetectorId, AccountDetails });
    const kms = new KMS(sandbox.root(SECURITY));
    const s3 = new S3({ ...sandbox.root(SECURITY), forcePathStyle: true });
    const service = { Service: "guardduty.amazonaws.com" };
    const open = (Action: string, Principal: object = service) => ({
      Effect: "Allow",
      Principal,
      Action,
      Resource: "*",
    });
    const account = { AWS: `arn:aws:iam::${SECURITY}:root` };
    const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
    keyArn = (await kms.createKey({ Policy: policy(open("kms:*", account), open("kms:*")) })).KeyMetadata?.Arn ?? "";
    for (const Bucket of BUCKETS) {
      await s3.createBucket({ Bucket });
      const Resource = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`];
      await s3.putBucketPolicy({ Bucket, Policy: policy({ ...open("s3:*"), Resource }) });
    }
    kms.destroy();
    s3.destroy();
  });

  after(async () => {
    guardDuty?.destroy();
    analyzer?.destroy();
    await engine?.remove();
    await sandbox?.close();
  });

  interface Wanted {
    readonly status?: string;
    readonly agent?: string;
    readonly autoEnable?: string;
    readonly bucket?: string | undefined;
    readonly lessThan?: string;
    readonly location?: string;
    readonly member?: string | undefined;
    readonly principal?: string;
  }

  function features(wanted: Wanted = {}): Program {
    const { status = "ENABLED", agent = "DISABLED", autoEnable = "NONE", lessThan = "4", member = MEMBER } = wanted;
    const { bucket = BUCKETS[0], location = "s3://lists/a.txt", principal = "444455556666" } = wanted;
    return async () => {
      const provider = new Provider("aws", { region: "us-east-1", profile: `bulwark-${SECURITY}` });
      const native = new NativeProvider("native", { region: "us-east-1", profile: `bulwark-${SECURITY}` });
      const detectorId = DetectorId;
      const agents = (key: string, value: string) => AGENTS.map((name) => ({ name, [key]: value })) as never;
      const runtime = { detectorId, name: "RUNTIME_MONITORING" };
      new DetectorFeature("own", { detectorId, name: "S3_DATA_EVENTS", status }, { provider });
      // In another order than AWS's, which is no difference here.
      const reversed = [...AGENTS].reverse().map((name) => ({ name, status: agent }));
      new DetectorFeature("own-runtime", { ...runtime, status, additionalConfigurations: reversed }, { provider });
      const theirs = { ...runtime, accountId: member, status, additionalConfigurations: agents("status", agent) };
      new MemberDetectorFeature("theirs", theirs, { provider });
      const all = { ...runtime, autoEnable, additionalConfigurations: agents("autoEnable", autoEnable) };
      new OrganizationConfigurationFeature("organization", all, { provider });
      const destination = { detectorId, destinationArn: `arn:aws:s3:::${bucket}`, kmsKeyArn: keyArn };
      new PublishingDestination("export", { ...destination, tags: { team: "soc" } }, { provider });
      const criterions = [
        { field: "type", equals: ["a", "b"] },
        { field: "severity", lessThan },
      ];
      const filter = { detectorId, name: "known", action: "ARCHIVE", rank: 1, findingCriteria: { criterions } };
      new Filter("filter", { ...filter, tags: { team: lessThan } }, { provider });
      const set = { detectorId, format: "TXT", location, activate: true, expectedBucketOwner: SECURITY };
      const tags = [{ key: "team", value: "soc" }];
      new TrustedEntitySet("trusted", { ...set, name: "partners", tags }, { provider: native });
      new ThreatEntitySet("threat", { ...set, name: "feed", tags }, { provider: native });
      const analyzerName = new Analyzer("analyzer", { analyzerName: "own", type: "ACCOUNT" }, { provider })
        .analyzerName;
      const filters = [
        { criteria: "principal.AWS", eqs: [principal] },
        { criteria: "isPublic", exists: "false" },
      ];
      new ArchiveRule("rule", { analyzerName, ruleName: "known", filters }, { provider });
      return {};
    };
  }

  const planOf = async (account: string, name: string) => {
    const answer = await guardDuty.getMemberDetectors({ DetectorId, AccountIds: [account] });
    return answer.MemberDataSourceConfigurations?.[0]?.Features?.find((feature) => feature.Name === name);
  };

  it("makes each, and finds it the same when it is read", async () => {
    const made = await engine.run("features", "up", features());
    assert.deepEqual([made.changes, made.errors], [{ create: 13 }, ""]);
    assert.equal((await engine.resource("features", "theirs")).id, `${DetectorId}/${MEMBER}/RUNTIME_MONITORING`);
    assert.equal((await engine.resource("features", "filter")).id, `${DetectorId}:known`);
    assert.equal((await engine.resource("features", "rule")).id, "own/known");
    assert.match((await engine.resource("features", "threat")).id, new RegExp(`^[0-9a-f]{32}\\|${DetectorId}$`));
    const plan = await planOf(MEMBER, "RUNTIME_MONITORING");
    assert.deepEqual([plan?.Status, plan?.AdditionalConfiguration?.map(({ Name }) => Name)], ["ENABLED", AGENTS]);
    const outcome = { changes: { same: 13 }, diffs: {}, errors: "" };
    assert.deepEqual(await engine.run("features", "refresh"), outcome);
  });

  it("updates each in place, replaces what names another member, and changes nothing the second time", async () => {
    const wanted = {
      status: "DISABLED",
      agent: "ENABLED",
      autoEnable: "NEW",
      lessThan: "7",
      location: "s3://lists/b.txt",
      bucket: BUCKETS[1],
      principal: "999999999999",
      member: OTHER,
    };
    const updated = await engine.run("features", "up", features(wanted));
    assert.deepEqual([updated.changes, updated.errors], [{ same: 4, update: 8, replace: 1 }, ""]);
    const plan = await planOf(OTHER, "RUNTIME_MONITORING");
    assert.deepEqual([plan?.Status, plan?.AdditionalConfiguration?.[2]?.Status], ["DISABLED", "ENABLED"]);
    assert.equal((await planOf(MEMBER, "RUNTIME_MONITORING"))?.Status, "ENABLED", "letting go sets nothing");
    const configuration = await guardDuty.describeOrganizationConfiguration({ DetectorId });
    const feature = configuration.Features?.find(({ Name }) => Name === "RUNTIME_MONITORING");
    assert.deepEqual([configuration.AutoEnableOrganizationMembers, feature?.AutoEnable], ["NONE", "NEW"]);
    const filter = await guardDuty.getFilter({ DetectorId, FilterName: "known" });
    assert.deepEqual([filter.FindingCriteria?.Criterion?.severity, filter.Tags], [{ LessThan: 7 }, { team: "7" }]);
    assert.deepEqual(await engine.run("features", "up"), { changes: { same: 13 }, diffs: {}, errors: "" });
  });

  it("sees what was changed by hand, and puts it back", async () => {
    await guardDuty.updateMemberDetectors({
      DetectorId,
      AccountIds: [OTHER],
      Features: [
        {
          Name: "RUNTIME_MONITORING",
          Status: "ENABLED",
          AdditionalConfiguration: [{ Name: "EC2_AGENT_MANAGEMENT", Status: "DISABLED" }],
        },
      ],
    });
    await guardDuty.updateDetector({ DetectorId, Features: [{ Name: "S3_DATA_EVENTS", Status: "ENABLED" }] });
    await guardDuty.updateOrganizationConfiguration({
      DetectorId,
      AutoEnableOrganizationMembers: "NONE",
      Features: [{ Name: "RUNTIME_MONITORING", AutoEnable: "NONE" }],
    });
    await guardDuty.updateFilter({ DetectorId, FilterName: "known", Action: "NOOP" });
    const [set] = (await engine.resource("features", "threat")).id.split("|");
    await guardDuty.updateThreatEntitySet({ DetectorId, ThreatEntitySetId: set, Activate: false });
    const { Destinations } = await guardDuty.listPublishingDestinations({ DetectorId });
    await guardDuty.deletePublishingDestination({ DetectorId, DestinationId: Destinations?.[0]?.DestinationId });
    await analyzer.deleteArchiveRule({ analyzerName: "own", ruleName: "known" });

    const drift = await engine.run("features", "refresh");
    assert.deepEqual(drift.changes, { same: 6, update: 5, delete: 2 });
    assert.deepEqual(drift.diffs.theirs?.toSorted(), ["~ additionalConfigurations[2].status", "~ status"]);
    assert.deepEqual(drift.diffs.threat, ["~ activate"]);
    const { changes, errors } = await engine.run("features", "up");
    assert.deepEqual([changes, errors], [{ same: 6, update: 5, create: 2 }, ""]);
    assert.equal((await planOf(OTHER, "RUNTIME_MONITORING"))?.Status, "DISABLED");
    assert.equal((await guardDuty.getFilter({ DetectorId, FilterName: "known" })).Action, "ARCHIVE");
  });

  it("counts the plans of an account that is no member as gone, and says in GuardDuty's words that it can't set them", async () => {
    await guardDuty.disassociateMembers({ DetectorId, AccountIds: [OTHER] });
    const gone = await engine.run("features", "refresh");
    assert.deepEqual(gone.changes, { same: 12, delete: 1 });
    const { errors } = await engine.run("features", "up");
    assert.match(
      errors,
      /creating GuardDuty Member Detector Feature \(\w+\/100000000003\/RUNTIME_MONITORING\): .*is not an associated member/,
    );
  });

  it("imports what can be imported by its id, and destroys without a trace", async () => {
    const ids = new Map<string, string>();
    for (const name of ["export", "filter", "rule", "trusted"])
      ids.set(name, (await engine.resource("features", name)).id);
    const imports: Program = async () => {
      const found = (name: string, options: object) => ({ ...options, import: ids.get(name) ?? "" });
      const aws = { provider: new Provider("aws", { region: "us-east-1", profile: `bulwark-${SECURITY}` }) };
      const native = {
        provider: new NativeProvider("native", { region: "us-east-1", profile: `bulwark-${SECURITY}` }),
      };
      const detectorId = DetectorId;
      const destination = { detectorId, destinationArn: `arn:aws:s3:::${BUCKETS[1]}`, kmsKeyArn: keyArn };
      new PublishingDestination("export", { ...destination, tags: { team: "soc" } }, found("export", aws));
      const criterions = [
        { field: "type", equals: ["a", "b"] },
        { field: "severity", lessThan: "7" },
      ];
      const filter = { detectorId, name: "known", action: "ARCHIVE", rank: 1, findingCriteria: { criterions } };
      new Filter("filter", { ...filter, tags: { team: "7" } }, found("filter", aws));
      const filters = [
        { criteria: "principal.AWS", eqs: ["999999999999"] },
        { criteria: "isPublic", exists: "false" },
      ];
      new ArchiveRule("rule", { analyzerName: "own", ruleName: "known", filters }, found("rule", aws));
      const set = { detectorId, format: "TXT", location: "s3://lists/b.txt", activate: true };
      const more = { name: "partners", expectedBucketOwner: SECURITY, tags: [{ key: "team", value: "soc" }] };
      new TrustedEntitySet("trusted", { ...set, ...more }, found("trusted", native));
      return {};
    };
    const imported = await engine.run("imports", "up", imports);
    assert.deepEqual([imported.changes, imported.errors], [{ create: 3, import: 4 }, ""]);

    // The stack of the import keeps them in its state, too; that they are gone is a success.
    const { changes, errors } = await engine.run("features", "destroy");
    assert.deepEqual([changes, errors], [{ delete: 12 }, ""]);
    assert.deepEqual((await guardDuty.listFilters({ DetectorId })).FilterNames, []);
    assert.deepEqual((await guardDuty.listPublishingDestinations({ DetectorId })).Destinations, []);
    assert.deepEqual((await guardDuty.listThreatEntitySets({ DetectorId })).ThreatEntitySetIds, []);
    assert.deepEqual((await analyzer.listAnalyzers({ type: "ACCOUNT" })).analyzers, []);
  });
});
