import { CreateMembersCommand as CreateDetectorMembers, GuardDutyClient } from "@aws-sdk/client-guardduty";
import { CreateMembersCommand as CreateHubMembers, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { readDetectorMembership } from "../inventory/guardduty.ts";
import { clientSettings, type Reading } from "../inventory/reading.ts";
import { readHubMembership } from "../inventory/security-hub.ts";
import { callAws } from "./call-error.ts";

/** A membership that should be there and is not. */
export interface LostMembership {
  readonly service: "securityhub" | "guardduty";
  readonly region: string;
}

/** The memberships that an account should have. */
export interface WantedMemberships {
  readonly accountId: string;
  readonly email: string;
  readonly regions: readonly string[];
  /** Whether the account is to be a member of Security Hub by its baseline. */
  readonly securityHub: boolean;
  /** The administrator's detectors by region. */
  readonly detectorIds: Readonly<Record<string, string>>;
  /** The administrator's side: its account and a session in it. */
  readonly security: Reading;
}

/**
 * The memberships that somebody has ended. The provider's resources can't tell: AWS keeps the record of a member that was
 * disassociated, and they see the record. Throws `AwsCallError`.
 */
export async function findLostMemberships(wanted: WantedMemberships): Promise<LostMembership[]> {
  const { accountId, regions, detectorIds, security, securityHub } = wanted;
  const found = await Promise.all(
    regions.map(async (region) => {
      const detectorId = detectorIds[region];
      const [hub, detector] = await Promise.all([
        readHubMembership(security, region, accountId),
        detectorId === undefined ? undefined : readDetectorMembership(security, region, detectorId, accountId),
      ]);
      const lost: LostMembership[] = [];
      if (securityHub && hub === undefined) lost.push({ service: "securityhub", region });
      if (detectorId !== undefined && detector === undefined) lost.push({ service: "guardduty", region });
      return lost;
    }),
  );
  return found.flat();
}

/**
 * Associates an account of the organization again: for such, CreateMembers does so at once, and would switch the service on where
 * it is off. Throws `AwsCallError`, also where AWS leaves the account unprocessed.
 */
export async function restoreMemberships(wanted: WantedMemberships, lost: readonly LostMembership[]): Promise<void> {
  const { accountId, email, detectorIds, security } = wanted;
  await Promise.all(
    lost.map(({ service, region }) => {
      const activity = `restoring the membership of account ${accountId}`;
      const place = { activity, accountId: security.accountId, region, call: `${service}:CreateMembers` };
      return callAws(place, async () => {
        const reason =
          service === "securityhub"
            ? await joinHub(security, region, { AccountId: accountId, Email: email })
            : await joinDetector(security, region, detectorIds[region], { AccountId: accountId, Email: email });
        if (reason !== undefined) throw new Error(reason);
      });
    }),
  );
}

async function joinHub(security: Reading, region: string, account: { AccountId: string; Email: string }) {
  const client = new SecurityHubClient(clientSettings(security, region));
  try {
    const { UnprocessedAccounts } = await client.send(new CreateHubMembers({ AccountDetails: [account] }));
    return UnprocessedAccounts?.[0]?.ProcessingResult;
  } finally {
    client.destroy();
  }
}

async function joinDetector(
  security: Reading,
  region: string,
  DetectorId: string | undefined,
  account: { AccountId: string; Email: string },
) {
  const client = new GuardDutyClient(clientSettings(security, region));
  try {
    const { UnprocessedAccounts } = await client.send(
      new CreateDetectorMembers({ DetectorId, AccountDetails: [account] }),
    );
    return UnprocessedAccounts?.[0]?.Result;
  } finally {
    client.destroy();
  }
}
