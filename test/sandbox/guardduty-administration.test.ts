import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { KMS } from "@aws-sdk/client-kms";
import { S3 } from "@aws-sdk/client-s3";
import { SAMPLE } from "../../sandbox/organization/accounts.ts";
import { type RunningSandbox, runSandbox } from "./running-sandbox.ts";

const management = "111111111111";
const security = "222222222222";
const logArchive = "333333333333";
const member = "100000000001";
const email = SAMPLE.accounts.find(({ id }) => id === member)?.email ?? "";

const rejected = (text: RegExp) => ({ name: "BadRequestException", message: text });
const noPermission = rejected(/GuardDuty service principal does not have permission/);
const notForMembers = rejected(/member accounts cannot manage specified resources/);

describe("what GuardDuty's administrator sets, in the sandbox", () => {
  let sandbox: RunningSandbox;
  let guardDuty: GuardDuty;
  let ofMember: GuardDuty;
  let DetectorId: string;
  let memberDetectorId: string;

  before(async () => {
    sandbox = await runSandbox();
    guardDuty = new GuardDuty({ ...sandbox.root(security), maxAttempts: 1 });
    ofMember = new GuardDuty({ ...sandbox.root(member), maxAttempts: 1 });
    const ofManagement = new GuardDuty(sandbox.root(management));
    await ofManagement.enableOrganizationAdminAccount({ AdminAccountId: security });
    ofManagement.destroy();
    DetectorId = (await guardDuty.listDetectors({})).DetectorIds?.[0] ?? "";
    await guardDuty.createMembers({ DetectorId, AccountDetails: [{ AccountId: member, Email: email }] });
    memberDetectorId = (await ofMember.listDetectors({})).DetectorIds?.[0] ?? "";
  });

  after(async () => {
    guardDuty?.destroy();
    ofMember?.destroy();
    await sandbox?.close();
  });

  const criteria = (type: string) => ({ Criterion: { type: { Equals: [type] }, severity: { LessThan: 5 } } });

  it("reads no plans of an account that is no member, and says why", async () => {
    const found = await guardDuty.getMemberDetectors({ DetectorId, AccountIds: [logArchive] });
    assert.deepEqual(found.MemberDataSourceConfigurations, []);
    assert.match(found.UnprocessedAccounts?.[0]?.Result ?? "", /is not an associated member/);
  });

  it("keeps filters by name, each at its rank", async () => {
    const filter = (Name: string, Rank?: number) =>
      guardDuty.createFilter({ DetectorId, Name, Rank, FindingCriteria: criteria("a:b/C"), Tags: { team: "soc" } });
    await filter("first");
    await filter("second");
    await filter("ahead", 1);
    const ranks = async () =>
      Promise.all(
        ((await guardDuty.listFilters({ DetectorId })).FilterNames ?? []).map(async (FilterName) => {
          const { Rank } = await guardDuty.getFilter({ DetectorId, FilterName });
          return `${FilterName} ${Rank}`;
        }),
      );
    assert.deepEqual(await ranks(), ["first 2", "second 3", "ahead 1"]);
    const { $metadata: _, ...found } = await guardDuty.getFilter({ DetectorId, FilterName: "first" });
    assert.deepEqual(found, {
      Name: "first",
      Description: "",
      Action: "NOOP",
      Rank: 2,
      FindingCriteria: criteria("a:b/C"),
      Tags: { team: "soc" },
    });
    await guardDuty.updateFilter({ DetectorId, FilterName: "first", Rank: 3, Description: "last now" });
    assert.deepEqual(await ranks(), ["first 3", "second 2", "ahead 1"]);
    await guardDuty.deleteFilter({ DetectorId, FilterName: "ahead" });
    assert.deepEqual(await ranks(), ["first 2", "second 1"]);

    await assert.rejects(filter("first"), rejected(/a filter with the given name already exists/));
    await assert.rejects(filter("with space"), rejected(/invalid or out-of-range value/));
    await assert.rejects(
      guardDuty.createFilter({ DetectorId, Name: "nothing", FindingCriteria: {} }),
      rejected(/invalid or out-of-range value/),
    );
    for (const FilterName of ["ahead", "never"]) {
      await assert.rejects(guardDuty.getFilter({ DetectorId, FilterName }), rejected(/no such resource found/));
    }
    const own = { DetectorId: memberDetectorId, Name: "mine", FindingCriteria: criteria("a:b/C") };
    await assert.rejects(ofMember.createFilter(own), notForMembers);

    const ResourceArn = `arn:aws:guardduty:us-east-1:${security}:detector/${DetectorId}/filter/first`;
    await guardDuty.tagResource({ ResourceArn, Tags: { owner: "me" } });
    await guardDuty.untagResource({ ResourceArn, TagKeys: ["team"] });
    assert.deepEqual((await guardDuty.listTagsForResource({ ResourceArn })).Tags, { owner: "me" });
    await assert.rejects(
      guardDuty.listTagsForResource({ ResourceArn: ResourceArn.replace("first", "never") }),
      rejected(/resource ARN in the request is not valid/),
    );
  });

  it("archives findings of members that a rule suppresses, and no others", async () => {
    const quiet = "Recon:EC2/PortProbeUnprotectedPort";
    const loud = "Backdoor:EC2/C&CActivity.B!DNS";
    const rule = { DetectorId, Name: "quiet", Action: "ARCHIVE" as const, FindingCriteria: criteria(quiet) };
    await guardDuty.createFilter(rule);
    await ofMember.createSampleFindings({ DetectorId: memberDetectorId, FindingTypes: [quiet, loud] });
    const typesOf = async (archived: string) => {
      const FindingCriteria = { Criterion: { "service.archived": { Equals: [archived] } } };
      const { FindingIds = [] } = await guardDuty.listFindings({ DetectorId, FindingCriteria });
      const { Findings = [] } = await guardDuty.getFindings({ DetectorId, FindingIds });
      return Findings.map(({ Type }) => Type);
    };
    assert.deepEqual([await typesOf("true"), await typesOf("false")], [[quiet], [loud]]);
    await guardDuty.deleteFilter({ DetectorId, FilterName: "quiet" });
  });

  it("exports findings to a bucket whose policies let it in, and to no other", async () => {
    const s3 = new S3({ ...sandbox.root(logArchive), forcePathStyle: true });
    const kms = new KMS(sandbox.root(logArchive));
    const Bucket = "findings-of-the-organization";
    await s3.createBucket({ Bucket });
    const { KeyMetadata } = await kms.createKey({});
    const KmsKeyArn = KeyMetadata?.Arn ?? "";
    const DestinationProperties = { DestinationArn: `arn:aws:s3:::${Bucket}`, KmsKeyArn };
    const create = () =>
      guardDuty.createPublishingDestination({ DetectorId, DestinationType: "S3", DestinationProperties });
    const fromDetector = (region: string) => ({
      Effect: "Allow",
      Principal: { Service: "guardduty.amazonaws.com" },
      Condition: {
        StringEquals: { "aws:SourceAccount": security },
        ArnLike: { "aws:SourceArn": `arn:aws:guardduty:${region}:${security}:detector/*` },
      },
    });
    const letIn = (region: string) =>
      s3.putBucketPolicy({
        Bucket,
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            { ...fromDetector(region), Action: "s3:GetBucketLocation", Resource: `arn:aws:s3:::${Bucket}` },
            { ...fromDetector(region), Action: "s3:PutObject", Resource: `arn:aws:s3:::${Bucket}/*` },
          ],
        }),
      });

    await assert.rejects(create(), noPermission);
    await letIn("us-east-1");
    await assert.rejects(create(), noPermission, "the key's policy lets nobody in");
    const account = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${logArchive}:root` }, Action: "kms:*" };
    const use = { ...fromDetector("us-east-1"), Action: "kms:GenerateDataKey" };
    const Statement = [account, use].map((each) => ({ ...each, Resource: "*" }));
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await kms.putKeyPolicy({ KeyId: KmsKeyArn, PolicyName: "default", Policy });
    await letIn("eu-west-1");
    await assert.rejects(create(), noPermission, "the bucket's policy lets detectors of another region in");
    await letIn("us-east-1");
    const { DestinationId } = await create();
    await assert.rejects(create(), rejected(/already exists/));
    const { $metadata: _, ...found } = await guardDuty.describePublishingDestination({ DetectorId, DestinationId });
    assert.deepEqual(found, {
      DestinationId,
      DestinationType: "S3",
      Status: "PUBLISHING",
      PublishingFailureStartTimestamp: 0,
      DestinationProperties,
    });

    await ofMember.createSampleFindings({
      DetectorId: memberDetectorId,
      FindingTypes: ["Policy:IAMUser/RootCredentialUsage"],
    });
    const { Contents = [] } = await s3.listObjectsV2({ Bucket, Prefix: `AWSLogs/${security}/GuardDuty/us-east-1/` });
    assert.equal(Contents.length, 1);
    const { Body, ServerSideEncryption } = await s3.getObject({ Bucket, Key: Contents[0]?.Key });
    assert.equal(ServerSideEncryption, "aws:kms");
    const exported = JSON.parse(gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()).toString());
    assert.deepEqual([exported.accountId, exported.type], [member, "Policy:IAMUser/RootCredentialUsage"]);

    await guardDuty.deletePublishingDestination({ DetectorId, DestinationId });
    await assert.rejects(
      guardDuty.describePublishingDestination({ DetectorId, DestinationId }),
      rejected(/input parameters have invalid values/),
    );
    assert.deepEqual((await guardDuty.listPublishingDestinations({ DetectorId })).Destinations, []);
    s3.destroy();
    kms.destroy();
  });

  it("keeps lists of trusted entities and of threats, of the administrator only", async () => {
    const list = { DetectorId, Name: "partners", Format: "TXT" as const, Location: "s3://lists/a.txt", Activate: true };
    const { TrustedEntitySetId } = await guardDuty.createTrustedEntitySet({ ...list, Tags: { team: "soc" } });
    const { ThreatEntitySetId } = await guardDuty.createThreatEntitySet({ ...list, ExpectedBucketOwner: member });
    const trusted = await guardDuty.getTrustedEntitySet({ DetectorId, TrustedEntitySetId });
    assert.deepEqual(
      [trusted.Name, trusted.Status, trusted.ExpectedBucketOwner, trusted.Tags],
      ["partners", "ACTIVE", security, { team: "soc" }],
    );
    await guardDuty.updateThreatEntitySet({ DetectorId, ThreatEntitySetId, Activate: false, Location: "s3://lists/b" });
    const threat = await guardDuty.getThreatEntitySet({ DetectorId, ThreatEntitySetId });
    assert.deepEqual(
      [threat.Status, threat.Location, threat.ExpectedBucketOwner],
      ["INACTIVE", "s3://lists/b", member],
    );
    assert.deepEqual((await guardDuty.listThreatEntitySets({ DetectorId })).ThreatEntitySetIds, [ThreatEntitySetId]);

    await assert.rejects(guardDuty.createTrustedEntitySet(list), rejected(/limit of entity sets/));
    for (const wrong of [{ Name: "a b" }, { Location: "ftp://lists/a" }]) {
      await assert.rejects(guardDuty.createThreatEntitySet({ ...list, ...wrong }), rejected(/invalid or out-of-range/));
    }
    await assert.rejects(ofMember.createThreatEntitySet({ ...list, DetectorId: memberDetectorId }), notForMembers);

    await guardDuty.deleteTrustedEntitySet({ DetectorId, TrustedEntitySetId });
    await guardDuty.deleteThreatEntitySet({ DetectorId, ThreatEntitySetId });
    await assert.rejects(
      guardDuty.getThreatEntitySet({ DetectorId, ThreatEntitySetId }),
      rejected(/input threatEntitySetId is not owned/),
    );
    assert.deepEqual((await guardDuty.listTrustedEntitySets({ DetectorId })).TrustedEntitySetIds, []);
  });
});
