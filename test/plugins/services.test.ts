import assert from "node:assert/strict";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { Analyzer } from "@pulumi/aws/accessanalyzer/analyzer.js";
import { DeliveryChannel } from "@pulumi/aws/cfg/deliveryChannel.js";
import { Recorder } from "@pulumi/aws/cfg/recorder.js";
import { RecorderStatus } from "@pulumi/aws/cfg/recorderStatus.js";
import { EventRule } from "@pulumi/aws/cloudwatch/eventRule.js";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget.js";
import { EncryptionByDefault } from "@pulumi/aws/ebs/encryptionByDefault.js";
import { Detector } from "@pulumi/aws/guardduty/detector.js";
import { Member as DetectorMember } from "@pulumi/aws/guardduty/member.js";
import { OrganizationAdminAccount as DetectorAdmin } from "@pulumi/aws/guardduty/organizationAdminAccount.js";
import { OrganizationConfiguration as DetectorOrganization } from "@pulumi/aws/guardduty/organizationConfiguration.js";
import { Policy } from "@pulumi/aws/iam/policy.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { ServiceLinkedRole } from "@pulumi/aws/iam/serviceLinkedRole.js";
import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key } from "@pulumi/aws/kms/key.js";
import { AwsServiceAccess } from "@pulumi/aws/organizations/awsServiceAccess.js";
import { DelegatedAdministrator } from "@pulumi/aws/organizations/delegatedAdministrator.js";
import { Provider } from "@pulumi/aws/provider.js";
import { AccountPublicAccessBlock } from "@pulumi/aws/s3/accountPublicAccessBlock.js";
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketObjectLockConfiguration } from "@pulumi/aws/s3/bucketObjectLockConfiguration.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { Account as Hub } from "@pulumi/aws/securityhub/account.js";
import { FindingAggregator } from "@pulumi/aws/securityhub/findingAggregator.js";
import { Member as HubMember } from "@pulumi/aws/securityhub/member.js";
import { OrganizationAdminAccount as HubAdmin } from "@pulumi/aws/securityhub/organizationAdminAccount.js";
import { OrganizationConfiguration as HubOrganization } from "@pulumi/aws/securityhub/organizationConfiguration.js";
import { StandardsSubscription } from "@pulumi/aws/securityhub/standardsSubscription.js";
import { Queue } from "@pulumi/aws/sqs/queue.js";
import { Provider as NativeProvider } from "@pulumi/aws-native/provider.js";
import { SecurityControl } from "@pulumi/aws-native/securityhub/securityControl.js";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const [MANAGEMENT, SECURITY, MEMBER] = ["111111111111", "222222222222", "100000000001"];
const FSBP = "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0";
const principals = ["securityhub.amazonaws.com", "guardduty.amazonaws.com", "access-analyzer.amazonaws.com"];

const allow = (...statements: object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements.map((more) => ({ Effect: "Allow", ...more })) });

const provider = (account: string) => ({
  provider: new Provider(`aws-${account}`, { region: "us-east-1", profile: `bulwark-${account}` }),
});

/** Delegation and administration, with one member. */
const administration: Program = async () => {
  const [management, security, member] = [provider(MANAGEMENT), provider(SECURITY), provider(MEMBER)];
  // GuardDuty leaves its administrator registered with Organizations, which keeps its trusted access on.
  const trust = (name: string) => ({ ...management, retainOnDelete: name.startsWith("guardduty") });
  const access = principals.map((name) => new AwsServiceAccess(name, { servicePrincipal: name }, trust(name)));
  const delegated = { accountId: SECURITY, servicePrincipal: "access-analyzer.amazonaws.com" };
  const delegation = new DelegatedAdministrator("analyzer", delegated, { ...management, dependsOn: access });
  new Analyzer("org", { analyzerName: "org", type: "ORGANIZATION" }, { ...security, dependsOn: delegation });

  const detector = new Detector("security", { findingPublishingFrequency: "FIFTEEN_MINUTES" }, security);
  const admin = { adminAccountId: SECURITY };
  const detectorAdmin = new DetectorAdmin("guardduty", admin, { ...management, dependsOn: [...access, detector] });
  const none = { detectorId: detector.id, autoEnableOrganizationMembers: "NONE" };
  const detectors = new DetectorOrganization("guardduty", none, { ...security, dependsOn: detectorAdmin });
  const theirs = new Detector("member", { enable: true }, member);
  const email = "aws+clearing-prod@clearing.example.com";
  const who = { accountId: MEMBER, email };
  const joins = { ...security, dependsOn: [detectors, theirs], ignoreChanges: ["invite"] };
  new DetectorMember("detector-member", { ...who, detectorId: detector.id }, joins);

  const hub = new Hub("security", { enableDefaultStandards: false }, security);
  new StandardsSubscription("fsbp", { standardsArn: FSBP }, { ...security, dependsOn: hub });
  const hubAdmin = new HubAdmin("hub", admin, { ...management, dependsOn: [...access, hub] });
  const local = {
    autoEnable: false,
    autoEnableStandards: "NONE",
    organizationConfiguration: { configurationType: "LOCAL" },
  };
  const hubs = new HubOrganization("hub", local, { ...security, dependsOn: hubAdmin });
  const linked = { linkingMode: "SPECIFIED_REGIONS", specifiedRegions: ["us-west-2"] };
  new FindingAggregator("hub", linked, { ...security, dependsOn: hubs });
  const theirHub = new Hub("member", { enableDefaultStandards: false }, member);
  // AWS deletes no membership of an account of the organization: it ends with the administration.
  new HubMember("hub-member", who, { ...security, dependsOn: [hubs, theirHub], retainOnDelete: true });

  const native = new NativeProvider("native", { region: "us-east-1", profile: `bulwark-${SECURITY}` });
  const parameters = { daysToExpiration: { valueType: "CUSTOM" as const, value: { integer: 15 } } };
  new SecurityControl("acm", { securityControlId: "ACM.1", parameters }, { provider: native, dependsOn: hub });
  return {};
};

/** What belongs to one account, apart from the security services. */
const account: Program = async () => {
  const at = provider(MEMBER);
  const key = new Key(
    "key",
    { description: "evidence", enableKeyRotation: true, deletionWindowInDays: 7, tags: { a: "b" } },
    at,
  );
  new Alias("alias", { name: "alias/evidence", targetKeyId: key.arn }, at);
  const { bucket, arn } = new Bucket("delivery", { forceDestroy: true }, at);
  const service = { Principal: { Service: "config.amazonaws.com" } };
  const read = { ...service, Action: ["s3:GetBucketAcl", "s3:ListBucket"] };
  const write = { ...service, Action: "s3:PutObject" };
  const document = arn.apply((Resource) => allow({ ...read, Resource }, { ...write, Resource: `${Resource}/*` }));
  const policy = new BucketPolicy("delivery", { bucket, policy: document }, at);
  new BucketOwnershipControls("delivery", { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }, at);
  const locked = new Bucket("locked", { objectLockEnabled: true, forceDestroy: true }, at);
  const rule = { defaultRetention: { mode: "GOVERNANCE", days: 1 } };
  new BucketObjectLockConfiguration("locked", { bucket: locked.bucket, rule }, at);

  const role = new ServiceLinkedRole("config", { awsServiceName: "config.amazonaws.com" }, at);
  const all = { allSupported: true, includeGlobalResourceTypes: true };
  const recorder = new Recorder("recorder", { name: "default", roleArn: role.arn, recordingGroup: all }, at);
  const to = { name: "default", s3BucketName: bucket, snapshotDeliveryProperties: { deliveryFrequency: "Six_Hours" } };
  const channel = new DeliveryChannel("channel", to, { ...at, dependsOn: [recorder, policy] });
  new RecorderStatus("recording", { name: recorder.name, isEnabled: true }, { ...at, dependsOn: channel });

  new EncryptionByDefault("ebs", {}, at);
  const blocked = {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  };
  new AccountPublicAccessBlock("blocked", blocked, at);

  const own = new Policy("policy", { policy: allow({ Action: "sqs:*", Resource: "*" }), tags: { a: "b" } }, at);
  const trust = allow({ Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" });
  const worker = new Role("worker", { assumeRolePolicy: trust, maxSessionDuration: 7200 }, at);
  new RolePolicyAttachment("worker", { role: worker.name, policyArn: own.arn }, at);

  const queue = new Queue("events", { kmsMasterKeyId: "alias/aws/sqs", messageRetentionSeconds: 1_209_600 }, at);
  const eventPattern = JSON.stringify({ source: ["aws.securityhub"] });
  const eventRule = new EventRule("events", { eventPattern, description: "all", tags: { a: "b" } }, at);
  const inputTransformer = { inputPaths: { detail: "$.detail" }, inputTemplate: "<detail>" };
  new EventTarget(
    "events",
    { rule: eventRule.name, arn: queue.arn, inputTransformer, retryPolicy: { maximumRetryAttempts: 3 } },
    at,
  );
  return {};
};

describe("the services of the plugins, through the real engine", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    await writeRootProfiles(engine, MANAGEMENT, SECURITY, MEMBER);
  });

  after(async () => {
    await engine?.remove();
    await sandbox?.close();
  });

  /** Deploys, and finds the same again in every way there is to look. */
  async function settles(stack: string, program: Program): Promise<void> {
    const made = await engine.run(stack, "up", program);
    assert.deepEqual([Object.keys(made.changes), made.errors], [["create"], ""]);
    const same = { changes: { same: made.changes.create }, diffs: {}, errors: "" };
    assert.deepEqual(await engine.run(stack, "preview"), same);
    assert.deepEqual(await engine.run(stack, "refresh"), same);
    assert.deepEqual(await engine.run(stack, "preview"), same);
  }

  it("an account's own: keys, buckets, recorder, roles, events", async () => {
    await settles("account", account);
    const { changes, errors } = await engine.run("account", "destroy");
    assert.deepEqual([Object.keys(changes), errors], [["delete"], ""]);
  });

  it("an organization's: trusted access, administrators, members, controls", async () => {
    await settles("administration", administration);
    const hub = new SecurityHub(sandbox.root(SECURITY));
    const control = async () =>
      (await hub.batchGetSecurityControls({ SecurityControlIds: ["ACM.1"] })).SecurityControls?.[0];
    assert.equal((await control())?.Parameters?.daysToExpiration?.Value?.Integer, 15);
    // What AWS forbids the provider to do: the member's hub is its administrator's until that lets go of it.
    await hub.disassociateMembers({ AccountIds: [MEMBER] });
    const { errors } = await engine.run("administration", "destroy");
    assert.equal(errors, "");
  });
});
