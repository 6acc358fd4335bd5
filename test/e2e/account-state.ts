import { AccountClient, GetAlternateContactCommand } from "@aws-sdk/client-account";
import {
  ConfigServiceClient,
  DescribeConfigRulesCommand,
  DescribeConfigurationRecorderStatusCommand,
  DescribeConfigurationRecordersCommand,
  DescribeConformancePacksCommand,
  DescribeDeliveryChannelsCommand,
} from "@aws-sdk/client-config-service";
import { EC2Client, GetEbsEncryptionByDefaultCommand } from "@aws-sdk/client-ec2";
import {
  GetAdministratorAccountCommand as GetDetectorAdministrator,
  GetDetectorCommand,
  GuardDutyClient,
  ListDetectorsCommand,
} from "@aws-sdk/client-guardduty";
import { GetAccountPasswordPolicyCommand, IAMClient, ListPoliciesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { BatchGetAccountStatusCommand, Inspector2Client } from "@aws-sdk/client-inspector2";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { GetPublicAccessBlockCommand, S3ControlClient } from "@aws-sdk/client-s3-control";
import {
  DescribeHubCommand,
  GetEnabledStandardsCommand,
  GetAdministratorAccountCommand as GetHubAdministrator,
  ListTagsForResourceCommand,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import type { RootAccess } from "../../sandbox/organization/root-access.ts";
import { readHosts } from "./host-state.ts";
import { readOwnSettings } from "./own-settings.ts";

/** What a member account holds of everything that Bulwark touches, read by its own root. Times are left out. */
export type AccountState = Awaited<ReturnType<typeof readAccount>>;

type As = (accountId: string, region: string) => RootAccess;

/** Reads an account, every region at the same time. */
export async function readAccount(as: As, accountId: string, regions: readonly string[]) {
  const access = as(accountId, "us-east-1");
  const iam = new IAMClient(access);
  const s3 = new S3Client({ ...access, forcePathStyle: true });
  const s3Control = new S3ControlClient({ ...access, endpointProvider: () => ({ url: new URL(access.endpoint) }) });
  const account = new AccountClient(access);
  const [policy, block, contact, roles, policies, buckets, ...inRegions] = await Promise.all([
    unless(iam.send(new GetAccountPasswordPolicyCommand({})), "NoSuchEntity", "NoSuchEntityException"),
    unless(
      s3Control.send(new GetPublicAccessBlockCommand({ AccountId: accountId })),
      "NoSuchPublicAccessBlockConfiguration",
    ),
    unless(
      account.send(new GetAlternateContactCommand({ AlternateContactType: "SECURITY" })),
      "ResourceNotFoundException",
    ),
    iam.send(new ListRolesCommand({})),
    iam.send(new ListPoliciesCommand({ Scope: "Local" })),
    s3.send(new ListBucketsCommand({})),
    ...regions.map(async (region) => [region, await readRegion(as(accountId, region))] as const),
  ]);
  for (const client of [iam, s3, s3Control, account]) client.destroy();
  return {
    passwordPolicy: policy?.PasswordPolicy,
    publicAccessBlock: block?.PublicAccessBlockConfiguration,
    securityContact: contact?.AlternateContact,
    roles: (roles.Roles ?? []).map(({ Arn }) => Arn ?? "").sort(),
    policies: (policies.Policies ?? []).map(({ Arn }) => Arn ?? "").sort(),
    buckets: (buckets.Buckets ?? []).map(({ Name }) => Name ?? "").sort(),
    regions: Object.fromEntries(inRegions) as Record<string, Awaited<ReturnType<typeof readRegion>>>,
  };
}

async function readRegion(access: RootAccess) {
  const [hub, detector, config, inspector, ebs, own, hosts] = await Promise.all([
    readHub(access),
    readDetector(access),
    readRecording(access),
    readScans(access),
    readEncryption(access),
    readOwnSettings(access),
    readHosts(access),
  ]);
  return { hub, detector, ...config, inspector, ebsEncryptionByDefault: ebs, own, hosts };
}

async function readHub(access: RootAccess) {
  const client = new SecurityHubClient(access);
  const hub = await unless(client.send(new DescribeHubCommand({})), "InvalidAccessException");
  if (hub === undefined) return undefined;
  const [standards, administrator, tags] = await Promise.all([
    client.send(new GetEnabledStandardsCommand({})),
    client.send(new GetHubAdministrator({})),
    client.send(new ListTagsForResourceCommand({ ResourceArn: hub.HubArn })),
  ]);
  client.destroy();
  return {
    arn: hub.HubArn,
    autoEnableControls: hub.AutoEnableControls,
    controlFindingGenerator: hub.ControlFindingGenerator,
    standards: Object.fromEntries(
      (standards.StandardsSubscriptions ?? [])
        .map(({ StandardsArn, StandardsStatus }) => [StandardsArn ?? "", StandardsStatus] as const)
        .sort(),
    ),
    administrator: administrator.Administrator?.AccountId,
    tags: tags.Tags ?? {},
  };
}

async function readDetector(access: RootAccess) {
  const client = new GuardDutyClient(access);
  const { DetectorIds = [] } = await client.send(new ListDetectorsCommand({}));
  const [DetectorId] = DetectorIds;
  if (DetectorId === undefined) return undefined;
  const [detector, administrator] = await Promise.all([
    client.send(new GetDetectorCommand({ DetectorId })),
    client.send(new GetDetectorAdministrator({ DetectorId })),
  ]);
  client.destroy();
  const { $metadata: _, CreatedAt: _created, UpdatedAt: _updated, Features = [], ...rest } = detector;
  const features = Features.map(({ Name, Status, AdditionalConfiguration = [] }) => {
    return [Name, Status, AdditionalConfiguration.map((additional) => [additional.Name, additional.Status])];
  });
  return { id: DetectorId, ...rest, Features: features, administrator: administrator.Administrator?.AccountId };
}

async function readRecording(access: RootAccess) {
  const client = new ConfigServiceClient(access);
  const [recorders, status, channels, rules, packs] = await Promise.all([
    client.send(new DescribeConfigurationRecordersCommand({})),
    client.send(new DescribeConfigurationRecorderStatusCommand({})),
    client.send(new DescribeDeliveryChannelsCommand({})),
    client.send(new DescribeConfigRulesCommand({})),
    client.send(new DescribeConformancePacksCommand({})),
  ]);
  client.destroy();
  return {
    recorders: recorders.ConfigurationRecorders ?? [],
    recording: (status.ConfigurationRecordersStatus ?? []).map(({ recording }) => recording === true),
    channels: channels.DeliveryChannels ?? [],
    rules: (rules.ConfigRules ?? [])
      .map(({ ConfigRuleName = "" }) => ConfigRuleName.replace(/-conformance-pack-\w+$/, ""))
      .sort(),
    packs: (packs.ConformancePackDetails ?? []).map(({ ConformancePackName }) => ConformancePackName),
  };
}

/** The scans of Inspector that are on. */
async function readScans(access: RootAccess): Promise<string[]> {
  const client = new Inspector2Client(access);
  const { accounts } = await client.send(new BatchGetAccountStatusCommand({}));
  client.destroy();
  const states = Object.entries(accounts?.[0]?.resourceState ?? {});
  return states.filter(([, { status }]) => status !== "DISABLED").map(([scan]) => scan);
}

async function readEncryption(access: RootAccess) {
  const client = new EC2Client(access);
  const { EbsEncryptionByDefault } = await client.send(new GetEbsEncryptionByDefaultCommand({}));
  client.destroy();
  return EbsEncryptionByDefault === true;
}

/** The answer, or undefined where AWS answers with one of these errors. */
export async function unless<Answer>(asked: Promise<Answer>, ...names: readonly string[]): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return undefined;
    throw error;
  }
}
