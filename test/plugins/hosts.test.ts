import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { SSM } from "@aws-sdk/client-ssm";
import { evidenceBucketPolicy } from "../../programs/admin/evidence-policies.ts";
import { baselineStack } from "../../programs/baseline/stack.ts";
import { systemsManager } from "../../programs/baseline/systems-manager.ts";
import { memberDeploymentRole } from "../../programs/bootstrap/roles.ts";
import type { Reading } from "../../stacks/inventory/reading.ts";
import { readHosts } from "../../stacks/inventory/systems-manager.ts";
import { findPatchBaseline, findPatchWindow, findPatchWindowPart } from "../../stacks/recovery/patching.ts";
import { findAssociation } from "../../stacks/recovery/systems-manager.ts";
import { adminInputs, baselineInputs, MEMBER, settings } from "../programs/samples.ts";
import { assume, type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";

const SETTING = "/ssm/managed-instance/default-ec2-instance-management-role";
const REGIONS = ["us-east-1", "us-west-2"];

const PATCHING = {
  baselines: [
    {
      name: "linux",
      operatingSystem: "AMAZON_LINUX_2023",
      rules: [{ filters: { CLASSIFICATION: ["Security"], SEVERITY: ["Critical"] }, complianceLevel: "CRITICAL" }],
      patchGroups: ["web"],
    },
  ],
  windows: [{ name: "sunday", schedule: "cron(0 3 ? * SUN *)", timezone: "Europe/Berlin" }],
};
const patching = settings({
  features: { systemsManager: { patching: PATCHING, virusScan: { guardDuty: { enabled: true } } } },
});

const hosts =
  (overrides: Record<string, unknown> = {}): Program =>
  async () => {
    systemsManager(baselineStack(baselineInputs(overrides)));
    return {};
  };

describe("the baseline's management of hosts, by the rights of the deployment role", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let iam: IAM;
  let session: Awaited<ReturnType<typeof assume>>["credentials"];

  const ssm = (region = "us-east-1") => new SSM(sandbox.root(MEMBER, region));

  const asMember = (keys: typeof session): Reading => ({
    accountId: MEMBER,
    credentials: { ...keys, expiration: "2099-01-01T00:00:00Z" },
    endpoint: sandbox.url,
  });

  /** The deployment role of a member, without one action. */
  async function permit(without?: string): Promise<void> {
    const { Bulwark: document } = memberDeploymentRole(patching).policies;
    const Statement = document?.Statement.map((statement) => ({
      ...statement,
      Action: statement.Action?.filter((action) => action !== without),
    })).filter(({ Action }) => Action?.length !== 0);
    const PolicyDocument = JSON.stringify({ ...document, Statement });
    await iam.putRolePolicy({ RoleName: "Deployment", PolicyName: "Bulwark", PolicyDocument });
  }

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    iam = new IAM(sandbox.root(MEMBER));
    const trust = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${MEMBER}:root` }, Action: "sts:AssumeRole" };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
    await iam.createRole({ RoleName: "Deployment", AssumeRolePolicyDocument });
    await permit();
    session = (await assume(sandbox, MEMBER, MEMBER, "Deployment")).credentials;
    const { accessKeyId, secretAccessKey, sessionToken } = session;
    const keys = {
      aws_access_key_id: accessKeyId,
      aws_secret_access_key: secretAccessKey,
      aws_session_token: sessionToken,
    };
    const lines = Object.entries(keys).map(([name, value]) => `${name} = ${value}`);
    await writeFile(engine.env.AWS_SHARED_CREDENTIALS_FILE ?? "", [`[bulwark-${MEMBER}]`, ...lines, ""].join("\n"));
    await writeFile(
      engine.env.AWS_CONFIG_FILE ?? "",
      `[profile bulwark-${settings().accounts.security}]\nregion = us-east-1\n`,
    );
  });

  after(async () => {
    iam?.destroy();
    await engine?.remove();
    await sandbox?.close();
  });

  it("is made, found again by what it was made with, and drifts and is repaired", async () => {
    const made = await engine.run("hosts", "up", hosts());
    assert.deepEqual([made.changes, made.errors], [{ create: 24 }, ""]);
    assert.deepEqual(await engine.run("hosts", "previewRefresh"), { changes: { same: 24 }, diffs: {}, errors: "" });
    const reading = asMember(session);
    for (const region of REGIONS) {
      const { ServiceSetting } = await ssm(region).getServiceSetting({ SettingId: SETTING });
      assert.equal(ServiceSetting?.SettingValue, "BulwarkHostManagement");
      // Its own work is nothing that somebody else set up.
      assert.equal(await readHosts(reading, region), undefined);
    }
    const { id, type, inputs } = await engine.resource("hosts", "inventory-us-west-2");
    const sought = { type, name: "inventory-us-west-2", accountId: MEMBER, partition: "aws" as const, inputs };
    assert.equal(await findAssociation(reading, "us-west-2", sought, new Set()), id);
    assert.equal(await findAssociation(reading, "us-west-2", sought, new Set([id])), undefined);

    await ssm().resetServiceSetting({ SettingId: SETTING });
    await ssm("us-west-2").deleteAssociation({ AssociationId: id });
    const drift = await engine.run("hosts", "refresh");
    assert.deepEqual(drift.changes, { same: 22, update: 1, delete: 1 });
    assert.deepEqual(drift.diffs["host-management-us-east-1"], ["~ settingValue"]);
    const repaired = await engine.run("hosts", "up");
    assert.deepEqual([repaired.changes, repaired.errors], [{ same: 22, update: 1, create: 1 }, ""]);
  });

  it("has documents, scans on demand and a patch policy, which drift and are repaired", async () => {
    const made = await engine.run("hosts", "up", hosts({ features: patching.features }));
    assert.deepEqual([made.changes, made.errors], [{ same: 24, create: 14 }, ""]);
    assert.deepEqual(await engine.run("hosts", "previewRefresh"), { changes: { same: 38 }, diffs: {}, errors: "" });

    const [east, west] = REGIONS.map((region) => ssm(region)) as [SSM, SSM];
    const { Document } = await west.describeDocument({ Name: "Bulwark-VirusScan" });
    assert.deepEqual(
      [Document?.Status, Document?.Owner, Document?.PlatformTypes?.toSorted()],
      ["Active", MEMBER, ["Linux", "Windows"]],
    );
    const runbook = await west.describeDocument({ Name: "Bulwark-MalwareScan" });
    assert.deepEqual([runbook.Document?.Status, runbook.Document?.DocumentType], ["Active", "Automation"]);
    const { AccountIds } = await west.describeDocumentPermission({
      Name: "Bulwark-VirusScan",
      PermissionType: "Share",
    });
    assert.deepEqual(AccountIds, []);
    const scan = await engine.resource("hosts", "host-scan-virus-scan-us-west-2");
    await west.startAssociationsOnce({ AssociationIds: [scan.id] });
    const OperatingSystem = "AMAZON_LINUX_2023";
    const baseline = await engine.resource("hosts", "patch-baseline-linux-us-east-1");
    const inForce = await east.getPatchBaselineForPatchGroup({ PatchGroup: "web", OperatingSystem });
    assert.equal(inForce.BaselineId, baseline.id);

    const reading = asMember(session);
    for (const [name, find] of [
      ["patch-baseline-linux-us-east-1", findPatchBaseline],
      ["patch-window-sunday-us-east-1", findPatchWindow],
      ["patch-window-hosts-sunday-us-east-1", findPatchWindowPart],
      ["patch-window-task-sunday-us-east-1", findPatchWindowPart],
    ] as const) {
      const { id, type, inputs } = await engine.resource("hosts", name);
      const sought = { type, name, accountId: MEMBER, partition: "aws" as const, inputs };
      assert.equal(await find(reading, "us-east-1", sought, new Set()), id, name);
      assert.equal(await find(reading, "us-east-1", sought, new Set([id])), undefined, name);
    }

    // By hand: a scan is taken away, a document emptied, a window closed, a group and a default given another baseline.
    await west.deleteAssociation({ AssociationId: scan.id });
    const Name = "Bulwark-PatchNow";
    const mainSteps = [{ action: "aws:runShellScript", name: "nothing", inputs: { runCommand: ["true"] } }];
    const Content = JSON.stringify({ schemaVersion: "2.2", description: "Does nothing", mainSteps });
    const { DocumentDescription } = await east.updateDocument({ Name, Content, DocumentVersion: "$LATEST" });
    await east.updateDocumentDefaultVersion({ Name, DocumentVersion: DocumentDescription?.DocumentVersion });
    const window = await engine.resource("hosts", "patch-window-sunday-us-east-1");
    await east.updateMaintenanceWindow({ WindowId: window.id, Enabled: false });
    await east.deregisterPatchBaselineForPatchGroup({ BaselineId: baseline.id, PatchGroup: "web" });
    const { BaselineIdentities = [] } = await west.describePatchBaselines({
      Filters: [
        { Key: "OWNER", Values: ["AWS"] },
        { Key: "OPERATING_SYSTEM", Values: [OperatingSystem] },
      ],
    });
    await west.registerDefaultPatchBaseline({ BaselineId: BaselineIdentities[0]?.BaselineId });

    const drift = await engine.run("hosts", "refresh");
    assert.deepEqual(drift.changes, { same: 33, update: 3, delete: 2 });
    assert.deepEqual(
      ["host-document-patch-now-us-east-1", "patch-window-sunday-us-east-1"].map((name) =>
        drift.diffs[name]?.filter((path) => /content|enabled/.test(path)),
      ),
      [["~ content"], ["~ enabled"]],
    );
    const [moved, ...others] = drift.diffs["default-patch-baseline-AMAZON_LINUX_2023-us-west-2"] ?? [];
    assert.match(moved ?? "", /baselineId$/);
    assert.deepEqual(others, []);
    const repaired = await engine.run("hosts", "up");
    assert.deepEqual([repaired.changes, repaired.errors], [{ same: 33, update: 2, replace: 1, create: 2 }, ""]);
    assert.deepEqual(await engine.run("hosts", "previewRefresh"), { changes: { same: 38 }, diffs: {}, errors: "" });
    const { BaselineId } = await west.getDefaultPatchBaseline({ OperatingSystem });
    assert.equal(BaselineId, (await engine.resource("hosts", "patch-baseline-linux-us-west-2")).id);
    const { Content: again = "" } = await east.getDocument({ Name });
    assert.ok(again.includes("AWS-RunPatchBaseline"));
  });

  it("lets a host report under its own account's id, and read nothing", async () => {
    const organization = adminInputs();
    const { accounts, homeRegion } = organization;
    const bucket = `bulwark-evidence-${accounts.logArchive}-${homeRegion}`;
    const archive = new S3({ ...sandbox.root(accounts.logArchive), forcePathStyle: true });
    await archive.createBucket({ Bucket: bucket });
    const policy = evidenceBucketPolicy(organization, bucket);
    await archive.putBucketPolicy({ Bucket: bucket, Policy: JSON.stringify(policy) });
    const trust = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${MEMBER}:root` }, Action: "sts:AssumeRole" };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
    const RoleName = "Host";
    await iam.createRole({ RoleName, AssumeRolePolicyDocument });
    const PolicyArn = `arn:aws:iam::${MEMBER}:policy/BulwarkHostReports`;
    await iam.attachRolePolicy({ RoleName, PolicyArn });
    const host = new S3({ ...(await assume(sandbox, MEMBER, MEMBER, RoleName)), forcePathStyle: true });
    const put = (account: string) =>
      host.putObject({ Bucket: bucket, Key: `host-reports/${account}/us-east-1/i-1/scan/1.json`, Body: "{}" });
    try {
      await put(MEMBER);
      await assert.rejects(put("100000000002"), { name: "AccessDenied" });
      const Key = `host-reports/${MEMBER}/us-east-1/i-1/scan/1.json`;
      await assert.rejects(host.getObject({ Bucket: bucket, Key }), { name: "AccessDenied" });
      // Even its account's root comes no further than its own folder.
      const others = new S3({ ...sandbox.root("100000000002"), forcePathStyle: true });
      await assert.rejects(others.putObject({ Bucket: bucket, Key, Body: "{}" }), { name: "AccessDenied" });
    } finally {
      await iam.detachRolePolicy({ RoleName, PolicyArn });
      for (const client of [archive, host]) client.destroy();
    }
  });

  it("is told from what others set up", async () => {
    const own = ssm("us-east-2");
    await own.updateServiceSetting({ SettingId: SETTING, SettingValue: "service-role/Own" });
    const targets = { Targets: [{ Key: "InstanceIds", Values: ["*"] }] };
    const gathering = await own.createAssociation({ Name: "AWS-GatherSoftwareInventory", ...targets });
    const found = await readHosts(asMember({ ...sandbox.root(MEMBER).credentials, sessionToken: "" }), "us-east-2");
    const inventoryAssociationId = gathering.AssociationDescription?.AssociationId;
    assert.deepEqual(found, { managementRole: "service-role/Own", inventoryAssociationId });
  });

  it("fails without the right to pass the role, and goes without a trace when it is switched off", async () => {
    await permit("iam:PassRole");
    await ssm().resetServiceSetting({ SettingId: SETTING });
    await engine.run("hosts", "refresh");
    const { errors } = await engine.run("hosts", "up");
    assert.match(errors, /UpdateServiceSetting.*AccessDenied.*iam:PassRole/s);
    await permit();
    const off = await engine.run("hosts", "up", hosts({ features: { systemsManager: { enabled: false } } }));
    assert.deepEqual([off.changes, off.errors], [{ same: 3, delete: 35 }, ""]);
    for (const region of REGIONS) {
      assert.deepEqual((await ssm(region).listAssociations({})).Associations, []);
      const { ServiceSetting } = await ssm(region).getServiceSetting({ SettingId: SETTING });
      assert.equal(ServiceSetting?.Status, "Default");
    }
    await assert.rejects(iam.getRole({ RoleName: "BulwarkHostManagement" }), { name: "NoSuchEntityException" });
  });
});
