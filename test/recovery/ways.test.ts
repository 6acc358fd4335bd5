import assert from "node:assert/strict";
import { adminProgram } from "../../programs/admin/program.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { partitionOf } from "../../programs/partition.ts";
import type { Sought } from "../../programs/recovery/sought.ts";
import { RESOURCE_TAG } from "../../programs/recovery/tag.ts";
import { importId, WAYS } from "../../programs/recovery/ways.ts";
import { declare, type Registered } from "../programs/declared.ts";
import {
  adminInputs,
  baselineInputs,
  EVERY_OPTION,
  EXTENSION_EXAMPLES,
  LOG_ARCHIVE,
  MANAGEMENT,
  MEMBER,
  OUTSIDE,
  SECURITY,
  settings,
} from "../programs/samples.ts";

describe("every resource that the programs declare", () => {
  let declared: readonly Registered[];
  before(async () => {
    const from = settings({ features: EVERY_OPTION });
    const admin = await declare(() => adminProgram(adminInputs({}, from)), "admin");
    const baseline = await declare(
      () => baselineProgram(baselineInputs({ extensions: EXTENSION_EXAMPLES }, from)),
      `account-${MEMBER}`,
    );
    const outside = await declare(
      () => baselineProgram(baselineInputs({ accountId: OUTSIDE }, from)),
      `account-${OUTSIDE}`,
    );
    declared = [
      ...admin.resources,
      ...baseline.resources,
      ...outside.ofType("aws:securityhub/inviteAccepter:InviteAccepter"),
    ];
  });

  const isProvider = ({ type }: Registered): boolean => type.startsWith("pulumi:providers:");
  function soughtOf({ type, name, inputs, provider = "" }: Registered): Sought {
    const accountId = /\d{12}/.exec(provider)?.[0] ?? "";
    const region = inputs.region ?? /[a-z]{2}-[a-z]+-\d$/.exec(provider)?.[0];
    return {
      ...{ type, name, accountId, partition: partitionOf(String(region ?? "us-east-1")), inputs },
      ...(typeof region === "string" ? { region } : {}),
    };
  }

  it("is of a type that recovery knows how to find", () => {
    for (const { type, name } of declared) assert.ok(WAYS[type], `${name}: ${type}`);
  });

  it("has all the inputs that its finding needs", () => {
    for (const resource of declared.filter((one) => !isProvider(one))) {
      const way = WAYS[resource.type];
      const sought = soughtOf(resource);
      assert.match(sought.accountId, /^\d{12}$/, resource.name);
      if (way?.by === "name") assert.ok(way.id(sought), `${resource.name}: no id`);
      else if (way?.by !== "listing" || !way.global) assert.ok(sought.region, `${resource.name}: no region to list`);
    }
  });

  it("is imported with its region, unless it belongs to the account", () => {
    const global = declared.filter((one) => !isProvider(one) && one.inputs.region === undefined);
    for (const resource of declared.filter((one) => !isProvider(one))) {
      const way = WAYS[resource.type];
      assert.ok(way);
      const id = importId(soughtOf(resource), way, "id");
      const native = resource.type.startsWith("aws-native:");
      const within = /^aws:ssm\/maintenanceWindow(Target|Task):/.test(resource.type)
        ? `${resource.inputs.windowId}/`
        : "";
      assert.equal(
        id,
        native || global.includes(resource) ? "id" : `${within}id@${String(resource.inputs.region)}`,
        resource.name,
      );
    }
  });

  it("that has neither name nor place of its own says in a tag which one it is", () => {
    const keys = declared.filter(({ type }) => type === "aws:kms/key:Key");
    const tags = keys.map(({ inputs }) => (inputs.tags as Record<string, string>)[RESOURCE_TAG]);
    assert.deepEqual(tags.sort(), [
      ...["us-east-1", "us-west-2"].map((region) => `account-${MEMBER}/extension-key-${region}`),
      ...["alert-key", "alert-watch-key", "config-key", "evidence-key", "guardduty-key", "trail-key"].map(
        (name) => `admin/${name}-us-east-1`,
      ),
    ]);
    const scans = declared.filter(({ type }) => type === "aws-native:inspectorv2:CisScanConfiguration");
    assert.deepEqual(
      scans.map(({ name, inputs }) => [name, (inputs.tags as Record<string, string>)[RESOURCE_TAG]]),
      ["us-east-1", "us-west-2"].map((region) => [`cis-scan-weekly-${region}`, `admin/cis-scan-weekly-${region}`]),
    );
  });

  const ids: readonly (readonly [string, string])[] = [
    ["hub-us-west-2", MEMBER],
    [
      "standard-cis-5.0.0-us-west-2",
      `arn:aws:securityhub:us-west-2:${MEMBER}:subscription/cis-aws-foundations-benchmark/v/5.0.0`,
    ],
    ["hub-member-us-east-1", MEMBER],
    ["detector-member-us-east-1", `security-detector-us-east-1:${MEMBER}`],
    ["recorder-status-us-east-1", "bulwark"],
    ["remediation-modes-us-east-1", `/bulwark/remediation-modes/${MEMBER}`],
    [
      "extension-archive-rule-settlement-partner-us-west-2",
      `bulwark-organization/bulwark-extension-${MEMBER}-settlement-partner`,
    ],
    ["public-access-block", MEMBER],
    ["password-policy", "iam-account-password-policy"],
    ["host-management-role", "BulwarkHostManagement"],
    [
      "host-management-policy",
      "BulwarkHostManagement/arn:aws:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy",
    ],
    [
      "host-management-us-west-2",
      `arn:aws:ssm:us-west-2:${MEMBER}:servicesetting/ssm/managed-instance/default-ec2-instance-management-role`,
    ],
    [
      "service-linked-role-config",
      `arn:aws:iam::${MEMBER}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`,
    ],
    ["host-document-virus-scan-us-west-2", "Bulwark-VirusScan"],
    ["host-policy", `arn:aws:iam::${MEMBER}:policy/BulwarkHostReports`],
    ["patch-group-linux-web-us-west-2", "web,patch-baseline-linux-us-west-2-id"],
    ["detector-administrator-us-west-2", SECURITY],
    ["delegated-administrator-access-analyzer", `${SECURITY}/access-analyzer.amazonaws.com`],
    ["config-bucket-policy-us-east-1", `bulwark-config-${LOG_ARCHIVE}-us-east-1`],
    ["guardrail-security-ou-bulw-prod00001", "ou-bulw-prod00001:guardrail-security-id"],
    ["organization-trail-us-east-1", `arn:aws:cloudtrail:us-east-1:${MANAGEMENT}:trail/bulwark-organization`],
    ["delegated-administrator-cloudtrail", SECURITY],
    ["delegated-administrator-ssm", `${SECURITY}/ssm.amazonaws.com`],
    ["security-control-ACM.1-us-east-1", "ACM.1"],
    ["alert-topic-high-us-east-1", `arn:aws:sns:us-east-1:${SECURITY}:bulwark-findings-high`],
    ["alert-heartbeat-us-east-1", "default/bulwark-heartbeat"],
    ["alert-heartbeat-role-policy", "BulwarkAlertHeartbeat:Heartbeat"],
    ["inspector-member-us-west-2", MEMBER],
    ["inspector-member-scans-us-west-2", `${MEMBER}-EC2:ECR:LAMBDA`],
    ["inspector-administrator-us-west-2", SECURITY],
    ["inspector-organization-us-west-2", SECURITY],
    ["delegated-administrator-config-multiaccountsetup", `${SECURITY}/config-multiaccountsetup.amazonaws.com`],
    ["config-aggregator-role", "BulwarkConfigAggregator"],
    [
      "config-aggregator-policy",
      "BulwarkConfigAggregator/arn:aws:iam::aws:policy/service-role/AWSConfigRoleForOrganizations",
    ],
    ["config-aggregator-us-east-1", "bulwark-organization"],
    ["audit-pack-us-east-1", "bulwark-audit"],
    ["config-rule-queue-keys-us-east-1", "bulwark-queue-keys"],
    ["suppression-scanner-us-west-2", "detector-us-west-2-id:bulwark-scanner"],
    ["archive-rule-external-partner-us-west-2", "bulwark-organization/bulwark-partner"],
  ];
  for (const [name, id] of ids) {
    it(`is known by its id: ${name}`, () => {
      const resource = declared.findLast((one) => one.name === name);
      assert.ok(resource, declared.map((one) => one.name).join(" "));
      const way = WAYS[resource.type];
      assert.equal(way?.by === "name" && way.id(soughtOf(resource)), id);
    });
  }
});
