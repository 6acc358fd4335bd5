import assert from "node:assert/strict";
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { ConfigService } from "@aws-sdk/client-config-service";
import { EC2 } from "@aws-sdk/client-ec2";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { IAM } from "@aws-sdk/client-iam";
import { Organizations } from "@aws-sdk/client-organizations";
import { S3 } from "@aws-sdk/client-s3";
import { trailBucketPolicy } from "../../programs/admin/trail-policies.ts";
import { remediationPolicy } from "../../programs/remediation-role.ts";
import { configRecordingRepair } from "../../remediation/config-recording/repair.ts";
import { ebsEncryptionDefaultRepair } from "../../remediation/ebs-encryption-default/repair.ts";
import { guardDutyDetectorRepair } from "../../remediation/guardduty-detector/repair.ts";
import { isEnough, type PasswordPolicy, targetsOf } from "../../remediation/iam-password-policy/decide.ts";
import { iamPasswordPolicyRepair } from "../../remediation/iam-password-policy/repair.ts";
import { organizationTrailRepair } from "../../remediation/organization-trail/repair.ts";
import type { ClientSettings, Finding, Kept, Session } from "../../remediation/remediation.ts";
import { type Repair, repairRemediation } from "../../remediation/repair.ts";
import { vpcFlowLogsRepair } from "../../remediation/vpc-flow-logs/repair.ts";
import { adminInputs, baselineInputs, LOG_ARCHIVE, MANAGEMENT, MEMBER } from "../programs/samples.ts";
import { assume, type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";

const REGION = "us-east-1";
const OTHER = "100000000002";
const ofAccount = (SecurityControlId: string, account = MEMBER): Finding => ({
  AwsAccountId: MEMBER,
  Region: REGION,
  Compliance: { SecurityControlId },
  Resources: [{ Type: "AwsAccount", Id: `AWS::::Account:${account}` }],
});

/** A setting that somebody has taken away, and how it is set again: as the stack's deployment does. */
interface Scene {
  readonly finding: Finding;
  readonly mend: () => Promise<unknown>;
}

describe("a repair's look at a member account, with the rights of its manifest", function () {
  this.timeout(120_000);
  let sandbox: RunningSandbox;
  const opened: { destroy(): void }[] = [];
  const open = <Client extends { destroy(): void }>(client: Client): Client => {
    opened.push(client);
    return client;
  };
  before(async () => {
    sandbox = await runSandbox();
  });
  after(async () => {
    for (const client of opened) client.destroy();
    await sandbox?.close();
  });

  /** A session of a role with the manifest's rights, and how one of them is taken away. */
  async function sessionOf({ manifest }: Pick<Repair<never>, "manifest">) {
    const iam = open(new IAM(sandbox.root(MEMBER)));
    const RoleName = `Repair-${manifest.name}`;
    const Statement = [{ Effect: "Allow", Principal: { AWS: MEMBER }, Action: "sts:AssumeRole" }];
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }) });
    const allow = async (without?: string) => {
      const policy = remediationPolicy(manifest, { ...baselineInputs(), accountId: MEMBER });
      const statements = policy.Statement.map((one) => ({
        ...one,
        Action: (one.Action ?? []).filter((action) => action !== without),
      }));
      const left = { ...policy, Statement: statements.filter(({ Action }) => Action.length > 0) };
      // IAM takes no policy without a statement.
      if (left.Statement.length === 0) await iam.deleteRolePolicy({ RoleName, PolicyName: "Rights" });
      else await iam.putRolePolicy({ RoleName, PolicyName: "Rights", PolicyDocument: JSON.stringify(left) });
    };
    await allow();
    const { endpoint, credentials } = await assume(sandbox, MEMBER, MEMBER, RoleName);
    const session: Session = {
      partition: "aws",
      accountId: MEMBER,
      region: REGION,
      client<Client>(Class: new (settings: ClientSettings) => Client, region = REGION): Client {
        const made = new Class({ region, credentials: async () => credentials as never, ...{ endpoint } });
        opened.push(made as { destroy(): void });
        return made;
      },
    };
    return { session, allow };
  }

  /** Takes a setting away, and looks: before and after it is set again, and without each of the rights. */
  function trial<Target extends Kept>(
    repair: Repair<Target>,
    arrange: () => Promise<Scene>,
    needs: readonly string[],
  ): void {
    it(`${repair.manifest.name} sees what is missing and what is there again, and needs each of its rights`, async () => {
      const { finding, mend } = await arrange();
      const { session, allow } = await sessionOf(repair);
      const [target, ...others] = repair.targetsOf(finding);
      assert.ok(target !== undefined && others.length === 0);
      assert.equal(await repair.isWell(session, target), false);
      await mend();
      assert.equal(await repair.isWell(session, target), true);
      const actions = repair.manifest.role.flatMap((statement) => [...statement.actions]);
      assert.deepEqual(actions.sort(), [...needs].sort());
      for (const action of needs) {
        await allow(action);
        await assert.rejects(
          repair.isWell(session, target),
          /AccessDenied|UnauthorizedOperation|not authorized/,
          action,
        );
      }
      await assert.rejects(repairRemediation(repair).write(session, target, null, null), /is deployed instead/);
    });
  }

  trial(ebsEncryptionDefaultRepair, async () => {
    const ec2 = open(new EC2(sandbox.root(MEMBER)));
    await ec2.disableEbsEncryptionByDefault({});
    return { finding: ofAccount("EC2.7"), mend: () => ec2.enableEbsEncryptionByDefault({}) };
  }, ["ec2:GetEbsEncryptionByDefault"]);

  trial(iamPasswordPolicyRepair, async () => {
    const iam = open(new IAM(sandbox.root(MEMBER)));
    await iam.updateAccountPasswordPolicy({ MinimumPasswordLength: 8 });
    return {
      finding: ofAccount("IAM.15"),
      mend: () => iam.updateAccountPasswordPolicy({ MinimumPasswordLength: 14 }),
    };
  }, ["iam:GetAccountPasswordPolicy"]);

  trial(guardDutyDetectorRepair, async () => {
    const guardDuty = open(new GuardDuty(sandbox.root(MEMBER)));
    const { DetectorId } = await guardDuty.createDetector({ Enable: false });
    return { finding: ofAccount("GuardDuty.1"), mend: () => guardDuty.updateDetector({ DetectorId, Enable: true }) };
  }, ["guardduty:GetDetector", "guardduty:ListDetectors"]);

  trial(configRecordingRepair, async () => {
    const config = open(new ConfigService(sandbox.root(MEMBER)));
    const Bucket = await bucketOf(MEMBER, "recordings", "config.amazonaws.com");
    await config.putConfigurationRecorder({ ConfigurationRecorder: { roleARN: await configRole() } });
    await config.putDeliveryChannel({ DeliveryChannel: { name: "default", s3BucketName: Bucket } });
    return {
      finding: ofAccount("Config.1"),
      mend: () => config.startConfigurationRecorder({ ConfigurationRecorderName: "default" }),
    };
  }, ["config:DescribeConfigurationRecorderStatus", "config:DescribeConfigurationRecorders"]);

  trial(vpcFlowLogsRepair, async () => {
    const ec2 = open(new EC2(sandbox.root(MEMBER)));
    const Bucket = await bucketOf(MEMBER, "flows", "delivery.logs.amazonaws.com");
    const { Vpc } = await ec2.createVpc({ CidrBlock: "10.9.0.0/16" });
    const vpcId = Vpc?.VpcId ?? "";
    const logged = { ResourceIds: [vpcId], ResourceType: "VPC" as const, LogDestinationType: "s3" as const };
    const LogDestination = `arn:aws:s3:::${Bucket}`;
    await ec2.createFlowLogs({ ...logged, TrafficType: "ACCEPT", LogDestination });
    const Id = `arn:aws:ec2:${REGION}:${MEMBER}:vpc/${vpcId}`;
    return {
      finding: { AwsAccountId: MEMBER, Region: REGION, Resources: [{ Type: "AwsEc2Vpc", Id }] },
      mend: () => ec2.createFlowLogs({ ...logged, TrafficType: "REJECT", LogDestination: `${LogDestination}/more/` }),
    };
  }, ["ec2:DescribeFlowLogs", "ec2:DescribeVpcs"]);

  trial(organizationTrailRepair, async () => {
    const organizations = open(new Organizations(sandbox.root(MANAGEMENT)));
    await organizations.enableAWSServiceAccess({ ServicePrincipal: "cloudtrail.amazonaws.com" });
    const trails = open(new CloudTrail(sandbox.root(MANAGEMENT)));
    const s3 = open(new S3({ ...sandbox.root(LOG_ARCHIVE), forcePathStyle: true }));
    const [Bucket, Name] = ["trail-of-all", "bulwark-organization"];
    await s3.createBucket({ Bucket });
    await s3.putBucketPolicy({ Bucket, Policy: JSON.stringify(trailBucketPolicy(adminInputs(), Bucket)) });
    await trails.createTrail({
      ...{ Name, S3BucketName: Bucket, IsOrganizationTrail: true, IsMultiRegionTrail: true },
      ...{ EnableLogFileValidation: true, KmsKeyId: `arn:aws:kms:${REGION}:${LOG_ARCHIVE}:key/trail` },
    });
    await trails.stopLogging({ Name });
    return { finding: ofAccount("CloudTrail.1"), mend: () => trails.startLogging({ Name }) };
  }, ["cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus"]);

  async function bucketOf(account: string, name: string, service: string): Promise<string> {
    const s3 = open(new S3({ ...sandbox.root(account), forcePathStyle: true }));
    const Bucket = `${name}-${account}`;
    await s3.createBucket({ Bucket });
    const Statement = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`].map((Resource) => ({
      ...{ Effect: "Allow", Principal: { Service: service }, Resource },
      Action: Resource.endsWith("*") ? "s3:PutObject" : ["s3:GetBucketAcl", "s3:ListBucket"],
    }));
    await s3.putBucketPolicy({ Bucket, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
    return Bucket;
  }

  async function configRole(): Promise<string> {
    const iam = open(new IAM(sandbox.root(MEMBER)));
    const made = await iam.createServiceLinkedRole({ AWSServiceName: "config.amazonaws.com" });
    return made.Role?.Arn ?? "";
  }

  it("takes a network that is gone for gone", async () => {
    const { session } = await sessionOf({ manifest: { ...vpcFlowLogsRepair.manifest, name: "gone-network" } as never });
    const arn = `arn:aws:ec2:${REGION}:${MEMBER}:vpc/vpc-0123456789abcdef0`;
    assert.equal(await vpcFlowLogsRepair.isWell(session, { accountId: MEMBER, arn }), undefined);
  });
});

describe("what a repair is about", () => {
  it("is the account of the finding and nothing of another, and the admin stack's own trail", () => {
    assert.deepEqual(ebsEncryptionDefaultRepair.targetsOf(ofAccount("EC2.7")), [{ accountId: MEMBER, region: REGION }]);
    assert.deepEqual(ebsEncryptionDefaultRepair.targetsOf(ofAccount("EC2.7", OTHER)), []);
    const trail = (name: string): Finding => ({
      AwsAccountId: MEMBER,
      Region: REGION,
      Resources: [{ Type: "AwsCloudTrailTrail", Id: `arn:aws:cloudtrail:${REGION}:${MANAGEMENT}:trail/${name}` }],
    });
    assert.equal(organizationTrailRepair.targetsOf(trail("bulwark-organization")).length, 1);
    assert.deepEqual(organizationTrailRepair.targetsOf(trail("team")), []);
    const vpc = (account: string): Finding => ({
      AwsAccountId: MEMBER,
      Region: REGION,
      Resources: [{ Type: "AwsEc2Vpc", Id: `arn:aws:ec2:${REGION}:${account}:vpc/vpc-0123456789abcdef0` }],
    });
    assert.equal(vpcFlowLogsRepair.targetsOf(vpc(MEMBER)).length, 1);
    assert.deepEqual(vpcFlowLogsRepair.targetsOf(vpc(OTHER)), []);
  });

  it("is of a password policy what the control asks for, by the organization's parameters where it has set them", () => {
    const wantedBy = (id: string, parameters: readonly { Name: string; Value: string[] }[] = []) => {
      const Compliance = { SecurityControlId: id, SecurityControlParameters: parameters };
      const [target] = targetsOf({ ...ofAccount(id), Compliance });
      assert.ok(target !== undefined);
      return target.wanted;
    };
    const strong: PasswordPolicy = {
      ...{ RequireUppercaseCharacters: true, RequireLowercaseCharacters: true, RequireSymbols: true },
      ...{ RequireNumbers: true, MinimumPasswordLength: 14, PasswordReusePrevention: 24, MaxPasswordAge: 90 },
    };
    const broken: Readonly<Record<string, readonly Partial<PasswordPolicy>[]>> = {
      "IAM.7": [{ MinimumPasswordLength: 7 }, { RequireSymbols: false }],
      "IAM.11": [{ RequireUppercaseCharacters: false }],
      "IAM.12": [{ RequireLowercaseCharacters: false }],
      "IAM.13": [{ RequireSymbols: false }],
      "IAM.14": [{ RequireNumbers: false }],
      "IAM.15": [{ MinimumPasswordLength: 13 }],
      "IAM.16": [{ PasswordReusePrevention: 23 }],
      "IAM.17": [{ MaxPasswordAge: 91 }, { MaxPasswordAge: 0 }],
    };
    assert.deepEqual(
      Object.keys(broken),
      iamPasswordPolicyRepair.manifest.controls.map((control) => control.id),
    );
    for (const [id, weaknesses] of Object.entries(broken)) {
      assert.equal(isEnough(strong, wantedBy(id)), true, id);
      assert.equal(isEnough(null, wantedBy(id)), false, id);
      for (const weak of weaknesses) assert.equal(isEnough({ ...strong, ...weak }, wantedBy(id)), false, id);
    }
    assert.equal(isEnough({ ...strong, RequireNumbers: false }, wantedBy("IAM.11")), true, "no more than is asked for");
    const set = (Name: string, value: string) => wantedBy("IAM.7", [{ Name, Value: [value] }]);
    assert.equal(isEnough(strong, set("MinimumPasswordLength", "16")), false);
    assert.equal(isEnough({ ...strong, RequireSymbols: false }, set("RequireSymbols", "false")), true);
    assert.equal(isEnough({ ...strong, MinimumPasswordLength: 8 }, set("MinimumPasswordLength", "<long>")), true);
  });
});
