import type {
  ConfigurationRecorder,
  ConfigurationRecorderStatus,
  DeleteConfigurationRecorderRequest,
  DescribeConfigurationRecorderStatusRequest,
  DescribeConfigurationRecorderStatusResponse,
  DescribeConfigurationRecordersRequest,
  DescribeConfigurationRecordersResponse,
  ListConfigurationRecordersRequest,
  ListConfigurationRecordersResponse,
  PutConfigurationRecorderRequest,
  StartConfigurationRecorderRequest,
  StopConfigurationRecorderRequest,
} from "@aws-sdk/client-config-service";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { recorderRole, recordingGroup, recordingMode } from "./recording.ts";
import { type Config, now, type Place, type Recorder } from "./state.ts";

/** Milliseconds from starting to the first recording event, when the status turns from Pending to Success. */
const FIRST_RECORDING = 500;

function noSuchRecorder(name: string | undefined): AwsError {
  return new AwsError(
    "NoSuchConfigurationRecorderException",
    `Cannot find configuration recorder with the specified name '${name}'.`,
  );
}

function named(place: Place, name: string | undefined): Recorder {
  if (place.recorder === undefined || place.recorder.name !== name) throw noSuchRecorder(name);
  return place.recorder;
}

/** The recorders that a describing call means: at most one by name or ARN, or the customer managed one. */
function selected(place: Place, input: DescribeConfigurationRecordersRequest): Recorder[] {
  const { ConfigurationRecorderNames: names = [], Arn, ServicePrincipal } = input;
  if (names.length > 1) {
    throw new AwsError("ValidationException", "You can specify only one configuration recorder.");
  }
  // Service-linked recorders are other services' own; none of those that Bulwark uses makes one.
  if (ServicePrincipal !== undefined) throw noSuchRecorder(ServicePrincipal);
  const { recorder } = place;
  if (Arn !== undefined) {
    if (recorder?.arn !== Arn) throw noSuchRecorder(Arn);
    return [recorder];
  }
  if (names.length === 1) return [named(place, names[0])];
  return recorder === undefined ? [] : [recorder];
}

function describe({ arn, name, settings }: Recorder): ConfigurationRecorder {
  return { arn, name, ...settings, recordingScope: "PAID" };
}

function describeStatus(recorder: Recorder): ConfigurationRecorderStatus {
  const { arn, name, recording, lastStatus, startedAt, stoppedAt, statusChangedAt } = recorder;
  return {
    arn,
    name,
    recording,
    lastStatus,
    ...(startedAt === undefined ? {} : { lastStartTime: startedAt }),
    ...(stoppedAt === undefined ? {} : { lastStopTime: stoppedAt }),
    ...(statusChangedAt === undefined ? {} : { lastStatusChangeTime: statusChangedAt }),
  };
}

/** The customer managed configuration recorder. */
export function recorderOperations(config: Config): Record<string, Operation> {
  const placeOf = ({ accountId, region }: Call<unknown>) => config.places.of(accountId, region);

  function setStatus(recorder: Recorder, status: Recorder["lastStatus"]): void {
    recorder.lastStatus = status;
    recorder.statusChangedAt = now(config);
  }

  return {
    PutConfigurationRecorder: (call: Call<PutConfigurationRecorderRequest>): object => {
      const { accountId, region, input } = call;
      const place = placeOf(call);
      const name = input.ConfigurationRecorder?.name ?? "default";
      if (name.startsWith("AWSConfigurationRecorderFor")) {
        throw new AwsError(
          "InvalidConfigurationRecorderNameException",
          `The configuration recorder name '${name}' is not valid: the prefix AWSConfigurationRecorderFor is reserved.`,
        );
      }
      if (place.recorder !== undefined && place.recorder.name !== name) {
        throw new AwsError(
          "MaxNumberOfConfigurationRecordersExceededException",
          `Failed to put configuration recorder '${name}' because the maximum number of configuration recorders: 1 is reached.`,
        );
      }
      const settings = {
        roleARN: recorderRole(input.ConfigurationRecorder?.roleARN, accountId),
        recordingGroup: recordingGroup(input.ConfigurationRecorder?.recordingGroup),
        recordingMode: recordingMode(input.ConfigurationRecorder?.recordingMode),
      };
      if (place.recorder !== undefined) {
        // Tags count at creation only: PutConfigurationRecorder is idempotent otherwise.
        place.recorder.settings = settings;
        return {};
      }
      const { partition } = config.aws.organization;
      place.recorder = {
        arn: `arn:${partition}:config:${region}:${accountId}:configuration-recorder/${name}/${config.aws.hex(16)}`,
        name,
        settings,
        tags: new Map((input.Tags ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""])),
        recording: false,
        lastStatus: "Pending",
      };
      return {};
    },

    DescribeConfigurationRecorders: (
      call: Call<DescribeConfigurationRecordersRequest>,
    ): DescribeConfigurationRecordersResponse => ({
      ConfigurationRecorders: selected(placeOf(call), call.input).map(describe),
    }),

    DescribeConfigurationRecorderStatus: (
      call: Call<DescribeConfigurationRecorderStatusRequest>,
    ): DescribeConfigurationRecorderStatusResponse => ({
      ConfigurationRecordersStatus: selected(placeOf(call), call.input).map(describeStatus),
    }),

    ListConfigurationRecorders: (call: Call<ListConfigurationRecordersRequest>): ListConfigurationRecordersResponse => {
      const { recorder } = placeOf(call);
      const filters = call.input.Filters ?? [];
      const paid = filters.every(({ filterValue }) => filterValue === undefined || filterValue.includes("PAID"));
      const listed = recorder !== undefined && paid ? [recorder] : [];
      return {
        ConfigurationRecorderSummaries: listed.map(({ arn, name }) => ({ arn, name, recordingScope: "PAID" })),
      };
    },

    StartConfigurationRecorder: (call: Call<StartConfigurationRecorderRequest>): object => {
      const place = placeOf(call);
      const recorder = named(place, call.input.ConfigurationRecorderName);
      if (place.channel === undefined) {
        throw new AwsError(
          "NoAvailableDeliveryChannelException",
          "Delivery channel is not available to start configuration recorder.",
        );
      }
      if (recorder.recording) return {};
      recorder.recording = true;
      recorder.startedAt = now(config);
      setStatus(recorder, "Pending");
      config.aws.later(FIRST_RECORDING, () => {
        if (recorder.recording) setStatus(recorder, "Success");
      });
      return {};
    },

    StopConfigurationRecorder: (call: Call<StopConfigurationRecorderRequest>): object => {
      const recorder = named(placeOf(call), call.input.ConfigurationRecorderName);
      if (recorder.recording) recorder.stoppedAt = now(config);
      recorder.recording = false;
      return {};
    },

    DeleteConfigurationRecorder: (call: Call<DeleteConfigurationRecorderRequest>): object => {
      const place = placeOf(call);
      named(place, call.input.ConfigurationRecorderName).recording = false;
      delete place.recorder;
      return {};
    },
  };
}
