import {
  GetAdministratorAccountCommand,
  GetDetectorCommand,
  GetMembersCommand,
  GuardDutyClient,
  ListDetectorsCommand,
} from "@aws-sdk/client-guardduty";
import type { DetectorInventory } from "../../programs/inventory.ts";
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
      administratorAccountId: administrator.Administrator?.AccountId,
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
