import assert from "node:assert/strict";
import { adminProgram } from "../../programs/admin/program.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import type { PolicyDocument } from "../../programs/bootstrap/policy-document.ts";
import { FeatureSettings } from "../../programs/feature-settings.ts";
import { type Declaration, declare } from "./declared.ts";
import { adminInputs, baselineInputs, LOG_ARCHIVE, MEMBER, settings } from "./samples.ts";

const EVIDENCE = `bulwark-evidence-${LOG_ARCHIVE}-us-east-1`;
const SIGNATURES = `bulwark-signatures-${LOG_ARCHIVE}-us-east-1`;

const choosing = (systemsManager: object) => settings({ features: { systemsManager } });
const baseline = (from = settings()) => declare(() => baselineProgram(baselineInputs({}, from)), `account-${MEMBER}`);
const admin = (from = settings()) => declare(() => adminProgram(adminInputs({}, from)), "admin");

const ofHosts = ({ resources }: Declaration) =>
  resources.map(({ name }) => name).filter((name) => /^host-(document|scan|policy)/.test(name));

function policyOf(declared: Declaration, name: string): PolicyDocument {
  return JSON.parse(String(declared.named(name).inputs.policy)) as PolicyDocument;
}

const statementOf = (declared: Declaration, name: string, sid: string) =>
  policyOf(declared, name).Statement.find(({ Sid }) => Sid === sid);

describe("the documents for hosts in the baseline", () => {
  let declared: Declaration;
  before(async () => {
    declared = await baseline();
  });

  it("are four in every region, of which two scans run where a tag asks for them", () => {
    assert.equal(ofHosts(declared).length, 2 * 6 + 1);
    for (const region of ["us-east-1", "us-west-2"]) {
      const document = declared.named(`host-document-virus-scan-${region}`);
      assert.equal(document.type, "aws:ssm/document:Document");
      const { content, ...inputs } = document.inputs;
      assert.deepEqual(inputs, {
        region,
        name: "Bulwark-VirusScan",
        documentType: "Command",
        documentFormat: "JSON",
        tags: { ManagedBy: "Bulwark" },
      });
      assert.ok(String(content).includes("aws:runPowerShellScript"));
      const scan = declared.named(`host-scan-sensitive-information-scan-${region}`);
      assert.deepEqual(scan.inputs, {
        region,
        name: "Bulwark-SensitiveInformationScan",
        associationName: "bulwark-sensitive-information-scan",
        targets: [{ key: "tag:BulwarkSensitiveInformationScan", values: ["requested"] }],
        maxConcurrency: "10%",
        maxErrors: "100%",
        syncCompliance: "MANUAL",
        tags: { ManagedBy: "Bulwark" },
      });
      assert.ok(scan.dependsOn.includes(`host-document-sensitive-information-scan-${region}`));
    }
    const targets = ["virus-scan", "sensitive-information-scan"].map((key) =>
      JSON.stringify(declared.named(`host-scan-${key}-us-east-1`).inputs.targets),
    );
    assert.equal(new Set(targets).size, 2);
  });

  it("report to the evidence bucket and take signatures from the log archive, from whichever region", () => {
    for (const region of ["us-east-1", "us-west-2"]) {
      const { parameters } = JSON.parse(
        String(declared.named(`host-document-virus-scan-${region}`).inputs.content),
      ) as {
        parameters: Record<string, { default?: string }>;
      };
      const values = Object.fromEntries(Object.entries(parameters).map(([name, { default: value }]) => [name, value]));
      assert.deepEqual(
        [values.ReportBucket, values.ReportBucketOwner, values.ReportBucketRegion, values.ReportPrefix],
        [EVIDENCE, LOG_ARCHIVE, "us-east-1", "host-reports"],
      );
      assert.deepEqual(
        [values.SignatureBucket, values.SignatureBucketRegion, values.SignaturePrefix],
        [SIGNATURES, "us-east-1", "clamav"],
      );
    }
  });

  it("come with a policy for instance profiles: own findings, own folder, nothing to read but signatures", () => {
    assert.deepEqual(
      policyOf(declared, "host-policy").Statement.map(({ Action, Resource }) => [Action?.join(), Resource?.join()]),
      [
        ["securityhub:BatchImportFindings", `arn:aws:securityhub:*:${MEMBER}:product/${MEMBER}/default`],
        ["s3:PutObject", `arn:aws:s3:::${EVIDENCE}/host-reports/${MEMBER}/*`],
        ["kms:GenerateDataKey", `arn:aws:kms:us-east-1:${LOG_ARCHIVE}:key/*`],
        ["s3:ListBucket", `arn:aws:s3:::${SIGNATURES}`],
        ["s3:GetObject", `arn:aws:s3:::${SIGNATURES}/clamav/*`],
      ],
    );
  });

  it("have GuardDuty scan from outside, unless that is left out, with the rights of who starts it", async () => {
    const { inputs } = declared.named("host-document-malware-scan-us-west-2");
    assert.deepEqual([inputs.name, inputs.documentType], ["Bulwark-MalwareScan", "Automation"]);
    const { parameters } = JSON.parse(String(inputs.content)) as { parameters: Record<string, { default?: string }> };
    assert.equal(parameters.AutomationAssumeRole?.default, "");
    // What a Windows host is told to use is there.
    assert.match(String(declared.named("host-document-virus-scan-us-west-2").inputs.content), /Bulwark-MalwareScan/);
    for (const without of [{ guardDuty: { enabled: false } }, { enabled: false }]) {
      const names = ofHosts(await baseline(choosing({ virusScan: without })));
      assert.ok(!names.some((name) => name.includes("malware")), names.join());
    }
  });

  it("are switched off one by one and as a whole, with what they need", async () => {
    const off = { enabled: false };
    const scanless = await baseline(choosing({ virusScan: off, sensitiveInformationScan: off }));
    assert.deepEqual(ofHosts(scanless).sort(), [
      "host-document-patch-now-us-east-1",
      "host-document-patch-now-us-west-2",
      "host-policy",
    ]);
    assert.ok(!JSON.stringify(policyOf(scanless, "host-policy")).includes("signatures"));
    const none = { virusScan: off, sensitiveInformationScan: off, patchNow: off };
    for (const without of [{ enabled: false }, none]) {
      assert.deepEqual(ofHosts(await baseline(choosing(without))), []);
      const there = await admin(choosing(without));
      assert.ok(!there.resources.some(({ name }) => name.startsWith("signature-")));
      assert.equal(statementOf(there, "evidence-bucket-policy-us-east-1", "HostsReport"), undefined);
      assert.equal(statementOf(there, "evidence-key-us-east-1", "HostsReport"), undefined);
    }
    assert.ok(!ofHosts(await baseline(choosing({ hostPolicy: off }))).includes("host-policy"));
  });

  for (const [partition, region] of [
    ["aws-us-gov", "us-gov-west-1"],
    ["aws-cn", "cn-north-1"],
  ] as const) {
    it(`have ARNs of ${partition} there`, async () => {
      const from = settings({ partition, homeRegion: region, regions: [region] });
      const text = JSON.stringify([
        (await baseline(from)).named("host-policy").inputs,
        (await admin(from)).resources.filter(({ name }) => /^(signature|evidence)-/.test(name)).map((r) => r.inputs),
      ]);
      assert.deepEqual([...new Set(text.match(/arn:aws[a-z-]*:/g))], [`arn:${partition}:`]);
    });
  }
});

describe("what the documents for hosts need in the log archive", () => {
  let declared: Declaration;
  before(async () => {
    declared = await admin();
  });

  it("lets the organization's hosts add reports under their own account's id, encrypted by the bucket's key", () => {
    assert.deepEqual(statementOf(declared, "evidence-bucket-policy-us-east-1", "HostsReport"), {
      Sid: "HostsReport",
      Effect: "Allow",
      Principal: "*",
      Action: ["s3:PutObject"],
      Resource: [`arn:aws:s3:::${EVIDENCE}/host-reports/\${aws:PrincipalAccount}/*`],
      Condition: { StringEquals: { "aws:PrincipalOrgID": "o-bulwark0demo" } },
    });
    const key = statementOf(declared, "evidence-key-us-east-1", "HostsReport");
    assert.deepEqual(key?.Action, ["kms:GenerateDataKey"]);
    assert.deepEqual(key?.Condition?.StringEquals, {
      "aws:PrincipalOrgID": "o-bulwark0demo",
      "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${EVIDENCE}`,
    });
  });

  it("is a private bucket of signatures that the organization reads and Bulwark can't change", () => {
    assert.equal(declared.named("signature-bucket-us-east-1").inputs.bucket, SIGNATURES);
    const { region, bucket, ...blocked } = declared.named("signature-bucket-public-access-us-east-1").inputs;
    assert.deepEqual([...new Set(Object.values(blocked))], [true]);
    const { Statement } = policyOf(declared, "signature-bucket-policy-us-east-1");
    assert.deepEqual(
      Statement.map(({ Sid, Effect }) => [Sid, Effect]),
      [
        ["TlsOnly", "Deny"],
        ["KeptFromBulwark", "Deny"],
        ["HostsList", "Allow"],
        ["HostsRead", "Allow"],
      ],
    );
    for (const { Effect, Condition } of Statement) {
      if (Effect === "Allow") assert.deepEqual(Condition, { StringEquals: { "aws:PrincipalOrgID": "o-bulwark0demo" } });
    }
    for (const name of ["signature-bucket", "signature-bucket-policy", "signature-bucket-public-access"]) {
      const { retainOnDelete, provider } = declared.named(`${name}-us-east-1`);
      assert.deepEqual([retainOnDelete, provider], [true, `aws-${LOG_ARCHIVE}`], name);
    }
  });

  it("may be a bucket of the organization's own, in a region of its own", async () => {
    const own = choosing({
      virusScan: { signatures: { bucket: "our-clamav", region: "us-west-2", prefix: "sigs/now" } },
    });
    assert.ok(!(await admin(own)).resources.some(({ name }) => name.startsWith("signature-")));
    const text = String((await baseline(own)).named("host-document-virus-scan-us-east-1").inputs.content);
    for (const part of ["our-clamav", "us-west-2", "sigs/now"]) assert.ok(text.includes(part), part);
  });

  it("is refused by the path of the field where it can't be", () => {
    const problem = (signatures: object) =>
      FeatureSettings.safeParse({ systemsManager: { virusScan: { signatures } } }).error?.issues.map(({ path }) =>
        path.slice(3).join("."),
      );
    assert.deepEqual(problem({ bucket: "No_Bucket" }), ["bucket"]);
    assert.deepEqual(problem({ prefix: "/clamav/" }), ["prefix"]);
    assert.deepEqual(problem({ region: "us-west-2" }), ["region"]);
  });
});
