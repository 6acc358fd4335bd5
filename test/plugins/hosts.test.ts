import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { IAM } from "@aws-sdk/client-iam";
import { SSM } from "@aws-sdk/client-ssm";
import { baselineStack } from "../../programs/baseline/stack.ts";
import { systemsManager } from "../../programs/baseline/systems-manager.ts";
import { memberDeploymentRole } from "../../programs/bootstrap/roles.ts";
import type { Reading } from "../../stacks/inventory/reading.ts";
import { readHosts } from "../../stacks/inventory/systems-manager.ts";
import { findAssociation } from "../../stacks/recovery/systems-manager.ts";
import { baselineInputs, MEMBER, settings } from "../programs/samples.ts";
import { assume, type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";

const SETTING = "/ssm/managed-instance/default-ec2-instance-management-role";
const REGIONS = ["us-east-1", "us-west-2"];

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
    const { Bulwark: document } = memberDeploymentRole(settings()).policies;
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
    assert.deepEqual([made.changes, made.errors], [{ create: 11 }, ""]);
    assert.deepEqual(await engine.run("hosts", "previewRefresh"), { changes: { same: 11 }, diffs: {}, errors: "" });
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
    assert.deepEqual(drift.changes, { same: 9, update: 1, delete: 1 });
    assert.deepEqual(drift.diffs["host-management-us-east-1"], ["~ settingValue"]);
    const repaired = await engine.run("hosts", "up");
    assert.deepEqual([repaired.changes, repaired.errors], [{ same: 9, update: 1, create: 1 }, ""]);
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
    assert.deepEqual([off.changes, off.errors], [{ same: 3, delete: 8 }, ""]);
    for (const region of REGIONS) {
      assert.deepEqual((await ssm(region).listAssociations({})).Associations, []);
      const { ServiceSetting } = await ssm(region).getServiceSetting({ SettingId: SETTING });
      assert.equal(ServiceSetting?.Status, "Default");
    }
    await assert.rejects(iam.getRole({ RoleName: "BulwarkHostManagement" }), { name: "NoSuchEntityException" });
  });
});
