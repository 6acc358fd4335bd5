import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ConfigService } from "@aws-sdk/client-config-service";
import { EC2 } from "@aws-sdk/client-ec2";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { S3 } from "@aws-sdk/client-s3";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { packComponent } from "../../setup/component.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, startEngine } from "./engine.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TEAM = "100000000002";
const ARCHIVE = "333333333333";
const BUCKET = "archive-of-the-payments-team";

const delivery = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: ["config.amazonaws.com", "delivery.logs.amazonaws.com"] },
      Action: ["s3:GetBucketAcl", "s3:ListBucket", "s3:PutObject"],
      Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
    },
  ],
});
const encryption = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ARCHIVE}:root` }, Action: "kms:*", Resource: "*" },
    {
      Effect: "Allow",
      Principal: { Service: "config.amazonaws.com" },
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: "*",
    },
  ],
});
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${TEAM}:root` }, Action: "sts:AssumeRole" }],
});

describe("the baseline as a component, in a project of a team's own, through the real engine", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let project: string;
  let clients: { config: ConfigService; guardDuty: GuardDuty; hub: SecurityHub; s3: S3; iam: IAM; ec2: EC2; kms: KMS };
  let vpcId: string;

  const pulumi = async (...args: string[]): Promise<string> => {
    const running = run(join(ROOT, ".bulwark/bin/pulumi"), [...args, "--non-interactive"], {
      cwd: project,
      maxBuffer: 64 * 1024 ** 2,
      env: {
        PATH: `${join(ROOT, ".bulwark/bin")}:/usr/bin:/bin`,
        HOME: project,
        TMPDIR: project,
        ...engine.env,
        PULUMI_CONFIG_PASSPHRASE: "the team's own",
        PULUMI_BACKEND_URL: `file://${project}/state`,
        // Of the team's pipeline, whose only use is the role.
        AWS_ACCESS_KEY_ID: TEAM,
        AWS_SECRET_ACCESS_KEY: "sandbox",
      },
    });
    const { stdout } = await running.catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(`pulumi ${args[0]}: ${stdout}\n${stderr}`);
    });
    return stdout;
  };
  const counts = (output: string) => (JSON.parse(output) as { changeSummary: object }).changeSummary;

  before(async () => {
    project = await mkdtemp(join(tmpdir(), "bulwark-component-"));
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    const root = sandbox.root(TEAM);
    clients = {
      ...{ config: new ConfigService(root), guardDuty: new GuardDuty(root), hub: new SecurityHub(root) },
      ...{ s3: new S3({ ...sandbox.root(ARCHIVE), forcePathStyle: true }), iam: new IAM(root), ec2: new EC2(root) },
      kms: new KMS(sandbox.root(ARCHIVE)),
    };
    await clients.s3.createBucket({ Bucket: BUCKET });
    await clients.s3.putBucketPolicy({ Bucket: BUCKET, Policy: delivery });
    const { KeyMetadata } = await clients.kms.createKey({ Policy: encryption });
    vpcId = (await clients.ec2.describeVpcs({})).Vpcs?.[0]?.VpcId ?? "";

    const page = await readFile(join(ROOT, "docs/component.md"), "utf8");
    const block = (language: string) =>
      new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(page)?.[1] ?? assert.fail(`the page has no ${language}`);
    const role = "PaymentsDeployment";
    await clients.iam.createRole({ RoleName: role, AssumeRolePolicyDocument: trust });
    await clients.iam.putRolePolicy({ RoleName: role, PolicyName: "baseline", PolicyDocument: block("json") });

    const modules = join(project, "node_modules");
    await mkdir(join(modules, "bulwark-baseline"), { recursive: true });
    await mkdir(join(project, "state"));
    const archive = packComponent(project);
    await run("tar", ["-xzf", archive, "-C", join(modules, "bulwark-baseline"), "--strip-components=1"]);
    // What the page says to install, and nothing else of what this checkout has.
    await mkdir(join(modules, "@pulumi"));
    for (const name of ["@pulumi/pulumi", "@pulumi/aws", "zod"]) {
      await symlink(join(ROOT, "node_modules", name), join(modules, name));
    }
    await writeFile(join(project, "package.json"), JSON.stringify({ name: "payments", private: true, type: "module" }));
    await writeFile(join(project, "Pulumi.yaml"), block("yaml"));
    await writeFile(join(project, "index.ts"), block("ts"));
    await pulumi("stack", "init", "prod", "--secrets-provider", "passphrase");
    const settings = { accountId: TEAM, archiveBucket: BUCKET, archiveKeyArn: KeyMetadata?.Arn ?? "", vpcId };
    const given = Object.entries(settings).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
    await pulumi("config", "set-all", "--stack", "prod", ...given);
  });

  after(async () => {
    for (const client of Object.values(clients ?? {})) client.destroy();
    await engine?.remove();
    await sandbox?.close();
    await rm(project, { recursive: true, force: true });
  });

  it("compiles against the types of the package", async () => {
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", ""];
    await run(join(ROOT, "node_modules/.bin/tsc"), [...options, "--skipLibCheck", "index.ts"], { cwd: project });
  });

  it("deploys under the team's role with the rights of the page, and is the same afterwards", async () => {
    await pulumi("up", "--stack", "prod", "--yes", "--skip-preview");
    await pulumi("refresh", "--stack", "prod", "--yes", "--skip-preview", "--expect-no-changes");
    const again = await pulumi("preview", "--stack", "prod", "--json", "--expect-no-changes");
    assert.deepEqual(counts(again), { same: 34 });
    const { config, guardDuty, hub, ec2 } = clients;
    const { ConfigurationRecordersStatus } = await config.describeConfigurationRecorderStatus({});
    assert.equal(ConfigurationRecordersStatus?.[0]?.recording, true);
    const { ConfigRules } = await config.describeConfigRules({});
    assert.deepEqual(
      ConfigRules?.map(({ ConfigRuleName }) => ConfigRuleName),
      ["payments-volumes-in-use"],
    );
    const { StandardsSubscriptions } = await hub.getEnabledStandards({});
    assert.match(StandardsSubscriptions?.map(({ StandardsArn }) => StandardsArn).join() ?? "", /^[^,]*foundational/);
    const { DetectorIds: [DetectorId] = [] } = await guardDuty.listDetectors({});
    const { Features } = await guardDuty.getDetector({ DetectorId });
    assert.equal(Features?.find(({ Name }) => Name === "EBS_MALWARE_PROTECTION")?.Status, "DISABLED");
    assert.deepEqual((await guardDuty.getDetector({ DetectorId })).Tags ?? {}, {});
    assert.equal((await ec2.describeFlowLogs({})).FlowLogs?.length, 1);
  });

  it("has all of its resources below the component, under the one provider", async () => {
    const { deployment } = JSON.parse(await pulumi("stack", "export", "--stack", "prod")) as {
      deployment: { resources: { urn: string; type: string; parent?: string; provider?: string }[] };
    };
    const component = deployment.resources.find(({ type }) => type === "bulwark:component:Baseline");
    const parts = deployment.resources.filter(({ type }) => type.startsWith("aws:"));
    // Beside the stack, the provider and the component.
    assert.equal(parts.length, deployment.resources.length - 3);
    for (const { urn, parent, provider } of parts) {
      assert.equal(parent, component?.urn, urn);
      assert.match(urn.slice(urn.lastIndexOf("::")), /^::payments-/);
      assert.match(provider ?? "", /::payments::/);
    }
  });

  it("refuses wrong arguments with their paths, before anything is changed", async () => {
    const source = await readFile(join(project, "index.ts"), "utf8");
    await writeFile(join(project, "index.ts"), source.replace('["fsbp-1.0.0"]', '["cis-9.9.9"]'));
    await assert.rejects(pulumi("preview", "--stack", "prod"), /standards.*must be one of fsbp-1\.0\.0/s);
    await writeFile(join(project, "index.ts"), source);
  });

  it("goes, and leaves an account with nothing of it on", async () => {
    await pulumi("destroy", "--stack", "prod", "--yes", "--skip-preview");
    const { config, guardDuty, hub, ec2, iam } = clients;
    assert.deepEqual((await config.describeConfigurationRecorders({})).ConfigurationRecorders, []);
    assert.deepEqual((await guardDuty.listDetectors({})).DetectorIds, []);
    await assert.rejects(hub.describeHub({}), /not subscribed|InvalidAccess/);
    assert.deepEqual((await ec2.describeFlowLogs({})).FlowLogs, []);
    await assert.rejects(iam.getAccountPasswordPolicy({}), { name: /NoSuchEntity/ });
  });
});
