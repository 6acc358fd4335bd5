import type {
  ConfigExportDeliveryInfo,
  ConfigurationRecorder,
  DeliveryChannel,
  RecorderStatus,
} from "@aws-sdk/client-config-service";
import { type Aws, type Regional, regional } from "../../gateway/emulator.ts";

export interface Recorder {
  readonly arn: string;
  readonly name: string;
  /** As DescribeConfigurationRecorders tells it, without name and ARN. */
  settings: Pick<ConfigurationRecorder, "roleARN" | "recordingGroup" | "recordingMode">;
  readonly tags: Map<string, string>;
  recording: boolean;
  startedAt?: Date;
  stoppedAt?: Date;
  lastStatus: RecorderStatus;
  statusChangedAt?: Date;
}

export interface Channel {
  readonly name: string;
  settings: DeliveryChannel;
  snapshot: ConfigExportDeliveryInfo;
  changedAt: Date;
}

/** AWS Config of one account in one region: at most one of each. */
export interface Place {
  recorder?: Recorder;
  channel?: Channel;
  retentionDays?: number;
}

export interface Config {
  readonly aws: Aws;
  readonly places: Regional<Place>;
}

export function createState(aws: Aws): Config {
  return { aws, places: regional(() => ({})) };
}

/** The current time, as a date. */
export function now(config: Config): Date {
  return new Date(config.aws.now());
}
