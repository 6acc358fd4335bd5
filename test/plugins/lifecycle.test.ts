import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { SQS } from "@aws-sdk/client-sqs";
import { AccountPasswordPolicy } from "@pulumi/aws/iam/accountPasswordPolicy.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { Provider } from "@pulumi/aws/provider.js";
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import { Queue, type QueueArgs } from "@pulumi/aws/sqs/queue.js";
import { QueuePolicy } from "@pulumi/aws/sqs/queuePolicy.js";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";

const ACCOUNT = "100000000001";

const statement = (more: object) => JSON.stringify({ Version: "2012-10-17", Statement: [more] });

/** A bucket with its parts, a queue in another region, a role, the account's password policy. */
function storage(queue: QueueArgs = {}): Program {
  return async () => {
    const tags = { tags: { "cost center": "security" } };
    const provider = new Provider("aws", { region: "us-east-1", profile: "member", defaultTags: tags });
    const at = { provider };
    const { bucket, arn } = new Bucket("Evidence", { forceDestroy: true, tags: { owner: "audit" } }, at);
    new BucketVersioning("versioning", { bucket, versioningConfiguration: { status: "Enabled" } }, at);
    new BucketPublicAccessBlock("private", { bucket, blockPublicAcls: true, restrictPublicBuckets: true }, at);
    const deny = { Effect: "Deny", Principal: "*", Action: ["s3:PutBucketAcl"] };
    new BucketPolicy(
      "policy",
      { bucket, policy: arn.apply((Resource) => statement({ ...deny, Resource: [Resource] })) },
      at,
    );
    const sse = { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } };
    new BucketServerSideEncryptionConfiguration("encryption", { bucket, rules: [sse] }, at);
    const old = { id: "old", status: "Enabled", filter: {}, noncurrentVersionExpiration: { noncurrentDays: 30 } };
    new BucketLifecycleConfiguration("expiry", { bucket, rules: [old] }, at);

    const events = new Queue("events", { region: "us-west-2", visibilityTimeoutSeconds: 60, ...queue }, at);
    const send = { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage" };
    const policy = events.arn.apply((Resource) => statement({ ...send, Resource }));
    new QueuePolicy("send", { region: "us-west-2", queueUrl: events.url, policy }, at);

    const trust = { Effect: "Allow", Principal: { Service: "config.amazonaws.com" }, Action: "sts:AssumeRole" };
    const role = new Role("delivery", { assumeRolePolicy: statement(trust), description: "delivers" }, at);
    const put = statement({ Effect: "Allow", Action: "s3:PutObject", Resource: "*" });
    new RolePolicy("put", { role: role.name, policy: put }, at);
    new AccountPasswordPolicy("passwords", { minimumPasswordLength: 14, passwordReusePrevention: 24 }, at);
    return { bucket, queueUrl: events.url };
  };
}

describe("the aws plugin, through the real engine", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    const keys = `aws_access_key_id = ${ACCOUNT}\naws_secret_access_key = sandbox\n`;
    await writeFile(engine.env.AWS_SHARED_CREDENTIALS_FILE ?? "", `[member]\n${keys}`);
  });

  after(async () => {
    await engine?.remove();
    await sandbox?.close();
  });

  it("previews with what is not known yet as unknown, and makes nothing", async () => {
    const outcome = await engine.run("storage", "preview", storage());
    assert.deepEqual(outcome, { changes: { create: 13 }, diffs: {}, errors: "" });
    assert.equal(
      (await new S3({ ...sandbox.root(ACCOUNT), forcePathStyle: true }).listBuckets({})).Buckets?.length ?? 0,
      0,
    );
  });

  it("creates, and an independent client sees it", async () => {
    const outcome = await engine.run("storage", "up");
    assert.deepEqual([outcome.changes, outcome.errors], [{ create: 13 }, ""]);
    const { id, outputs } = await engine.resource("storage", "Evidence");
    assert.match(id, /^evidence-[0-9a-f]{7}$/);
    assert.equal(outputs.region, "us-east-1");
    assert.deepEqual(outputs.tags, { owner: "audit" });
    assert.deepEqual(outputs.tagsAll, { owner: "audit", "cost center": "security" });
    const s3 = new S3({ ...sandbox.root(ACCOUNT), forcePathStyle: true });
    const { TagSet = [] } = await s3.getBucketTagging({ Bucket: id });
    assert.deepEqual(TagSet.map(({ Key }) => Key).sort(), ["cost center", "owner"]);
    assert.equal((await s3.getBucketVersioning({ Bucket: id })).Status, "Enabled");
  });

  it("changes nothing when the same is deployed again", async () => {
    assert.deepEqual(await engine.run("storage", "up"), { changes: { same: 13 }, diffs: {}, errors: "" });
  });

  it("finds no drift where there is none", async () => {
    assert.deepEqual((await engine.run("storage", "previewRefresh")).changes, { same: 13 });
    assert.deepEqual((await engine.run("storage", "refresh")).changes, { same: 13 });
    assert.deepEqual((await engine.run("storage", "preview")).changes, { same: 13 });
  });

  it("updates in place what can be, and says what differs", async () => {
    const program = storage({ visibilityTimeoutSeconds: 90, delaySeconds: 5 });
    const preview = await engine.run("storage", "preview", program);
    assert.deepEqual(preview.changes, { same: 12, update: 1 });
    assert.deepEqual(preview.diffs.events?.sort(), ["~ delaySeconds", "~ visibilityTimeoutSeconds"]);
    assert.deepEqual((await engine.run("storage", "up")).changes, { same: 12, update: 1 });
    const { id } = await engine.resource("storage", "events");
    const sqs = new SQS({ ...sandbox.root(ACCOUNT, "us-west-2"), useQueueUrlAsEndpoint: false });
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: id, AttributeNames: ["All"] });
    assert.equal(Attributes?.VisibilityTimeout, "90");
    assert.equal(Attributes?.DelaySeconds, "5");
  });

  it("sees what was changed by hand, and puts it back", async () => {
    const iam = new IAM(sandbox.root(ACCOUNT));
    const role = (await engine.resource("storage", "delivery")).id;
    await iam.updateRoleDescription({ RoleName: role, Description: "changed" });
    await iam.tagRole({ RoleName: role, Tags: [{ Key: "added", Value: "by hand" }] });
    await iam.deleteAccountPasswordPolicy({});
    const drift = await engine.run("storage", "previewRefresh");
    assert.deepEqual(drift.changes, { same: 11, update: 1, delete: 1 });
    assert.deepEqual(drift.diffs.delivery?.sort(), ["+ tags", "+ tagsAll.added", "~ description"]);

    assert.deepEqual((await engine.run("storage", "refresh")).changes, { same: 11, update: 1, delete: 1 });
    assert.deepEqual((await engine.run("storage", "up")).changes, { same: 11, update: 1, create: 1 });
    const { Role: repaired } = await iam.getRole({ RoleName: role });
    assert.equal(repaired?.Description, "delivers");
    assert.deepEqual(
      repaired?.Tags?.map(({ Key }) => Key),
      ["cost center"],
    );
    assert.equal((await iam.getAccountPasswordPolicy({})).PasswordPolicy?.MinimumPasswordLength, 14);
  });

  it("replaces where AWS has no way to change, a region among them", async () => {
    const program = storage({ visibilityTimeoutSeconds: 90, delaySeconds: 5, region: "us-east-1" });
    const preview = await engine.run("storage", "preview", program);
    // The policy goes with its queue.
    assert.deepEqual(preview.changes, { same: 11, replace: 2 });
    assert.deepEqual(preview.diffs.events, ["+- region"]);
  });

  it("destroys everything, also what is gone already", async () => {
    const { id } = await engine.resource("storage", "events");
    await new SQS({ ...sandbox.root(ACCOUNT, "us-west-2"), useQueueUrlAsEndpoint: false }).deleteQueue({
      QueueUrl: id,
    });
    const outcome = await engine.run("storage", "destroy");
    assert.deepEqual([outcome.changes, outcome.errors], [{ delete: 13 }, ""]);
    const s3 = new S3({ ...sandbox.root(ACCOUNT), forcePathStyle: true });
    assert.equal((await s3.listBuckets({})).Buckets?.length ?? 0, 0);
  });
});
