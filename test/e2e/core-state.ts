import { AccessAnalyzerClient, ListAnalyzersCommand } from "@aws-sdk/client-accessanalyzer";
import { CloudTrailClient, DescribeTrailsCommand } from "@aws-sdk/client-cloudtrail";
import {
  ConfigServiceClient,
  DescribeConfigurationAggregatorsCommand,
  DescribeConfigurationRecordersCommand,
  DescribeDeliveryChannelsCommand,
} from "@aws-sdk/client-config-service";
import { EventBridgeClient, ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { GuardDutyClient, ListDetectorsCommand } from "@aws-sdk/client-guardduty";
import { IAMClient, ListPoliciesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { BatchGetAccountStatusCommand, Inspector2Client } from "@aws-sdk/client-inspector2";
import { DescribeKeyCommand, KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import {
  ListAWSServiceAccessForOrganizationCommand,
  ListDelegatedServicesForAccountCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { DescribeHubCommand, ListFindingAggregatorsCommand, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { RootAccess } from "../../sandbox/organization/root-access.ts";
import { unless } from "./account-state.ts";

type As = (accountId: string, region?: string) => RootAccess;
type Listed = readonly (string | undefined)[];

/** Lists what a core account holds in a region, each thing as `<kind> <name>`; keys with their state. */
async function listRegion(access: RootAccess): Promise<string[]> {
  const hub = new SecurityHubClient(access);
  const kms = new KMSClient(access);
  const config = new ConfigServiceClient(access);
  const kinds: Record<string, Promise<Listed>> = {
    hub: unless(hub.send(new DescribeHubCommand({})), "InvalidAccessException").then((found) =>
      found === undefined ? [] : [found.HubArn],
    ),
    "finding aggregator": unless(
      hub.send(new ListFindingAggregatorsCommand({})),
      "InvalidAccessException",
      "AccessDeniedException",
    ).then((found) => (found?.FindingAggregators ?? []).map((one) => one.FindingAggregatorArn)),
    detector: new GuardDutyClient(access)
      .send(new ListDetectorsCommand({}))
      .then(({ DetectorIds = [] }) => DetectorIds.map(() => "enabled")),
    analyzer: new AccessAnalyzerClient(access)
      .send(new ListAnalyzersCommand({}))
      .then(({ analyzers = [] }) => analyzers.map(({ name }) => name)),
    scan: new Inspector2Client(access).send(new BatchGetAccountStatusCommand({})).then(({ accounts = [] }) =>
      Object.entries(accounts[0]?.resourceState ?? {})
        .filter(([, { status }]) => status !== "DISABLED")
        .map(([scan]) => scan),
    ),
    recorder: config
      .send(new DescribeConfigurationRecordersCommand({}))
      .then(({ ConfigurationRecorders = [] }) => ConfigurationRecorders.map(({ name }) => name)),
    "delivery channel": config
      .send(new DescribeDeliveryChannelsCommand({}))
      .then(({ DeliveryChannels = [] }) => DeliveryChannels.map(({ name }) => name)),
    "config aggregator": config
      .send(new DescribeConfigurationAggregatorsCommand({}))
      .then(({ ConfigurationAggregators = [] }) =>
        ConfigurationAggregators.map((one) => one.ConfigurationAggregatorName),
      ),
    trail: new CloudTrailClient(access)
      .send(new DescribeTrailsCommand({ includeShadowTrails: false }))
      .then(({ trailList = [] }) => trailList.map(({ Name }) => Name)),
    rule: new EventBridgeClient(access)
      .send(new ListRulesCommand({}))
      .then(({ Rules = [] }) => Rules.map(({ Name }) => Name)),
    topic: new SNSClient(access)
      .send(new ListTopicsCommand({}))
      .then(({ Topics = [] }) => Topics.map(({ TopicArn }) => TopicArn)),
    queue: new SQSClient(access)
      .send(new ListQueuesCommand({}))
      .then(({ QueueUrls = [] }) => QueueUrls.map((url) => url.split("/").at(-1))),
    key: kms.send(new ListKeysCommand({})).then(({ Keys = [] }) =>
      Promise.all(
        Keys.map(async ({ KeyId }) => {
          const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
          return `${KeyMetadata?.KeyState} ${KeyMetadata?.Description}`;
        }),
      ),
    ),
  };
  const found = Object.entries(kinds).map(async ([kind, listed]) => (await listed).map((name) => `${kind} ${name}`));
  return (await Promise.all(found)).flat();
}

/** Lists what an account holds everywhere; service-linked roles are AWS's. */
async function listGlobal(access: RootAccess): Promise<string[]> {
  const iam = new IAMClient(access);
  const [{ Roles = [] }, { Policies = [] }, { Buckets = [] }] = await Promise.all([
    iam.send(new ListRolesCommand({})),
    iam.send(new ListPoliciesCommand({ Scope: "Local" })),
    new S3Client({ ...access, forcePathStyle: true }).send(new ListBucketsCommand({})),
  ]);
  return [
    ...Roles.filter(({ Path }) => !Path?.startsWith("/aws-service-role/")).map(({ Arn }) => `role ${Arn}`),
    ...Policies.map(({ Arn }) => `policy ${Arn}`),
    ...Buckets.map(({ Name }) => `bucket ${Name}`),
  ];
}

/** What the organization's core accounts hold of what the admin stack brings, as their roots list it: one line for each thing, in order. */
export async function listCore(
  as: As,
  accounts: { readonly management: string; readonly security: string; readonly logArchive: string },
  regions: readonly string[],
): Promise<string[]> {
  const organizations = new OrganizationsClient(as(accounts.management));
  const [trusted, delegated, ...inAccounts] = await Promise.all([
    organizations.send(new ListAWSServiceAccessForOrganizationCommand({})),
    unless(
      organizations.send(new ListDelegatedServicesForAccountCommand({ AccountId: accounts.security })),
      "AccountNotRegisteredException",
    ),
    ...Object.entries(accounts).flatMap(([account, id]) => [
      listGlobal(as(id)).then((lines) => lines.map((line) => `${account} ${line}`)),
      ...regions.map((region) =>
        listRegion(as(id, region)).then((lines) => lines.map((line) => `${account} ${region} ${line}`)),
      ),
    ]),
  ]);
  return [
    ...(trusted.EnabledServicePrincipals ?? []).map(({ ServicePrincipal }) => `trusted ${ServicePrincipal}`),
    ...(delegated?.DelegatedServices ?? []).map(({ ServicePrincipal }) => `delegated ${ServicePrincipal}`),
    ...inAccounts.flat(),
  ].sort();
}
