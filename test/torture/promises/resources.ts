import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AccessAnalyzerClient, ListAnalyzersCommand } from "@aws-sdk/client-accessanalyzer";
import {
  ConfigServiceClient,
  DescribeConfigurationRecordersCommand,
  DescribeDeliveryChannelsCommand,
} from "@aws-sdk/client-config-service";
import { EventBridgeClient, ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { GuardDutyClient, ListDetectorsCommand, ListMembersCommand } from "@aws-sdk/client-guardduty";
import { DescribeKeyCommand, KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import {
  GetEnabledStandardsCommand,
  ListMembersCommand as ListHubMembersCommand,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { RootAccess } from "../../../sandbox/organization/root-access.ts";
import type { Installation } from "../installation.ts";

/** A resource of a stack's state, as the engine wrote it. */
interface Recorded {
  readonly type: string;
  readonly urn: string;
  readonly id?: string;
  /** URN and id of its provider: `...::aws-<account id>::<id>`. */
  readonly provider?: string;
  readonly delete?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

const management = "111111111111";
const security = "222222222222";
const logArchive = "333333333333";

/** One way to list what there is of a type in an account and a region, and what the state calls it. */
interface Listing {
  readonly type: string;
  list(access: RootAccess): Promise<string[]>;
  readonly nameOf?: (resource: Recorded) => string;
  /** Global, or in the home region only. */
  readonly once?: boolean;
  /** What there may be without Bulwark. */
  readonly foreign?: (name: string) => boolean;
}

const detectors: Listing = {
  type: "aws:guardduty/detector:Detector",
  list: async (access) => (await new GuardDutyClient(access).send(new ListDetectorsCommand({}))).DetectorIds ?? [],
};

const inMember: readonly Listing[] = [
  detectors,
  {
    type: "aws:securityhub/standardsSubscription:StandardsSubscription",
    nameOf: ({ inputs }) => String(inputs?.standardsArn),
    async list(access) {
      const hub = new SecurityHubClient(access);
      const { StandardsSubscriptions = [] } = await hub.send(new GetEnabledStandardsCommand({}));
      return StandardsSubscriptions.map(({ StandardsArn = "" }) => StandardsArn);
    },
  },
  {
    type: "aws:cfg/recorder:Recorder",
    async list(access) {
      const config = new ConfigServiceClient(access);
      const { ConfigurationRecorders = [] } = await config.send(new DescribeConfigurationRecordersCommand({}));
      return ConfigurationRecorders.map(({ name = "" }) => name);
    },
  },
  {
    type: "aws:cfg/deliveryChannel:DeliveryChannel",
    async list(access) {
      const config = new ConfigServiceClient(access);
      const { DeliveryChannels = [] } = await config.send(new DescribeDeliveryChannelsCommand({}));
      return DeliveryChannels.map(({ name = "" }) => name);
    },
  },
];

const keys: Listing = {
  type: "aws:kms/key:Key",
  once: true,
  async list(access) {
    const kms = new KMSClient(access);
    const { Keys = [] } = await kms.send(new ListKeysCommand({}));
    const described = await Promise.all(
      Keys.map(async ({ KeyId = "" }) => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata),
    );
    const own = described.filter((key) => key?.KeyManager === "CUSTOMER" && key.KeyState !== "PendingDeletion");
    return own.map((key) => key?.KeyId ?? "");
  },
};

const queues: Listing = {
  type: "aws:sqs/queue:Queue",
  once: true,
  nameOf: ({ id = "" }) => id.split("/").at(-1) ?? id,
  async list(access) {
    const { QueueUrls = [] } = await new SQSClient(access).send(new ListQueuesCommand({}));
    return QueueUrls.map((url) => url.split("/").at(-1) ?? url);
  },
};

const rules: Listing = {
  type: "aws:cloudwatch/eventRule:EventRule",
  once: true,
  async list(access) {
    const { Rules = [] } = await new EventBridgeClient(access).send(new ListRulesCommand({}));
    return Rules.map(({ Name = "" }) => Name);
  },
};

const inAdmin: readonly (Listing & { readonly accountId: string })[] = [
  { accountId: logArchive, ...keys },
  { accountId: security, ...keys },
  {
    accountId: logArchive,
    type: "aws:s3/bucket:Bucket",
    once: true,
    async list(access) {
      const { Buckets = [] } = await new S3Client({ ...access, forcePathStyle: true }).send(new ListBucketsCommand({}));
      return Buckets.map(({ Name = "" }) => Name);
    },
  },
  ...[management, security].flatMap((accountId) => [
    { accountId, ...queues },
    { accountId, ...rules },
  ]),
  {
    accountId: security,
    type: "aws:accessanalyzer/analyzer:Analyzer",
    async list(access) {
      const { analyzers = [] } = await new AccessAnalyzerClient(access).send(new ListAnalyzersCommand({}));
      return analyzers.map(({ name = "" }) => name);
    },
  },
];

/** What differs between a stack's state and what an independent listing finds in AWS: doubled, unknown to the state, or missing. */
export async function unaccounted(installation: Installation, stack: string): Promise<string[]> {
  const state = await stateOf(installation, stack);
  const listings =
    stack === "admin" ? inAdmin : inMember.map((listing) => ({ ...listing, accountId: stack.replace("account-", "") }));
  const found = await Promise.all(
    listings.map(async (listing) => {
      const regions = listing.once ? ["us-east-1"] : installation.regions;
      return Promise.all(
        regions.map(async (region) => {
          const there = await listing.list(installation.root(listing.accountId, region));
          const known = state
            .filter(({ type, provider, inputs, outputs }) => {
              const at = outputs?.region ?? inputs?.region ?? region;
              const inAccount = provider?.includes(`::aws-${listing.accountId}::`) === true;
              return type === listing.type && inAccount && at === region;
            })
            .map((resource) => listing.nameOf?.(resource) ?? resource.id ?? "");
          return compare(`${stack}: ${listing.type} in ${listing.accountId} ${region}`, there, known);
        }),
      );
    }),
  );
  const doubled = duplicates(state.filter((resource) => resource.delete !== true).map(({ urn }) => urn));
  const doomed = state.filter((resource) => resource.delete === true).map(({ urn }) => urn);
  return [
    ...found.flat(2),
    ...doubled.map((urn) => `${stack}: the state has ${urn} twice`),
    ...doomed.map((urn) => `${stack}: the state still has to delete ${urn}`),
  ];
}

function compare(what: string, there: readonly string[], known: readonly string[]): string[] {
  return [
    ...duplicates(there).map((name) => `${what}: ${name} is there twice`),
    ...there.filter((name) => !known.includes(name)).map((name) => `${what}: ${name} is there and not in the state`),
    ...known.filter((name) => !there.includes(name)).map((name) => `${what}: ${name} is in the state and not there`),
  ];
}

function duplicates(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

/** The members that the security account has, against those that it should have. */
export async function wrongMembers(installation: Installation, active: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    installation.regions.map(async (region) => {
      const access = installation.root(security, region);
      const guardDuty = new GuardDutyClient(access);
      const { DetectorIds: [DetectorId] = [] } = await guardDuty.send(new ListDetectorsCommand({}));
      const { Members = [] } = await guardDuty.send(new ListMembersCommand({ DetectorId, OnlyAssociated: "false" }));
      const hub = await new SecurityHubClient(access).send(new ListHubMembersCommand({ OnlyAssociated: false }));
      // Security Hub keeps a record of whom it let go.
      const inHub = (hub.Members ?? []).filter(({ MemberStatus }) => MemberStatus !== "Removed");
      return [
        ...compare(
          `GuardDuty's members in ${region}`,
          Members.map(({ AccountId = "" }) => AccountId),
          active,
        ),
        ...compare(
          `Security Hub's members in ${region}`,
          inHub.map(({ AccountId = "" }) => AccountId),
          active,
        ),
      ];
    }),
  );
  return found.flat();
}

/** The resources of a stack's state; none where there is no such stack. */
export async function stateOf({ state }: Pick<Installation, "state">, stack: string): Promise<readonly Recorded[]> {
  const text = await readFile(join(state, `.pulumi/stacks/bulwark/${stack}.json`), "utf8").catch(() => "{}");
  const { checkpoint } = JSON.parse(text) as { checkpoint?: { latest?: { resources?: Recorded[] } } };
  return checkpoint?.latest?.resources ?? [];
}
