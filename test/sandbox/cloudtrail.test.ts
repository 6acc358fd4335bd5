import assert from "node:assert/strict";
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { Organizations } from "@aws-sdk/client-organizations";
import { S3 } from "@aws-sdk/client-s3";
import { trailBucketPolicy } from "../../programs/admin/trail-policies.ts";
import { adminInputs } from "../programs/samples.ts";
import { type RunningSandbox, runSandbox } from "./running-sandbox.ts";

const [MANAGEMENT, LOG_ARCHIVE, MEMBER, OUTSIDE] = ["111111111111", "333333333333", "100000000001", "555555555555"];
const [OWN, ALL] = ["own", "bulwark-organization"];

describe("CloudTrail in the sandbox", () => {
  let sandbox: RunningSandbox;
  const clients = new Map<string, CloudTrail>();
  const as = (account: string, region = "us-east-1"): CloudTrail => {
    const key = `${account} ${region}`;
    const client = clients.get(key) ?? new CloudTrail({ ...sandbox.root(account, region), maxAttempts: 1 });
    clients.set(key, client);
    return client;
  };
  const arnOf = (account: string, name: string) => `arn:aws:cloudtrail:us-east-1:${account}:trail/${name}`;
  const seenBy = async (account: string, region?: string, ask = {}) =>
    ((await as(account, region).describeTrails(ask)).trailList ?? []).map(({ TrailARN }) => TrailARN).sort();

  before(async () => {
    sandbox = await runSandbox();
    const organizations = new Organizations(sandbox.root(MANAGEMENT));
    await organizations.enableAWSServiceAccess({ ServicePrincipal: "cloudtrail.amazonaws.com" });
    organizations.destroy();
    const s3 = new S3({ ...sandbox.root(LOG_ARCHIVE), forcePathStyle: true });
    await s3.createBucket({ Bucket: ALL });
    await s3.putBucketPolicy({ Bucket: ALL, Policy: JSON.stringify(trailBucketPolicy(adminInputs(), ALL)) });
    s3.destroy();
    const ofAll = { IsOrganizationTrail: true, IsMultiRegionTrail: true };
    await as(MANAGEMENT).createTrail({ Name: ALL, S3BucketName: ALL, ...ofAll });
    await as(MEMBER).createTrail({ Name: OWN, S3BucketName: ALL });
  });
  after(async () => {
    for (const client of clients.values()) client.destroy();
    await sandbox?.close();
  });

  it("shows a member the organization's trail beside its own, in every region, and nobody else", async () => {
    const [own, all] = [arnOf(MEMBER, OWN), arnOf(MANAGEMENT, ALL)];
    assert.deepEqual(await seenBy(MEMBER), [own, all]);
    assert.deepEqual(await seenBy(MEMBER, "us-west-2"), [all]);
    assert.deepEqual(await seenBy(MEMBER, "us-east-1", { includeShadowTrails: false }), [own]);
    assert.deepEqual(await seenBy(MEMBER, "us-east-1", { trailNameList: [all] }), [all]);
    assert.deepEqual(await seenBy(MEMBER, "us-east-1", { trailNameList: [OWN] }), [own]);
    assert.deepEqual(await seenBy(MANAGEMENT), [all]);
    assert.deepEqual(await seenBy(OUTSIDE), []);
  });

  it("tells a member whether the organization's trail is logging, by its ARN, and lets it change nothing", async () => {
    const Name = arnOf(MANAGEMENT, ALL);
    const isLogging = async () => (await as(MEMBER, "us-west-2").getTrailStatus({ Name })).IsLogging;
    await as(MANAGEMENT).startLogging({ Name: ALL });
    assert.equal(await isLogging(), true);
    await as(MANAGEMENT).stopLogging({ Name: ALL });
    assert.equal(await isLogging(), false);
    await as(MEMBER).startLogging({ Name: OWN });
    assert.equal((await as(MEMBER).getTrailStatus({ Name: OWN })).IsLogging, true);
    await assert.rejects(as(MEMBER).getTrailStatus({ Name: ALL }), { name: "TrailNotFoundException" });
    await assert.rejects(as(OUTSIDE).getTrailStatus({ Name }));
    await assert.rejects(as(MEMBER).stopLogging({ Name }));
  });
});
