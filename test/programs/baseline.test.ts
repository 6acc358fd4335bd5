import assert from "node:assert/strict";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { documentName } from "../../remediation/automation/document.ts";
import { automationsOf } from "../../remediation/automations.ts";
import { MANIFESTS } from "../../remediation/manifests.ts";
import { type Declaration, declare, upstreamOf } from "./declared.ts";
import { baselineInputs, MEMBER, SECURITY, settings, VPC } from "./samples.ts";

const GLOBAL = [
  "password-policy",
  "public-access-block",
  "host-management-role",
  "host-management-policy",
  "host-policy",
].concat(
  ["config", "config-conforms", "guardduty", "securityhub"].map((service) => `service-linked-role-${service}`),
  MANIFESTS.map(({ name }) => `remediation-role-${name}`),
);
const RUNBOOKS = MANIFESTS.flatMap((manifest) => automationsOf(manifest).map((plan) => documentName(manifest, plan)));

const perRegion = (region: string) =>
  [
    "hub",
    "standard-fsbp-1.0.0",
    "standard-cis-5.0.0",
    "security-control-ACM.1",
    `aws-native-${MEMBER}`,
    "hub-member",
    "detector",
    "detector-member",
    "inspector-member",
    "inspector-member-scans",
    "audit-pack",
    ...["s3", "eks", "rds", "lambda", "malware", "runtime"].map((plan) => `detector-member-plan-${plan}`),
    "recorder",
    "delivery-channel",
    "recorder-status",
    "ebs-encryption",
    "snapshot-sharing",
    "image-sharing",
    "instance-metadata",
    `default-security-group-${VPC}`,
    `flow-log-${VPC}`,
    "host-management",
    "inventory",
    "patch-scan",
    ...["virus-scan", "malware-scan", "sensitive-information-scan", "patch-now"].map(
      (document) => `host-document-${document}`,
    ),
    ...["virus-scan", "sensitive-information-scan"].map((document) => `host-scan-${document}`),
    ...RUNBOOKS.map((document) => `response-document-${document}`),
  ].map((name) => `${name}-${region}`);

describe("the baseline of an empty account", () => {
  let declared: Declaration;
  before(async () => {
    declared = await declare(() => baselineProgram(baselineInputs()), `account-${MEMBER}`);
  });

  it("is these resources in two regions", () => {
    const names = declared.resources.map(({ name }) => name).sort();
    const wanted = [
      `aws-${MEMBER}`,
      `aws-${SECURITY}`,
      ...GLOBAL,
      ...perRegion("us-east-1"),
      ...perRegion("us-west-2"),
    ];
    assert.deepEqual(names, wanted.sort());
  });

  it("works in the member by its own profile and in the security account only for memberships", () => {
    const { region, profile, allowedAccountIds } = declared.named(`aws-${MEMBER}`).inputs;
    assert.deepEqual(
      { region, profile, allowedAccountIds },
      { region: "us-east-1", profile: `bulwark-${MEMBER}`, allowedAccountIds: JSON.stringify([MEMBER]) },
    );
    for (const { name, type, provider } of declared.resources) {
      if (type.startsWith("pulumi:providers:") || type.startsWith("aws-native:")) continue;
      assert.equal(provider, /-member-/.test(name) ? `aws-${SECURITY}` : `aws-${MEMBER}`, name);
    }
  });

  it("names the region of every regional resource", () => {
    for (const { name, type, inputs } of declared.resources) {
      if (GLOBAL.includes(name) || type === "pulumi:providers:aws" || type.startsWith("aws-native:")) continue;
      assert.ok(name.endsWith(`-${String(inputs.region)}`), name);
    }
  });

  it("switches Security Hub on without AWS's default standards, then FSBP and CIS, then the membership", () => {
    assert.deepEqual(declared.named("hub-us-west-2").inputs, {
      region: "us-west-2",
      enableDefaultStandards: false,
      autoEnableControls: true,
    });
    assert.equal(
      declared.named("standard-cis-5.0.0-us-west-2").inputs.standardsArn,
      "arn:aws:securityhub:us-west-2::standards/cis-aws-foundations-benchmark/v/5.0.0",
    );
    assert.equal(
      declared.named("standard-fsbp-1.0.0-us-west-2").inputs.standardsArn,
      "arn:aws:securityhub:us-west-2::standards/aws-foundational-security-best-practices/v/1.0.0",
    );
    assert.deepEqual(declared.named("hub-member-us-west-2").inputs, {
      region: "us-west-2",
      accountId: MEMBER,
      email: "clearing-prod@example.org",
    });
    assert.equal(declared.named("hub-member-us-west-2").retainOnDelete, true);
    const before = upstreamOf(declared, "hub-member-us-west-2");
    for (const name of ["hub", "standard-fsbp-1.0.0", "standard-cis-5.0.0"])
      assert.ok(before.has(`${name}-us-west-2`), name);
  });

  it("gives controls the organization's parameters in every region, after the standards", () => {
    for (const region of ["us-east-1", "us-west-2"]) {
      const control = declared.named(`security-control-ACM.1-${region}`);
      assert.deepEqual(control.inputs, {
        securityControlId: "ACM.1",
        parameters: { daysToExpiration: { valueType: "CUSTOM", value: { integer: 60 } } },
        lastUpdateReason: "Two monthly change windows",
      });
      assert.equal(control.provider, `aws-native-${MEMBER}-${region}`);
      const { inputs } = declared.named(`aws-native-${MEMBER}-${region}`);
      assert.deepEqual([inputs.region, inputs.profile], [region, `bulwark-${MEMBER}`]);
      assert.deepEqual([...control.dependsOn].sort(), [
        `standard-cis-5.0.0-${region}`,
        `standard-fsbp-1.0.0-${region}`,
      ]);
    }
  });

  it("gives no parameters to controls that none of its standards has", async () => {
    const { resources } = await declare(
      () => baselineProgram(baselineInputs({ standards: ["cis-5.0.0"] })),
      `account-${MEMBER}`,
    );
    assert.ok(resources.every(({ name }) => !name.includes("security-control")));
  });

  it("asks for standards only where AWS Config records", () => {
    assert.ok(upstreamOf(declared, "standard-fsbp-1.0.0-us-west-2").has("recorder-status-us-west-2"));
  });

  it("makes a detector a member of the security account's detector, and leaves the frequency to the administrator", () => {
    assert.deepEqual(declared.named("detector-us-east-1").inputs, {
      region: "us-east-1",
      enable: true,
      tags: { ManagedBy: "Bulwark" },
    });
    const member = declared.named("detector-member-us-east-1");
    assert.deepEqual(member.inputs, {
      region: "us-east-1",
      accountId: MEMBER,
      detectorId: "security-detector-us-east-1",
      email: "clearing-prod@example.org",
    });
    assert.deepEqual(member.dependsOn, ["detector-us-east-1"]);
    assert.deepEqual(member.ignoreChanges, ["email", "invite"]);
  });

  it("records IAM in the home region only, with the service-linked role", () => {
    const group = (region: string) => declared.named(`recorder-${region}`).inputs.recordingGroup;
    const all = { allSupported: true, recordingStrategies: [{ useOnly: "ALL_SUPPORTED_RESOURCE_TYPES" }] };
    assert.deepEqual(group("us-east-1"), { ...all, includeGlobalResourceTypes: true });
    assert.deepEqual(group("us-west-2"), { ...all, includeGlobalResourceTypes: false });
    assert.equal(
      declared.named("recorder-us-west-2").inputs.roleArn,
      `arn:aws:iam::${MEMBER}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`,
    );
  });

  it("makes recorder, channel and running state in the order that AWS takes, and removes them in the opposite one", () => {
    assert.deepEqual(declared.named("recorder-us-west-2").dependsOn, ["service-linked-role-config"]);
    assert.deepEqual(declared.named("delivery-channel-us-west-2").dependsOn, ["recorder-us-west-2"]);
    assert.ok(declared.named("recorder-status-us-west-2").dependsOn.includes("delivery-channel-us-west-2"));
  });

  it("delivers every region to the central bucket with its key", () => {
    for (const region of ["us-east-1", "us-west-2"]) {
      const { s3BucketName, s3KmsKeyArn } = declared.named(`delivery-channel-${region}`).inputs;
      assert.equal(s3BucketName, "bulwark-config-333333333333-us-east-1");
      assert.equal(s3KmsKeyArn, "arn:aws:kms:us-east-1:333333333333:key/config");
    }
  });

  it("sets the account's public access block, password policy and EBS encryption", () => {
    assert.deepEqual(declared.named("public-access-block").inputs, {
      accountId: MEMBER,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    assert.deepEqual(declared.named("password-policy").inputs, { ...settings().passwordPolicy });
    assert.deepEqual(declared.named("ebs-encryption-us-west-2").inputs, { region: "us-west-2", enabled: true });
  });

  it("tells the hub and the detector of every region", () => {
    assert.deepEqual(declared.outputs, {
      accountId: MEMBER,
      regions: ["us-east-1", "us-west-2"],
      hubArns: { "us-east-1": "arn:test:hub-us-east-1", "us-west-2": "arn:test:hub-us-west-2" },
      detectorIds: { "us-east-1": "detector-us-east-1-id", "us-west-2": "detector-us-west-2-id" },
    });
  });
});

describe("the baseline elsewhere", () => {
  it("adds a third region's resources and changes no other", async () => {
    const three = settings({ regions: ["us-east-1", "us-west-2", "ap-southeast-3"] });
    const before = await declare(() => baselineProgram(baselineInputs()));
    const after = await declare(() => baselineProgram(baselineInputs({}, three)));
    const known = new Set(before.resources.map(({ name }) => name));
    const added = after.resources.filter(({ name }) => !known.has(name)).map(({ name }) => name);
    assert.deepEqual(added.sort(), perRegion("ap-southeast-3").sort());
    // Roles of remediations name the regions that they are held to.
    const ofRegions = MANIFESTS.filter(({ scope }) => scope === "regional").map(
      ({ name }) => `remediation-role-${name}`,
    );
    const others = before.resources.filter(({ name }) => !ofRegions.includes(name));
    for (const resource of others) assert.deepEqual(after.named(resource.name), resource);
    for (const name of ofRegions) {
      const [old, now] = [before, after].map((declared) => JSON.stringify(declared.named(name)));
      const held = (regions: readonly string[]) =>
        JSON.stringify(JSON.stringify({ "aws:RequestedRegion": regions })).slice(2, -2);
      assert.equal(old?.replaceAll(held(["us-east-1", "us-west-2"]), held(three.regions)), now, name);
    }
  });

  for (const [partition, region] of [
    ["aws-us-gov", "us-gov-west-1"],
    ["aws-cn", "cn-north-1"],
  ] as const) {
    it(`has ARNs of ${partition} in ${partition}`, async () => {
      const from = settings({ partition, homeRegion: region, regions: [region] });
      const { resources } = await declare(() => baselineProgram(baselineInputs({}, from)));
      const arns = JSON.stringify(resources.map(({ inputs }) => inputs)).match(/arn:[a-z-]+:/g) ?? [];
      assert.ok(arns.length >= 4);
      assert.deepEqual([...new Set(arns)], [`arn:${partition}:`]);
    });
  }
});
