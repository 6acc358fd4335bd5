import type {
  CreateDetectorRequest,
  CreateDetectorResponse,
  DeleteDetectorRequest,
  DetectorFeatureConfiguration,
  GetDetectorRequest,
  GetDetectorResponse,
  ListDetectorsRequest,
  ListDetectorsResponse,
  UpdateDetectorRequest,
} from "@aws-sdk/client-guardduty";
import type { Call, Operation } from "../../gateway/emulator.ts";
import {
  configure,
  describeDataSources,
  describeFeatures,
  type Features,
  fromDataSources,
  newFeatures,
} from "./features.ts";
import { listPage } from "./pages.ts";
import { invalidInput, notForMembers, rejected } from "./rejections.ts";
import {
  administratorOf,
  type Detector,
  type GuardDuty,
  isAssociated,
  malwareProtectionPrincipal,
  now,
  ownPlace,
  type Place,
  servicePrincipal,
} from "./state.ts";

/**
 * Enables GuardDuty in a place that has no detector yet, with its service-linked roles, as every way of enabling it does.
 * The roles come first: if that fails, nothing has changed.
 */
export async function enableDetector(guardDuty: GuardDuty, accountId: string, place: Place, features: Features) {
  await ensureRoles(guardDuty, accountId, features);
  place.detector ??= newDetector(guardDuty, features);
}

async function ensureRoles({ aws }: GuardDuty, accountId: string, features: Features): Promise<void> {
  const scansForMalware = features.get("EBS_MALWARE_PROTECTION")?.status === "ENABLED";
  const principals = [servicePrincipal, ...(scansForMalware ? [malwareProtectionPrincipal] : [])];
  await Promise.all(principals.map((principal) => aws.ensureServiceLinkedRole(accountId, principal)));
}

function newDetector(guardDuty: GuardDuty, features: Features): Detector {
  const at = now(guardDuty);
  return {
    id: guardDuty.aws.hex(32),
    enabled: true,
    frequency: "SIX_HOURS",
    features,
    tags: new Map(),
    createdAt: at,
    updatedAt: at,
  };
}

function checkNoDetector(place: Place): void {
  if (place.detector === undefined) return;
  throw rejected("The request is rejected because a detector already exists for the current account.");
}

function wantedFeatures(input: CreateDetectorRequest | UpdateDetectorRequest): DetectorFeatureConfiguration[] {
  if (input.DataSources !== undefined && input.Features !== undefined) throw invalidInput();
  return input.Features ?? fromDataSources(input.DataSources);
}

/**
 * What a member may still change by itself. An organization's member changes nothing (its administrator does, by
 * StartMonitoringMembers, StopMonitoringMembers and UpdateMemberDetectors); one by invitation may suspend itself.
 */
function checkMemberMay(guardDuty: GuardDuty, call: Call<UpdateDetectorRequest>): void {
  const administrator = administratorOf(guardDuty, call.accountId, call.region);
  if (administrator === undefined) return;
  const { FindingPublishingFrequency, Features: plans, DataSources } = call.input;
  const managed = FindingPublishingFrequency !== undefined || plans !== undefined || DataSources !== undefined;
  if (managed || administrator.membership.type === "organization") {
    throw notForMembers();
  }
}

export function detectorOperations(guardDuty: GuardDuty): Record<string, Operation> {
  return {
    CreateDetector: async (call: Call<CreateDetectorRequest>): Promise<CreateDetectorResponse> => {
      const { input, accountId, region } = call;
      const place = guardDuty.places.of(accountId, region);
      checkNoDetector(place);
      const features = newFeatures(now(guardDuty));
      configure(features, wantedFeatures(input), now(guardDuty));
      await ensureRoles(guardDuty, accountId, features);
      checkNoDetector(place);
      const detector = newDetector(guardDuty, features);
      place.detector = detector;
      detector.enabled = input.Enable ?? true;
      detector.frequency = input.FindingPublishingFrequency ?? "SIX_HOURS";
      for (const [key, value] of Object.entries(input.Tags ?? {})) detector.tags.set(key, value);
      return { DetectorId: detector.id };
    },

    GetDetector: (call: Call<GetDetectorRequest>): GetDetectorResponse => {
      const { accountId, region } = call;
      const { detector } = ownPlace(guardDuty, call);
      const administratorId = administratorOf(guardDuty, accountId, region)?.administratorId;
      const deciding = guardDuty.places.of(administratorId ?? accountId, region).detector ?? detector;
      const partition = guardDuty.aws.organization.partition;
      return {
        CreatedAt: detector.createdAt.toISOString(),
        UpdatedAt: detector.updatedAt.toISOString(),
        Status: detector.enabled ? "ENABLED" : "DISABLED",
        ServiceRole: `arn:${partition}:iam::${accountId}:role/aws-service-role/${servicePrincipal}/AWSServiceRoleForAmazonGuardDuty`,
        FindingPublishingFrequency: deciding.frequency,
        DataSources: describeDataSources(detector.features, detector.enabled),
        Features: describeFeatures(detector.features, detector.enabled, detector.createdAt),
        ...(detector.tags.size === 0 ? {} : { Tags: Object.fromEntries(detector.tags) }),
      };
    },

    ListDetectors: ({ input, accountId, region }: Call<ListDetectorsRequest>): ListDetectorsResponse => {
      const { detector } = guardDuty.places.of(accountId, region);
      const { items, ...next } = listPage(detector === undefined ? [] : [detector.id], input);
      return { DetectorIds: items, ...next };
    },

    UpdateDetector: (call: Call<UpdateDetectorRequest>): object => {
      const { detector } = ownPlace(guardDuty, call);
      checkMemberMay(guardDuty, call);
      configure(detector.features, wantedFeatures(call.input), now(guardDuty));
      detector.enabled = call.input.Enable ?? detector.enabled;
      detector.frequency = call.input.FindingPublishingFrequency ?? detector.frequency;
      detector.updatedAt = now(guardDuty);
      return {};
    },

    DeleteDetector: (call: Call<DeleteDetectorRequest>): object => {
      const place = ownPlace(guardDuty, call);
      const pending = [...place.members.values()].some((member) => isAssociated(member) || member.status === "Invited");
      // Terraform's provider meets this text for a delegated administrator as well, and waits until it is none.
      if (pending || place.organization !== undefined) {
        throw rejected(
          "The request is rejected because the current account cannot delete detector while it has invited or associated members.",
        );
      }
      const administrator = administratorOf(guardDuty, call.accountId, call.region);
      if (administrator?.membership.type === "organization") {
        throw rejected("The request is rejected because member cannot disassociate from Organization administrator");
      }
      if (administrator !== undefined) {
        administrator.membership.status = "Resigned";
        administrator.membership.updatedAt = now(guardDuty);
      }
      delete guardDuty.places.of(call.accountId, call.region).detector;
      place.members.clear();
      // What was set on a detector goes with it.
      const { findings, filters, destinations, entitySets } = place;
      for (const held of [findings, filters, destinations, entitySets.trusted, entitySets.threat]) held.clear();
      return {};
    },
  };
}
