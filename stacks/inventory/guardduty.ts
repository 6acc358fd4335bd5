import {
  DescribePublishingDestinationCommand,
  type DetectorFeatureConfigurationResult,
  GetAdministratorAccountCommand,
  GetDetectorCommand,
  GetMembersCommand,
  GuardDutyClient,
  ListDetectorsCommand,
  ListPublishingDestinationsCommand,
} from "@aws-sdk/client-guardduty";
import { AGENTS, PLANS, type PlanState } from "../../programs/guardduty-plans.ts";
import type { AdminRegionInventory, DetectorInventory } from "../../programs/inventory.ts";
import { clientSettings, defined, type Reading, reader, tagged } from "./reading.ts";

/** The detector of an account and region, or undefined. There is at most one (GuardDuty API reference, CreateDetector). */
export async function readDetector(reading: Reading, region: string): Promise<DetectorInventory | undefined> {
  const client = new GuardDutyClient(clientSettings(reading, region));
  const { need } = reader(reading, region, "the GuardDuty detector");
  try {
    const { DetectorIds } = await need("guardduty:ListDetectors", () => client.send(new ListDetectorsCommand({})));
    const DetectorId = DetectorIds?.[0];
    if (DetectorId === undefined) return undefined;
    const [detector, administrator] = await Promise.all([
      need("guardduty:GetDetector", () => client.send(new GetDetectorCommand({ DetectorId }))),
      need("guardduty:GetAdministratorAccount", () => client.send(new GetAdministratorAccountCommand({ DetectorId }))),
    ]);
    return defined<DetectorInventory>({
      id: DetectorId,
      enable: detector.Status === "ENABLED",
      findingPublishingFrequency: detector.FindingPublishingFrequency ?? "SIX_HOURS",
      tags: tagged(detector.Tags),
      plans: plansOf(detector.Features ?? []),
      administratorAccountId: administrator.Administrator?.AccountId,
    });
  } finally {
    client.destroy();
  }
}

/** The plans among a detector's features that Bulwark sets; AWS leaves out those that it does not offer in the region. */
export function plansOf(features: readonly DetectorFeatureConfigurationResult[]): PlanState[] {
  return Object.values(PLANS).flatMap((name): PlanState[] => {
    const found = features.find((feature) => feature.Name === name);
    if (found?.Status === undefined) return [];
    if (name !== PLANS.runtime) return [{ name, status: found.Status }];
    const agents = Object.values(AGENTS).flatMap((agent) => {
      const status = found.AdditionalConfiguration?.find((each) => each.Name === agent)?.Status;
      return status === undefined ? [] : [{ name: agent, status }];
    });
    return [{ name, status: found.Status, additionalConfigurations: agents }];
  });
}

/** Where a detector exports its findings to. There is at most one destination (GuardDuty API reference, CreatePublishingDestination). */
export async function readFindingsExport(
  reading: Reading,
  region: string,
  detectorId: string,
): Promise<AdminRegionInventory["findingsExport"]> {
  const client = new GuardDutyClient(clientSettings(reading, region));
  const { need } = reader(reading, region, "the export of GuardDuty's findings");
  try {
    const { Destinations } = await need("guardduty:ListPublishingDestinations", () =>
      client.send(new ListPublishingDestinationsCommand({ DetectorId: detectorId })),
    );
    const DestinationId = Destinations?.[0]?.DestinationId;
    if (DestinationId === undefined) return undefined;
    const { DestinationProperties: to, Tags } = await need("guardduty:DescribePublishingDestination", () =>
      client.send(new DescribePublishingDestinationCommand({ DetectorId: detectorId, DestinationId })),
    );
    return defined<NonNullable<AdminRegionInventory["findingsExport"]>>({
      id: DestinationId,
      destinationArn: to?.DestinationArn ?? "",
      kmsKeyArn: to?.KmsKeyArn ?? "",
      tags: tagged(Tags),
    });
  } finally {
    client.destroy();
  }
}

/** Whether the detector of the security account has `memberId` as an enabled member. */
export async function readDetectorMembership(
  reading: Reading,
  region: string,
  detectorId: string,
  memberId: string,
): Promise<{ readonly detectorId: string; readonly email: string } | undefined> {
  const client = new GuardDutyClient(clientSettings(reading, region));
  const { need } = reader(reading, region, "the GuardDuty members");
  try {
    const { Members } = await need("guardduty:GetMembers", () =>
      client.send(new GetMembersCommand({ DetectorId: detectorId, AccountIds: [memberId] })),
    );
    const member = Members?.find(({ AccountId }) => AccountId === memberId);
    return member?.RelationshipStatus === "Enabled" ? { detectorId, email: member.Email ?? "" } : undefined;
  } finally {
    client.destroy();
  }
}
