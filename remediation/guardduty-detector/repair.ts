import { GetDetectorCommand, GuardDutyClient, ListDetectorsCommand } from "@aws-sdk/client-guardduty";
import { type AccountRegion, accountRegionOf, type Repair } from "../repair.ts";
import { guardDutyDetector as manifest } from "./manifest.ts";

/** The detector of a region. An account has one at most (GuardDuty API reference, CreateDetector). */
export const guardDutyDetectorRepair: Repair<AccountRegion> = {
  manifest,
  targetsOf: accountRegionOf,
  told: ({ accountId, region }) => `GuardDuty in ${region} of account ${accountId}`,
  async isWell(session, { region }) {
    const guardDuty = session.client(GuardDutyClient, region);
    const { DetectorIds = [] } = await guardDuty.send(new ListDetectorsCommand({}));
    const [DetectorId] = DetectorIds;
    if (DetectorId === undefined) return false;
    return (await guardDuty.send(new GetDetectorCommand({ DetectorId }))).Status === "ENABLED";
  },
};
