import type {
  ConfigurationRecorder,
  RecordingGroup,
  RecordingMode,
  ResourceType,
} from "@aws-sdk/client-config-service";
import { AwsError } from "../../gateway/emulator.ts";

function invalidGroup(): AwsError {
  return new AwsError("InvalidRecordingGroupException", "The recording group provided is not valid");
}

/**
 * A recording group as Config keeps it: every part filled in, so that what is read back can be compared. The three
 * strategies exclude each other; without a group everything but the global IAM types is recorded (PutConfigurationRecorder).
 * Throws `InvalidRecordingGroupException`.
 */
export function recordingGroup(given: RecordingGroup | undefined): RecordingGroup {
  if (given === undefined) return all(false);
  const { allSupported = false, includeGlobalResourceTypes = false } = given;
  const included = given.resourceTypes ?? [];
  const excluded = given.exclusionByResourceTypes?.resourceTypes ?? [];
  const strategy = given.recordingStrategy?.useOnly;
  const is = (name: string) => strategy === undefined || strategy === name;

  if (allSupported) {
    if (included.length > 0 || excluded.length > 0 || !is("ALL_SUPPORTED_RESOURCE_TYPES")) throw invalidGroup();
    return all(includeGlobalResourceTypes);
  }
  if (includeGlobalResourceTypes) throw invalidGroup();
  if (included.length > 0) {
    if (excluded.length > 0 || !is("INCLUSION_BY_RESOURCE_TYPES")) throw invalidGroup();
    return some(included, [], "INCLUSION_BY_RESOURCE_TYPES");
  }
  if (excluded.length === 0 || strategy !== "EXCLUSION_BY_RESOURCE_TYPES") throw invalidGroup();
  return some([], excluded, "EXCLUSION_BY_RESOURCE_TYPES");
}

function all(includeGlobalResourceTypes: boolean): RecordingGroup {
  return { ...some([], [], "ALL_SUPPORTED_RESOURCE_TYPES"), allSupported: true, includeGlobalResourceTypes };
}

function some(
  resourceTypes: ResourceType[],
  excluded: ResourceType[],
  useOnly: NonNullable<RecordingGroup["recordingStrategy"]>["useOnly"],
): RecordingGroup {
  return {
    allSupported: false,
    includeGlobalResourceTypes: false,
    resourceTypes,
    exclusionByResourceTypes: { resourceTypes: excluded },
    recordingStrategy: { useOnly },
  };
}

/** How often changes are recorded; continuously unless the recorder says otherwise. */
export function recordingMode(given: RecordingMode | undefined): RecordingMode {
  return {
    recordingFrequency: given?.recordingFrequency ?? "CONTINUOUS",
    recordingModeOverrides: given?.recordingModeOverrides ?? [],
  };
}

/** The role that Config assumes. Throws `InvalidRoleException` for anything but a role of the recorder's own account. */
export function recorderRole(given: ConfigurationRecorder["roleARN"], accountId: string): string {
  const owner = /^arn:[\w-]+:iam::(\d{12}):role\/[\w+=,.@/-]+$/.exec(given ?? "")?.[1];
  if (given === undefined || owner !== accountId) {
    throw new AwsError("InvalidRoleException", `The role ARN '${given ?? "null"}' is not valid.`);
  }
  return given;
}
