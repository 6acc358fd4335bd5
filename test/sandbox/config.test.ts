import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { ConfigService } from "@aws-sdk/client-config-service";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { S3 } from "@aws-sdk/client-s3";
import { SAMPLE } from "../../sandbox/organization/accounts.ts";
import { type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const logArchive = "333333333333";
const clearing = "100000000001";
const outsider = "555555555555";
const region = "us-east-1";

const roleOf = (account: string) =>
  `arn:aws:iam::${account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`;

/** The three statements that AWS asks for, under a condition of one's choice. */
function deliveryPolicy(bucket: string, condition: object, extra: readonly object[] = []): string {
  const arn = `arn:aws:s3:::${bucket}`;
  const from = { Effect: "Allow", Principal: { Service: "config.amazonaws.com" } };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { ...from, Action: ["s3:GetBucketAcl", "s3:ListBucket"], Resource: arn, Condition: { StringEquals: condition } },
      {
        ...from,
        Action: "s3:PutObject",
        Resource: `${arn}/AWSLogs/*/Config/*`,
        Condition: { StringEquals: { ...condition, "s3:x-amz-acl": "bucket-owner-full-control" } },
      },
      ...extra,
    ],
  });
}

describe("AWS Config in the sandbox", () => {
  let sandbox: RunningSandbox;
  let s3: S3;
  const clients = new Map<string, ConfigService>();
  let buckets = 0;

  function as(account: string, at = region): ConfigService {
    const key = `${account}/${at}`;
    const client = clients.get(key) ?? new ConfigService({ ...sandbox.root(account, at), maxAttempts: 1 });
    clients.set(key, client);
    return client;
  }

  /** A bucket in the log archive account. */
  async function archive(policy: (bucket: string) => string | undefined, locked = false): Promise<string> {
    const Bucket = `config-archive-${++buckets}`;
    await s3.createBucket({ Bucket, ObjectLockEnabledForBucket: locked });
    const Policy = policy(Bucket);
    if (Policy !== undefined) await s3.putBucketPolicy({ Bucket, Policy });
    return Bucket;
  }

  const ofOrganization = (bucket: string) => deliveryPolicy(bucket, { "aws:SourceOrgID": SAMPLE.id });

  const putRecorder = (account: string, at = region) =>
    as(account, at).putConfigurationRecorder({ ConfigurationRecorder: { roleARN: roleOf(account) } });

  async function keysOf(Bucket: string): Promise<string[]> {
    return ((await s3.listObjectsV2({ Bucket })).Contents ?? []).flatMap(({ Key }) => Key ?? []);
  }

  before(async () => {
    sandbox = await runSandbox();
    s3 = new S3({ ...sandbox.root(logArchive, region), forcePathStyle: true });
  });

  afterEach(async () => {
    for (const client of clients.values()) {
      const [recorder] = (await client.describeConfigurationRecorders({})).ConfigurationRecorders ?? [];
      if (recorder !== undefined)
        await client.deleteConfigurationRecorder({ ConfigurationRecorderName: recorder.name });
      const [channel] = (await client.describeDeliveryChannels({})).DeliveryChannels ?? [];
      if (channel !== undefined) await client.deleteDeliveryChannel({ DeliveryChannelName: channel.name });
    }
  });

  after(async () => {
    for (const client of [...clients.values(), s3]) client?.destroy();
    await sandbox?.close();
  });

  describe("the recorder", () => {
    it("is called default, records everything but global IAM types, and is one per region", async () => {
      await putRecorder(clearing);
      const [recorder] = (await as(clearing).describeConfigurationRecorders({})).ConfigurationRecorders ?? [];
      assert.equal(recorder?.name, "default");
      assert.match(recorder?.arn ?? "", /^arn:aws:config:us-east-1:100000000001:configuration-recorder\/default\//);
      assert.deepEqual(recorder?.recordingGroup, {
        allSupported: true,
        includeGlobalResourceTypes: false,
        resourceTypes: [],
        exclusionByResourceTypes: { resourceTypes: [] },
        recordingStrategy: { useOnly: "ALL_SUPPORTED_RESOURCE_TYPES" },
      });
      assert.deepEqual(recorder?.recordingMode, { recordingFrequency: "CONTINUOUS", recordingModeOverrides: [] });
      await assert.rejects(
        as(clearing).putConfigurationRecorder({ ConfigurationRecorder: { name: "second", roleARN: roleOf(clearing) } }),
        { name: "MaxNumberOfConfigurationRecordersExceededException" },
      );
      assert.deepEqual((await as(clearing, "us-west-2").describeConfigurationRecorders({})).ConfigurationRecorders, []);
    });

    it("takes each of the three strategies, and none mixed with another", async () => {
      const put = (recordingGroup: object) =>
        as(clearing).putConfigurationRecorder({ ConfigurationRecorder: { roleARN: roleOf(clearing), recordingGroup } });
      const bucket = ["AWS::S3::Bucket"];
      await put({ allSupported: true, includeGlobalResourceTypes: true });
      await put({ resourceTypes: bucket });
      await put({
        exclusionByResourceTypes: { resourceTypes: bucket },
        recordingStrategy: { useOnly: "EXCLUSION_BY_RESOURCE_TYPES" },
      });
      const [recorder] = (await as(clearing).describeConfigurationRecorders({})).ConfigurationRecorders ?? [];
      assert.deepEqual(recorder?.recordingGroup?.exclusionByResourceTypes, { resourceTypes: bucket });
      const mixed = [
        {},
        { allSupported: true, resourceTypes: bucket },
        { includeGlobalResourceTypes: true, resourceTypes: bucket },
        { exclusionByResourceTypes: { resourceTypes: bucket } },
        { allSupported: true, recordingStrategy: { useOnly: "INCLUSION_BY_RESOURCE_TYPES" } },
      ];
      for (const group of mixed) await assert.rejects(put(group), { name: "InvalidRecordingGroupException" });
    });

    it("needs a role of its own account and a name that is not reserved", async () => {
      for (const roleARN of [undefined, "AWSServiceRoleForConfig", roleOf(outsider)]) {
        await assert.rejects(
          as(clearing).putConfigurationRecorder({ ConfigurationRecorder: { ...(roleARN && { roleARN }) } }),
          {
            name: "InvalidRoleException",
          },
        );
      }
      const ConfigurationRecorder = { name: "AWSConfigurationRecorderForMe", roleARN: roleOf(clearing) };
      await assert.rejects(as(clearing).putConfigurationRecorder({ ConfigurationRecorder }), {
        name: "InvalidConfigurationRecorderNameException",
      });
    });

    it("is only put by who may pass the role", async () => {
      const iam = new IAM(sandbox.root(clearing, region));
      const { User } = await iam.createUser({ UserName: "recorder" });
      const { AccessKey } = await iam.createAccessKey({ UserName: "recorder" });
      const allow = (Action: string, Resource: string) => ({ Effect: "Allow", Action, Resource });
      const permit = (...Statement: object[]) =>
        iam.putUserPolicy({
          UserName: User?.UserName,
          PolicyName: "recorder",
          PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
        });
      const user = new ConfigService({
        ...sandbox.root(clearing, region),
        credentials: { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" },
        maxAttempts: 1,
      });
      const put = () => user.putConfigurationRecorder({ ConfigurationRecorder: { roleARN: roleOf(clearing) } });
      await permit(allow("config:*", "*"));
      await assert.rejects(put(), { name: "AccessDeniedException", message: /iam:PassRole/ });
      await permit(allow("config:*", "*"), allow("iam:PassRole", roleOf(clearing)));
      await put();
      for (const client of [iam, user]) client.destroy();
    });

    it("starts only with a channel, then turns from pending to success, and stops", async () => {
      await putRecorder(clearing);
      const ConfigurationRecorderName = "default";
      await assert.rejects(as(clearing).startConfigurationRecorder({ ConfigurationRecorderName }), {
        name: "NoAvailableDeliveryChannelException",
      });
      const s3BucketName = await archive(ofOrganization);
      await as(clearing).putDeliveryChannel({ DeliveryChannel: { s3BucketName } });
      await as(clearing).startConfigurationRecorder({ ConfigurationRecorderName });
      const status = async () =>
        (await as(clearing).describeConfigurationRecorderStatus({})).ConfigurationRecordersStatus?.[0];
      assert.equal((await status())?.recording, true);
      await until(status, (recorder) => recorder?.lastStatus === "Success");
      await assert.rejects(as(clearing).deleteDeliveryChannel({ DeliveryChannelName: "default" }), {
        name: "LastDeliveryChannelDeleteFailedException",
      });
      await as(clearing).stopConfigurationRecorder({ ConfigurationRecorderName });
      assert.equal((await status())?.recording, false);
      await as(clearing).deleteDeliveryChannel({ DeliveryChannelName: "default" });
      await as(clearing).deleteConfigurationRecorder({ ConfigurationRecorderName });
      await assert.rejects(as(clearing).stopConfigurationRecorder({ ConfigurationRecorderName }), {
        name: "NoSuchConfigurationRecorderException",
      });
    });

    it("carries tags, given at its creation or later", async () => {
      const tagged = {
        ConfigurationRecorder: { roleARN: roleOf(clearing) },
        Tags: [{ Key: "owner", Value: "security" }],
      };
      await as(clearing).putConfigurationRecorder(tagged);
      const [recorder] = (await as(clearing).describeConfigurationRecorders({})).ConfigurationRecorders ?? [];
      const ResourceArn = recorder?.arn;
      await as(clearing).tagResource({ ResourceArn, Tags: [{ Key: "env", Value: "prod" }] });
      await as(clearing).untagResource({ ResourceArn, TagKeys: ["owner"] });
      assert.deepEqual((await as(clearing).listTagsForResource({ ResourceArn })).Tags, [{ Key: "env", Value: "prod" }]);
      await assert.rejects(as(clearing).listTagsForResource({ ResourceArn: `${ResourceArn}x` }), {
        name: "ResourceNotFoundException",
      });
    });
  });

  describe("the delivery channel", () => {
    it("needs a recorder, is one per region, and is tried out in another account's bucket", async () => {
      const s3BucketName = await archive(ofOrganization);
      const DeliveryChannel = {
        s3BucketName,
        configSnapshotDeliveryProperties: { deliveryFrequency: "One_Hour" as const },
      };
      await assert.rejects(as(clearing).putDeliveryChannel({ DeliveryChannel }), {
        name: "NoAvailableConfigurationRecorderException",
      });
      await putRecorder(clearing);
      await as(clearing).putDeliveryChannel({ DeliveryChannel });
      assert.deepEqual(await keysOf(s3BucketName), [`AWSLogs/${clearing}/Config/ConfigWritabilityCheckFile`]);
      const { DeliveryChannels } = await as(clearing).describeDeliveryChannels({});
      assert.deepEqual(DeliveryChannels, [{ name: "default", ...DeliveryChannel }]);
      await assert.rejects(
        as(clearing).putDeliveryChannel({ DeliveryChannel: { ...DeliveryChannel, name: "other" } }),
        {
          name: "MaxNumberOfDeliveryChannelsExceededException",
        },
      );
      await assert.rejects(as(clearing).describeDeliveryChannels({ DeliveryChannelNames: ["other"] }), {
        name: "NoSuchDeliveryChannelException",
      });
    });

    it("tells a bucket that is not there, and keys and prefixes that are none", async () => {
      await putRecorder(clearing);
      const put = (DeliveryChannel: object) => as(clearing).putDeliveryChannel({ DeliveryChannel });
      await assert.rejects(put({ s3BucketName: "no-such-bucket-anywhere" }), { name: "NoSuchBucketException" });
      await assert.rejects(put({}), { name: "NoSuchBucketException" });
      const s3BucketName = await archive(ofOrganization);
      await assert.rejects(put({ s3BucketName, s3KeyPrefix: "" }), { name: "InvalidS3KeyPrefixException" });
      await assert.rejects(put({ s3BucketName, s3KmsKeyArn: "alias/config" }), { name: "InvalidS3KmsKeyArnException" });
      await assert.rejects(put({ s3BucketName, snsTopicARN: "topic" }), { name: "InvalidSNSTopicARNException" });
    });

    it("is refused by a bucket policy that does not let Config in, and leaves no trace", async () => {
      await putRecorder(clearing);
      const elsewhere = (bucket: string) => deliveryPolicy(bucket, { "aws:SourceOrgID": "o-somebody00" });
      const otherAccount = (bucket: string) => deliveryPolicy(bucket, { "AWS:SourceAccount": outsider });
      const denied = (bucket: string) =>
        deliveryPolicy(bucket, { "aws:SourceAccount": clearing }, [
          { Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource: `arn:aws:s3:::${bucket}/*` },
        ]);
      for (const policy of [elsewhere, otherAccount, denied, () => undefined]) {
        const s3BucketName = await archive(policy);
        await assert.rejects(as(clearing).putDeliveryChannel({ DeliveryChannel: { s3BucketName } }), {
          name: "InsufficientDeliveryPolicyException",
          message: `Insufficient delivery policy to s3 bucket: ${s3BucketName}, unable to write to bucket, provided s3 key prefix is 'null', provided kms key is 'null'.`,
        });
        assert.deepEqual(await keysOf(s3BucketName), []);
      }
      assert.deepEqual((await as(clearing).describeDeliveryChannels({})).DeliveryChannels, []);
    });

    it("is let in by a policy that insists on TLS, and refused where the prefix is not covered", async () => {
      await putRecorder(clearing);
      const overTls = (bucket: string) =>
        deliveryPolicy(bucket, { "aws:SourceAccount": clearing }, [
          {
            Effect: "Deny",
            Principal: { AWS: "*" },
            Action: "s3:*",
            Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ]);
      const s3BucketName = await archive(overTls);
      await as(clearing).putDeliveryChannel({ DeliveryChannel: { s3BucketName } });
      await assert.rejects(
        as(clearing).putDeliveryChannel({ DeliveryChannel: { s3BucketName, s3KeyPrefix: "elsewhere" } }),
        {
          name: "InsufficientDeliveryPolicyException",
          message: /provided s3 key prefix is 'elsewhere'/,
        },
      );
    });

    it("may go to a bucket of the account's own, in another region", async () => {
      const own = new S3({ ...sandbox.root(clearing, "us-west-2"), forcePathStyle: true });
      const Bucket = "clearing-config";
      await own.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint: "us-west-2" } });
      await own.putBucketPolicy({ Bucket, Policy: deliveryPolicy(Bucket, { "AWS:SourceAccount": clearing }) });
      await putRecorder(clearing, "us-west-2");
      await as(clearing, "us-west-2").putDeliveryChannel({ DeliveryChannel: { s3BucketName: Bucket } });
      const { Contents } = await own.listObjectsV2({ Bucket });
      assert.deepEqual(
        Contents?.map(({ Key }) => Key),
        [`AWSLogs/${clearing}/Config/ConfigWritabilityCheckFile`],
      );
      own.destroy();
    });

    it("is refused by a bucket that locks every object for a time", async () => {
      await putRecorder(clearing);
      const s3BucketName = await archive(ofOrganization, true);
      const put = () => as(clearing).putDeliveryChannel({ DeliveryChannel: { s3BucketName } });
      await put();
      await s3.putObjectLockConfiguration({
        Bucket: s3BucketName,
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } },
        },
      });
      await assert.rejects(put(), { name: "InsufficientDeliveryPolicyException" });
    });

    it("is refused until the key's policy lets Config encrypt", async () => {
      await putRecorder(clearing);
      const kms = new KMS(sandbox.root(logArchive, region));
      const owner = {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${logArchive}:root` },
        Action: "kms:*",
        Resource: "*",
      };
      const policy = (...more: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: [owner, ...more] });
      const { KeyMetadata } = await kms.createKey({ Policy: policy() });
      const s3KmsKeyArn = KeyMetadata?.Arn;
      const s3BucketName = await archive(ofOrganization);
      const put = (key: object) => as(clearing).putDeliveryChannel({ DeliveryChannel: { s3BucketName, ...key } });
      await assert.rejects(put({ s3KmsKeyArn }), {
        name: "InsufficientDeliveryPolicyException",
        message: /kms key is 'arn/,
      });

      // The same where the bucket encrypts by default and the channel names no key.
      const rule = {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" as const, KMSMasterKeyID: s3KmsKeyArn },
      };
      await s3.putBucketEncryption({ Bucket: s3BucketName, ServerSideEncryptionConfiguration: { Rules: [rule] } });
      await assert.rejects(put({}), { name: "InsufficientDeliveryPolicyException" });

      const forConfig = {
        Effect: "Allow",
        Principal: { Service: "config.amazonaws.com" },
        Action: ["kms:GenerateDataKey", "kms:Decrypt"],
        Resource: "*",
        Condition: { StringEquals: { "aws:SourceOrgID": SAMPLE.id } },
      };
      await kms.putKeyPolicy({ KeyId: KeyMetadata?.KeyId, PolicyName: "default", Policy: policy(forConfig) });
      await put({ s3KmsKeyArn });
      await put({});
      kms.destroy();
    });
  });

  describe("a snapshot", () => {
    it("is delivered where AWS documents it, once something records", async () => {
      await putRecorder(clearing);
      const s3BucketName = await archive(ofOrganization);
      await as(clearing).putDeliveryChannel({ DeliveryChannel: { s3BucketName } });
      const deliver = () => as(clearing).deliverConfigSnapshot({ deliveryChannelName: "default" });
      await assert.rejects(deliver(), { name: "NoRunningConfigurationRecorderException" });
      await as(clearing).startConfigurationRecorder({ ConfigurationRecorderName: "default" });
      const { configSnapshotId } = await deliver();
      const Key = (await keysOf(s3BucketName)).find((key) => key.includes("/ConfigSnapshot/"));
      assert.match(
        Key ?? "",
        /^AWSLogs\/100000000001\/Config\/us-east-1\/\d{4}\/\d{1,2}\/\d{1,2}\/ConfigSnapshot\/100000000001_Config_us-east-1_ConfigSnapshot_\d{8}T\d{6}Z_[0-9a-f-]{36}\.json\.gz$/,
      );
      const { Body } = await s3.getObject({ Bucket: s3BucketName, Key });
      const snapshot = JSON.parse(gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()).toString());
      assert.equal(snapshot.configSnapshotId, configSnapshotId);
      const [status] = (await as(clearing).describeDeliveryChannelStatus({})).DeliveryChannelsStatus ?? [];
      assert.equal(status?.configSnapshotDeliveryInfo?.lastStatus, "Success");
      assert.equal(status?.configStreamDeliveryInfo?.lastStatus, "Not_Applicable");

      await s3.deleteBucketPolicy({ Bucket: s3BucketName });
      await deliver();
      const [after] = (await as(clearing).describeDeliveryChannelStatus({})).DeliveryChannelsStatus ?? [];
      assert.deepEqual(
        [after?.configSnapshotDeliveryInfo?.lastStatus, after?.configSnapshotDeliveryInfo?.lastErrorCode],
        ["Failure", "AccessDenied"],
      );
    });
  });

  describe("retention", () => {
    it("is one setting named default", async () => {
      assert.deepEqual((await as(clearing).describeRetentionConfigurations({})).RetentionConfigurations, []);
      await assert.rejects(as(clearing).putRetentionConfiguration({ RetentionPeriodInDays: 29 }), {
        name: /Exception$/,
      });
      await as(clearing).putRetentionConfiguration({ RetentionPeriodInDays: 365 });
      await as(clearing).putRetentionConfiguration({ RetentionPeriodInDays: 2557 });
      const RetentionConfigurationName = "default";
      assert.deepEqual((await as(clearing).describeRetentionConfigurations({})).RetentionConfigurations, [
        { Name: RetentionConfigurationName, RetentionPeriodInDays: 2557 },
      ]);
      await as(clearing).deleteRetentionConfiguration({ RetentionConfigurationName });
      await assert.rejects(as(clearing).deleteRetentionConfiguration({ RetentionConfigurationName }), {
        name: "NoSuchRetentionConfigurationException",
      });
    });
  });
});
