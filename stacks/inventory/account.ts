import { EC2Client, GetEbsEncryptionByDefaultCommand } from "@aws-sdk/client-ec2";
import { ACCOUNT_SERVICE_LINKED_ROLES } from "../../programs/baseline/linked-services.ts";
import { type InspectorSettings, isInspected } from "../../programs/inspector-settings.ts";
import type { AccountInventory, MembershipInventory, RegionInventory } from "../../programs/inventory.ts";
import { readPasswordPolicy, readPublicAccessBlock, readServiceLinkedRoles } from "./account-wide.ts";
import { readRecorder } from "./config-recorder.ts";
import { readDetector, readDetectorMembership } from "./guardduty.ts";
import { readInspectorMembership, readScans } from "./inspector.ts";
import { clientSettings, defined, type Reading, reader } from "./reading.ts";
import { type ChosenControls, readHub, readHubMembership } from "./security-hub.ts";
import { readHosts } from "./systems-manager.ts";

export interface AccountReading {
  readonly member: Reading;
  readonly regions: readonly string[];
  readonly homeRegion: string;
  /** The security account's side: how it sees the member. */
  readonly security: Reading;
  /** The security account's detector by region. */
  readonly detectorIds: Readonly<Record<string, string>>;
  /** Nothing is read of Inspector where it is not wanted: AWS does not offer it everywhere. */
  readonly inspector: InspectorSettings;
  readonly chosenControls: ChosenControls;
}

/**
 * Reads what a member account holds of the things that its baseline manages. It only reads, and every region is asked
 * at the same time. Throws `AwsCallError` that names the account, the region and the call; `opt_in_required` of a
 * fresh account among them.
 */
export async function readAccountInventory(request: AccountReading): Promise<AccountInventory> {
  const { member, homeRegion } = request;
  const [passwordPolicy, publicAccessBlock, serviceLinkedRoles, ...regions] = await Promise.all([
    readPasswordPolicy(member, homeRegion),
    readPublicAccessBlock(member, homeRegion),
    readServiceLinkedRoles(member, homeRegion, Object.entries(ACCOUNT_SERVICE_LINKED_ROLES)),
    ...request.regions.map(async (region) => [region, await readRegion(request, region)] as const),
  ]);
  return defined<AccountInventory>({
    accountId: member.accountId,
    regions: Object.fromEntries(regions),
    passwordPolicy,
    publicAccessBlock,
    serviceLinkedRoles,
  });
}

async function readRegion(request: AccountReading, region: string): Promise<RegionInventory> {
  const [hub, detector, recorder, inspectorScans, ebsEncryptionByDefault, hosts, membership] = await Promise.all([
    readHub(request.member, region, request.chosenControls),
    readDetector(request.member, region),
    readRecorder(request.member, region),
    isInspected(request.inspector, region) ? readScans(request.member, region) : undefined,
    readEbsEncryption(request.member, region),
    readHosts(request.member, region),
    readMembership(request, region),
  ]);
  return defined<RegionInventory>({
    ...{ hub, detector, ...recorder, inspectorScans },
    ...{ ebsEncryptionByDefault, hosts, membership },
  });
}

async function readEbsEncryption(reading: Reading, region: string): Promise<boolean> {
  const client = new EC2Client(clientSettings(reading, region));
  const { need } = reader(reading, region, "EBS encryption by default");
  try {
    const answer = await need("ec2:GetEbsEncryptionByDefault", () =>
      client.send(new GetEbsEncryptionByDefaultCommand({})),
    );
    return answer.EbsEncryptionByDefault ?? false;
  } finally {
    client.destroy();
  }
}

async function readMembership(request: AccountReading, region: string): Promise<MembershipInventory | undefined> {
  const { security, member } = request;
  const detectorId = request.detectorIds[region];
  const [securityHub, guardDuty, inspector] = await Promise.all([
    readHubMembership(security, region, member.accountId),
    detectorId === undefined ? undefined : readDetectorMembership(security, region, detectorId, member.accountId),
    isInspected(request.inspector, region) && readInspectorMembership(security, region, member.accountId),
  ]);
  return securityHub === undefined && guardDuty === undefined && !inspector
    ? undefined
    : defined<MembershipInventory>({ securityHub, guardDuty, inspector: inspector || undefined });
}
