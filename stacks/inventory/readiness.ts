import { ConfigServiceClient, DescribeConfigurationRecorderStatusCommand } from "@aws-sdk/client-config-service";
import {
  GetDetectorCommand,
  GetMembersCommand as GetDetectorMembersCommand,
  GuardDutyClient,
  ListDetectorsCommand,
} from "@aws-sdk/client-guardduty";
import { GetMembersCommand, paginateGetEnabledStandards, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { type InspectorSettings, isInspected } from "../../programs/inspector-settings.ts";
import type { RegionReadiness } from "../../programs/readiness.ts";
import { readInspectorMember, readScanStatuses } from "./inspector.ts";
import { clientSettings, defined, type Reading, reader } from "./reading.ts";

export interface ReadinessReading {
  readonly member: Reading;
  readonly security: Reading;
  readonly regions: readonly string[];
  /** The security account's detector by region. */
  readonly detectorIds: Readonly<Record<string, string>>;
  /** Where Inspector is to be asked: AWS does not offer it in every region. */
  readonly inspector: Pick<InspectorSettings, "enabled" | "notIn">;
}

/**
 * Asks AWS how far the services of a member account are, in every region at the same time: they take minutes to hours after they were
 * switched on. Throws `AwsCallError` that names the account, the region and the call.
 */
export async function readReadiness(request: ReadinessReading): Promise<Readonly<Record<string, RegionReadiness>>> {
  const { member, security, regions } = request;
  const entries = regions.map(async (region) => {
    const inspected = isInspected(request.inspector, region);
    const [standards, recorder, detector, hubMember, detectorMember, inspectorMember, scans] = await Promise.all([
      readStandards(member, region),
      readRecording(member, region),
      readDetectorStatus(member, region),
      readHubMember(security, region, member.accountId),
      readDetectorMember(security, region, request.detectorIds[region], member.accountId),
      inspected ? readInspectorMember(security, region, member.accountId) : undefined,
      inspected ? readScanStatuses(member, region) : undefined,
    ]);
    const found = { standards, recorder, detector, hubMember, detectorMember, inspectorMember, scans };
    return [region, defined<RegionReadiness>(found)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readStandards(reading: Reading, region: string): Promise<RegionReadiness["standards"]> {
  const client = new SecurityHubClient(clientSettings(reading, region));
  const { find } = reader(reading, region, "the state of the standards");
  try {
    const found = await find("securityhub:GetEnabledStandards", async () => {
      const all: RegionReadiness["standards"][number][] = [];
      for await (const { StandardsSubscriptions = [] } of paginateGetEnabledStandards({ client }, {})) {
        for (const { StandardsArn = "", StandardsStatus = "", StandardsStatusReason } of StandardsSubscriptions) {
          const reason = StandardsStatusReason?.StatusReasonCode;
          all.push({ standardsArn: StandardsArn, status: StandardsStatus, ...(reason ? { reason } : {}) });
        }
      }
      return all;
    }, ["InvalidAccessException", "ResourceNotFoundException"]);
    return found ?? [];
  } finally {
    client.destroy();
  }
}

async function readRecording(reading: Reading, region: string): Promise<RegionReadiness["recorder"]> {
  const client = new ConfigServiceClient(clientSettings(reading, region));
  const { need } = reader(reading, region, "the state of the Config recorder");
  try {
    const { ConfigurationRecordersStatus = [] } = await need("config:DescribeConfigurationRecorderStatus", () =>
      client.send(new DescribeConfigurationRecorderStatusCommand({})),
    );
    // Service-linked recorders are AWS's own.
    const found = ConfigurationRecordersStatus.find(({ servicePrincipal }) => servicePrincipal === undefined);
    if (found === undefined) return undefined;
    const failure = found.lastStatus === "Failure" ? (found.lastErrorMessage ?? found.lastErrorCode) : undefined;
    return { recording: found.recording ?? false, ...(failure === undefined ? {} : { failure }) };
  } finally {
    client.destroy();
  }
}

async function readDetectorStatus(reading: Reading, region: string): Promise<string | undefined> {
  const client = new GuardDutyClient(clientSettings(reading, region));
  const { need } = reader(reading, region, "the state of the GuardDuty detector");
  try {
    const { DetectorIds } = await need("guardduty:ListDetectors", () => client.send(new ListDetectorsCommand({})));
    const DetectorId = DetectorIds?.[0];
    if (DetectorId === undefined) return undefined;
    return (await need("guardduty:GetDetector", () => client.send(new GetDetectorCommand({ DetectorId })))).Status;
  } finally {
    client.destroy();
  }
}

async function readHubMember(reading: Reading, region: string, accountId: string): Promise<string | undefined> {
  const client = new SecurityHubClient(clientSettings(reading, region));
  const { find } = reader(reading, region, `the Security Hub membership of ${accountId}`);
  try {
    const answer = await find(
      "securityhub:GetMembers",
      () => client.send(new GetMembersCommand({ AccountIds: [accountId] })),
      ["InvalidAccessException", "ResourceNotFoundException"],
    );
    return answer?.Members?.find(({ AccountId }) => AccountId === accountId)?.MemberStatus;
  } finally {
    client.destroy();
  }
}

async function readDetectorMember(
  reading: Reading,
  region: string,
  DetectorId: string | undefined,
  accountId: string,
): Promise<string | undefined> {
  if (DetectorId === undefined) return undefined;
  const client = new GuardDutyClient(clientSettings(reading, region));
  const { need } = reader(reading, region, `the GuardDuty membership of ${accountId}`);
  try {
    const { Members } = await need("guardduty:GetMembers", () =>
      client.send(new GetDetectorMembersCommand({ DetectorId, AccountIds: [accountId] })),
    );
    return Members?.find(({ AccountId }) => AccountId === accountId)?.RelationshipStatus;
  } finally {
    client.destroy();
  }
}
