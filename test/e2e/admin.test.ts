import assert from "node:assert/strict";
import { AccessAnalyzerClient, ListAnalyzersCommand } from "@aws-sdk/client-accessanalyzer";
import {
  ConfigServiceClient,
  DescribeConfigurationAggregatorSourcesStatusCommand,
  DescribeConfigurationAggregatorsCommand,
} from "@aws-sdk/client-config-service";
import { DescribeRuleCommand, EventBridgeClient, ListTargetsByRuleCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateSampleFindingsCommand,
  DescribeOrganizationConfigurationCommand as DescribeDetectorConfiguration,
  DescribePublishingDestinationCommand,
  GuardDutyClient,
  ListOrganizationAdminAccountsCommand as ListDetectorAdministrators,
  ListDetectorsCommand,
  ListPublishingDestinationsCommand,
} from "@aws-sdk/client-guardduty";
import {
  BatchGetAccountStatusCommand,
  DescribeOrganizationConfigurationCommand as DescribeInspectorConfiguration,
  Inspector2Client,
  ListDelegatedAdminAccountsCommand,
} from "@aws-sdk/client-inspector2";
import { GetKeyRotationStatusCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  ListAWSServiceAccessForOrganizationCommand,
  ListDelegatedAdministratorsCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import {
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  DescribeOrganizationConfigurationCommand as DescribeHubConfiguration,
  GetEnabledStandardsCommand,
  GetFindingAggregatorCommand,
  GetInsightsCommand,
  ListFindingAggregatorsCommand,
  ListOrganizationAdminAccountsCommand as ListHubAdministrators,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type Environment, organization } from "./environment.ts";

const management = "111111111111";
const security = "222222222222";
const logArchive = "333333333333";
const regions = ["us-east-1", "us-west-2", "ap-southeast-3"];
const buckets = ["config", "evidence", "guardduty"].map((kind) => `bulwark-${kind}-333333333333-us-east-1`);

describe("the admin stack", function () {
  this.timeout(600_000);
  let environment: Environment;
  before(async () => {
    environment = await organization();
  });
  const as = (accountId: string, region?: string) => environment.root(accountId, region);

  it("gives the security services trusted access to the organization", async () => {
    const organizations = new OrganizationsClient(as(management));
    const { EnabledServicePrincipals = [] } = await organizations.send(
      new ListAWSServiceAccessForOrganizationCommand({}),
    );
    const trusted = EnabledServicePrincipals.map(({ ServicePrincipal }) => ServicePrincipal);
    for (const service of [
      ...["securityhub.amazonaws.com", "guardduty.amazonaws.com", "access-analyzer.amazonaws.com"],
      "malware-protection.guardduty.amazonaws.com",
      ...["inspector2.amazonaws.com", "config.amazonaws.com", "config-multiaccountsetup.amazonaws.com"],
    ]) {
      assert.ok(trusted.includes(service), `${service} is not among ${trusted}`);
    }
  });

  it("delegates Security Hub, GuardDuty and Access Analyzer to the security account in every region", async () => {
    const organizations = new OrganizationsClient(as(management));
    const { DelegatedAdministrators = [] } = await organizations.send(
      new ListDelegatedAdministratorsCommand({ ServicePrincipal: "access-analyzer.amazonaws.com" }),
    );
    assert.deepEqual(
      DelegatedAdministrators.map(({ Id }) => Id),
      [security],
    );
    for (const region of regions) {
      const hub = await new SecurityHubClient(as(management, region)).send(new ListHubAdministrators({}));
      assert.deepEqual(hub.AdminAccounts, [{ AccountId: security, Status: "ENABLED" }], region);
      const detector = await new GuardDutyClient(as(management, region)).send(new ListDetectorAdministrators({}));
      assert.deepEqual(detector.AdminAccounts, [{ AdminAccountId: security, AdminStatus: "ENABLED" }], region);
    }
  });

  it("switches Security Hub on with both standards, for members in local mode and nothing by itself", async () => {
    for (const region of regions) {
      const hub = new SecurityHubClient(as(security, region));
      const { StandardsSubscriptions = [] } = await hub.send(new GetEnabledStandardsCommand({}));
      assert.deepEqual(
        Object.fromEntries(
          StandardsSubscriptions.map(({ StandardsArn, StandardsStatus }) => [StandardsArn, StandardsStatus]),
        ),
        {
          [`arn:aws:securityhub:${region}::standards/aws-foundational-security-best-practices/v/1.0.0`]: "READY",
          [`arn:aws:securityhub:${region}::standards/cis-aws-foundations-benchmark/v/5.0.0`]: "READY",
        },
        region,
      );
      const configuration = await hub.send(new DescribeHubConfiguration({}));
      assert.equal(configuration.AutoEnable, false, region);
      assert.equal(configuration.AutoEnableStandards, "NONE", region);
      assert.equal(configuration.OrganizationConfiguration?.ConfigurationType, "LOCAL", region);
    }
  });

  it("brings the findings of every region together in the home region", async () => {
    const hub = new SecurityHubClient(as(security));
    const { FindingAggregators = [] } = await hub.send(new ListFindingAggregatorsCommand({}));
    assert.equal(FindingAggregators.length, 1);
    const aggregator = await hub.send(
      new GetFindingAggregatorCommand({ FindingAggregatorArn: FindingAggregators[0]?.FindingAggregatorArn }),
    );
    assert.equal(aggregator.FindingAggregationRegion, "us-east-1");
    assert.equal(aggregator.RegionLinkingMode, "SPECIFIED_REGIONS");
    assert.deepEqual([...(aggregator.Regions ?? [])].sort(), ["ap-southeast-3", "us-west-2"]);
  });

  it("shows the backlog by insights in the home region", async () => {
    const { Insights = [] } = await new SecurityHubClient(as(security)).send(new GetInsightsCommand({}));
    assert.deepEqual(Insights.map(({ Name, GroupByAttribute }) => [Name, GroupByAttribute]).sort(), [
      ["Bulwark backlog by account", "AwsAccountId"],
      ["Bulwark backlog by control", "ComplianceSecurityControlId"],
      ["Bulwark backlog by resource", "ResourceId"],
      ["Bulwark public resources", "ResourceId"],
    ]);
    const elsewhere = await new SecurityHubClient(as(security, "us-west-2")).send(new GetInsightsCommand({}));
    assert.deepEqual(elsewhere.Insights, []);
  });

  it("runs GuardDuty in the security account and enables nothing in members by itself", async () => {
    for (const region of regions) {
      const guardDuty = new GuardDutyClient(as(security, region));
      const { DetectorIds = [] } = await guardDuty.send(new ListDetectorsCommand({}));
      assert.equal(DetectorIds.length, 1, region);
      const configuration = await guardDuty.send(new DescribeDetectorConfiguration({ DetectorId: DetectorIds[0] }));
      assert.equal(configuration.AutoEnableOrganizationMembers, "NONE", region);
      for (const { Name, AutoEnable } of configuration.Features ?? [])
        assert.equal(AutoEnable, "NONE", `${Name} ${region}`);
    }
  });

  it("exports every region's findings to the log archive, as GuardDuty of that region may", async () => {
    for (const region of regions) {
      const guardDuty = new GuardDutyClient(as(security, region));
      const { DetectorIds: [DetectorId] = [] } = await guardDuty.send(new ListDetectorsCommand({}));
      const { Destinations = [] } = await guardDuty.send(new ListPublishingDestinationsCommand({ DetectorId }));
      assert.deepEqual(
        Destinations.map(({ DestinationType, Status }) => [DestinationType, Status]),
        [["S3", "PUBLISHING"]],
        region,
      );
      const [{ DestinationId } = {}] = Destinations;
      const found = await guardDuty.send(new DescribePublishingDestinationCommand({ DetectorId, DestinationId }));
      assert.equal(found.DestinationProperties?.DestinationArn, `arn:aws:s3:::${buckets[2]}`, region);
      const type = "Policy:S3/BucketAnonymousAccessGranted";
      await guardDuty.send(new CreateSampleFindingsCommand({ DetectorId, FindingTypes: [type] }));
      const s3 = new S3Client({ ...as(logArchive), forcePathStyle: true });
      const Prefix = `AWSLogs/${security}/GuardDuty/${region}/`;
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: buckets[2], Prefix }));
      assert.ok(Contents.length > 0, region);
    }
  });

  it("runs Inspector in the management and the security account, delegated, and enables nothing in members by itself", async () => {
    for (const region of regions) {
      for (const account of [management, security]) {
        const own = new Inspector2Client(as(account, region));
        const { accounts } = await own.send(new BatchGetAccountStatusCommand({}));
        const { ec2, ecr, lambda, lambdaCode } = accounts?.[0]?.resourceState ?? {};
        const statuses = [ec2, ecr, lambda, lambdaCode].map((state) => state?.status);
        assert.deepEqual(statuses, ["ENABLED", "ENABLED", "ENABLED", "DISABLED"], `${account} ${region}`);
      }
      const { delegatedAdminAccounts } = await new Inspector2Client(as(management, region)).send(
        new ListDelegatedAdminAccountsCommand({}),
      );
      assert.deepEqual(delegatedAdminAccounts, [{ accountId: security, status: "ENABLED" }], region);
      const { autoEnable } = await new Inspector2Client(as(security, region)).send(
        new DescribeInspectorConfiguration({}),
      );
      assert.deepEqual(new Set(Object.values(autoEnable ?? {})), new Set([false]), region);
    }
  });

  it("shows the configuration of the whole organization in the security account", async () => {
    const organizations = new OrganizationsClient(as(management));
    for (const ServicePrincipal of ["config.amazonaws.com", "config-multiaccountsetup.amazonaws.com"]) {
      const { DelegatedAdministrators = [] } = await organizations.send(
        new ListDelegatedAdministratorsCommand({ ServicePrincipal }),
      );
      assert.deepEqual(
        DelegatedAdministrators.map(({ Id }) => Id),
        [security],
      );
    }
    const config = new ConfigServiceClient(as(security));
    const { ConfigurationAggregators = [] } = await config.send(new DescribeConfigurationAggregatorsCommand({}));
    assert.deepEqual(
      ConfigurationAggregators.map((aggregator) => aggregator.OrganizationAggregationSource),
      [{ AllAwsRegions: true, RoleArn: `arn:aws:iam::${security}:role/BulwarkConfigAggregator` }],
    );
    const { AggregatedSourceStatusList = [] } = await config.send(
      new DescribeConfigurationAggregatorSourcesStatusCommand({ ConfigurationAggregatorName: "bulwark-organization" }),
    );
    const whole = AggregatedSourceStatusList.find(({ SourceType }) => SourceType === "ORGANIZATION");
    assert.equal(whole?.LastUpdateStatus, "SUCCEEDED");
  });

  it("has an analyzer of the organization in every region", async () => {
    for (const region of regions) {
      const { analyzers = [] } = await new AccessAnalyzerClient(as(security, region)).send(
        new ListAnalyzersCommand({ type: "ORGANIZATION" }),
      );
      assert.deepEqual(
        analyzers.map(({ name, status }) => ({ name, status })),
        [{ name: "bulwark-organization", status: "ACTIVE" }],
        region,
      );
    }
  });

  it("keeps evidence in buckets that are encrypted with their own rotated key, versioned, closed and TLS only", async () => {
    const s3 = new S3Client({ ...as(logArchive), forcePathStyle: true });
    const keys = new Set<string>();
    for (const Bucket of buckets) {
      const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
      const encryption = ServerSideEncryptionConfiguration?.Rules?.[0];
      assert.equal(encryption?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm, "aws:kms");
      const KeyId = encryption?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID ?? "";
      keys.add(KeyId);
      const rotation = await new KMSClient(as(logArchive)).send(new GetKeyRotationStatusCommand({ KeyId }));
      assert.equal(rotation.KeyRotationEnabled, true);
      assert.equal((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status, "Enabled");
      const { PublicAccessBlockConfiguration: block } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
      assert.deepEqual(block, {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      const { Policy = "{}" } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
      const tls = (JSON.parse(Policy) as { Statement: Record<string, unknown>[] }).Statement.find(
        ({ Condition }) => JSON.stringify(Condition) === '{"Bool":{"aws:SecureTransport":"false"}}',
      );
      assert.deepEqual(tls && { ...tls, Sid: undefined }, {
        Sid: undefined,
        Effect: "Deny",
        Principal: "*",
        Action: ["s3:*"],
        Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      });
    }
    assert.equal(keys.size, buckets.length);
  });

  it("sends the organization's account events to a queue that only their rule may write to", async () => {
    const events = new EventBridgeClient(as(management));
    const sqs = new SQSClient(as(management));
    const rule = await events.send(new DescribeRuleCommand({ Name: "bulwark-account-events" }));
    assert.equal(rule.State, "ENABLED");
    assert.deepEqual((JSON.parse(rule.EventPattern ?? "{}") as { source: string[] }).source, ["aws.organizations"]);
    const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: "bulwark-account-events" }));
    const queueArn = "arn:aws:sqs:us-east-1:111111111111:bulwark-account-events";
    assert.deepEqual(
      Targets.map(({ Arn }) => Arn),
      [queueArn],
    );
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "bulwark-account-events" }));
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    const { Statement } = JSON.parse(Attributes.Policy ?? "{}") as {
      Statement: { Effect: string; Action: string[]; Principal: unknown; Condition: unknown }[];
    };
    const allowed = Statement.filter(({ Effect }) => Effect === "Allow");
    assert.deepEqual(
      allowed.map(({ Action, Principal, Condition }) => ({ Action, Principal, Condition })),
      [
        {
          Action: ["sqs:SendMessage"],
          Principal: { Service: "events.amazonaws.com" },
          Condition: { ArnEquals: { "aws:SourceArn": rule.Arn } },
        },
      ],
    );
    assert.match(Attributes.RedrivePolicy ?? "", /bulwark-account-events-dead-letters/);
  });
});
