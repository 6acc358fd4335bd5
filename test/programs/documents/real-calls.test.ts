import assert from "node:assert/strict";
import { join } from "node:path";
import { CreateRoleCommand, DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { policyDocument } from "../../../programs/bootstrap/policy-document.ts";
import { hostPermissions } from "../../../programs/documents/host-permissions.ts";
import { virusScanDocument } from "../../../programs/documents/virus-scan/document.ts";
import { PYTHON } from "../../sandbox/gateway-fixture.ts";
import { assume, type RunningSandbox, runSandbox } from "../../sandbox/running-sandbox.ts";
import { ACCOUNT, describeOnLinux, Host, INSTANCE, type Ran, REGION } from "./host.ts";

const ROLE = "workload";

/** The calls of the scripts, by the real AWS CLI, with the rights that hosts are given and no others. */
describeOnLinux("A virus scan with the AWS CLI and the rights of an instance profile", () => {
  const reports = { bucket: "reports-of-hosts", bucketOwner: ACCOUNT, prefix: "hosts" };
  const signatures = { bucket: "signatures-of-clamav", prefix: "clamav" };
  const document = virusScanDocument(reports, signatures);
  const statements = hostPermissions({ partition: "aws", accountId: ACCOUNT }, reports, signatures);
  let sandbox: RunningSandbox;
  let host: Host;
  let s3: S3Client;
  let iam: IAMClient;

  const allow = (left: typeof statements) =>
    iam.send(
      new PutRolePolicyCommand({
        RoleName: ROLE,
        PolicyName: "host",
        PolicyDocument: JSON.stringify(policyDocument(...left)),
      }),
    );
  const findings = async () => {
    const found = await new SecurityHub(sandbox.root(ACCOUNT, REGION)).getFindings({});
    return (found.Findings ?? []).filter((each) => each.GeneratorId === "bulwark/virus-scan");
  };
  async function scan(): Promise<Ran> {
    const { credentials } = await assume(sandbox, ACCOUNT, ACCOUNT, ROLE);
    return host.run(
      document,
      "scan",
      { MinimumMemoryMib: "1" },
      {
        environment: {
          AWS_ENDPOINT_URL: sandbox.url,
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
          AWS_SESSION_TOKEN: credentials.sessionToken,
          AWS_CONFIG_FILE: join(host.folder, "config"),
          AWS_MAX_ATTEMPTS: "1",
        },
      },
    );
  }

  before(async () => {
    sandbox = await runSandbox();
    s3 = new S3Client({ ...sandbox.root(ACCOUNT, REGION), forcePathStyle: true });
    iam = new IAMClient(sandbox.root(ACCOUNT, REGION));
    for (const Bucket of [reports.bucket, signatures.bucket]) await s3.send(new CreateBucketCommand({ Bucket }));
    const header = `ClamAV-VDB:22 Nov 2026 08-24 +0000:27800:1:90:X:X:x:${Math.floor(Date.now() / 1000)}`.padEnd(
      512,
      " ",
    );
    for (const name of ["main.cvd", "daily.cvd", "notes.txt"]) {
      await s3.send(new PutObjectCommand({ Bucket: signatures.bucket, Key: `clamav/${name}`, Body: header }));
    }
    const trust = policyDocument({
      Sid: "Any",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      Action: ["sts:AssumeRole"],
    });
    await iam.send(new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument: JSON.stringify(trust) }));
    await new SecurityHub(sandbox.root(ACCOUNT, REGION)).enableSecurityHub({ EnableDefaultStandards: false });
    host = await Host.start("clamscan", "systemd-run");
    host.program("aws", `#!/bin/sh\nexec "${PYTHON}" "${join(PYTHON, "../aws")}" "$@"\n`);
    host.write("evil", "MALWARE");
  });
  after(async () => {
    await host?.close();
    await sandbox?.close();
  });

  it("brings signatures, sends findings that Security Hub takes, and uploads the report", async () => {
    await allow(statements);
    const ran = await scan();
    assert.deepEqual([ran.code, (JSON.parse(ran.stdout) as { incomplete: string[] }).incomplete], [10, []], ran.stderr);
    const imported = await findings();
    assert.deepEqual(
      imported.map((each) => [each.Id?.split("/").at(-1), each.RecordState, each.Severity?.Label]).sort(),
      [
        ["coverage", "ARCHIVED", "INFORMATIONAL"],
        ["malware", "ACTIVE", "HIGH"],
      ],
    );
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: reports.bucket }));
    const [key, ...others] = (listed.Contents ?? []).map((each) => each.Key ?? "");
    assert.deepEqual(others, []);
    assert.ok(key?.startsWith(`hosts/${ACCOUNT}/${REGION}/${INSTANCE}/virus-scan/`), key);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: reports.bucket, Key: key }));
    const report = JSON.parse((await Body?.transformToString()) ?? "") as { files: { path: string }[] };
    assert.deepEqual(
      report.files.map((each) => each.path),
      [join(host.disk, "evil")],
    );
  });

  it("says which call was refused if one of the rights is missing", async () => {
    const calls = {
      SendFindings: "securityhub batch-import-findings",
      UploadReports: "s3api put-object",
      ReadSignatures: "s3 sync",
    };
    for (const [sid, call] of Object.entries(calls)) {
      await allow(statements.filter((each) => each.Sid !== sid));
      if (sid === "ReadSignatures") {
        const Body = `ClamAV-VDB:x:27801:1:90:X:X:x:${Math.floor(Date.now() / 1000)}`.padEnd(600, " ");
        await s3.send(new PutObjectCommand({ Bucket: signatures.bucket, Key: "clamav/daily.cvd", Body }));
      }
      const told = (JSON.parse((await scan()).stdout) as { incomplete: string[] }).incomplete;
      assert.equal(told.length, 1, told.join("\n"));
      assert.ok(told[0]?.includes(`aws ${call} ended with`), told[0]);
    }
    await iam.send(new DeleteRolePolicyCommand({ RoleName: ROLE, PolicyName: "host" }));
  });
});
