import type {
  AggregationAuthorization,
  ConfigExportDeliveryInfo,
  ConfigRule,
  ConfigurationAggregator,
  ConfigurationRecorder,
  ConformancePackDetail,
  ConformancePackState,
  DeliveryChannel,
  RecorderStatus,
} from "@aws-sdk/client-config-service";
import { type Aws, AwsError, type Regional, regional } from "../../gateway/emulator.ts";
import { page } from "../page.ts";

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

export interface Rule {
  readonly arn: string;
  readonly id: string;
  readonly name: string;
  /** Without name, ARN, id, state and creator. */
  definition: ConfigRule;
  state: "ACTIVE" | "DELETING";
  /** The service that made it: nobody else may change it. */
  readonly createdBy?: string;
  readonly activatedAt: Date;
  readonly tags: Map<string, string>;
}

export interface Pack {
  readonly arn: string;
  readonly name: string;
  readonly id: string;
  readonly stackArn: string;
  settings: Pick<
    ConformancePackDetail,
    "DeliveryS3Bucket" | "DeliveryS3KeyPrefix" | "ConformancePackInputParameters" | "TemplateSSMDocumentDetails"
  >;
  state: ConformancePackState;
  reason?: string;
  requestedAt: Date;
  completedAt?: Date;
  /** Names of its rules as AWS made them. */
  ruleNames: readonly string[];
  readonly tags: Map<string, string>;
}

export interface Aggregator {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: Date;
  updatedAt: Date;
  sources: Pick<
    ConfigurationAggregator,
    "AccountAggregationSources" | "OrganizationAggregationSource" | "AggregatorFilters"
  >;
  readonly tags: Map<string, string>;
}

export interface Authorization {
  readonly arn: string;
  readonly told: AggregationAuthorization;
  readonly tags: Map<string, string>;
}

/** AWS Config of one account in one region: at most one recorder and one channel, the others by name. */
export interface Place {
  recorder?: Recorder;
  channel?: Channel;
  retentionDays?: number;
  readonly rules: Map<string, Rule>;
  readonly packs: Map<string, Pack>;
  readonly aggregators: Map<string, Aggregator>;
  /** By `account/region` of the aggregator. */
  readonly authorizations: Map<string, Authorization>;
}

export interface Config {
  readonly aws: Aws;
  readonly places: Regional<Place>;
}

export function createState(aws: Aws): Config {
  const empty = (): Place => ({
    rules: new Map(),
    packs: new Map(),
    aggregators: new Map(),
    authorizations: new Map(),
  });
  return { aws, places: regional(empty) };
}

/** The current time, as a date. */
export function now(config: Config): Date {
  return new Date(config.aws.now());
}

/** The tags of a creating call. */
export function tagsOf(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): Map<string, string> {
  return new Map(tags.map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}

export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

/** One page of a list, by the tokens and limits of Config's describing calls; a limit of 0 is the default. */
export function listed<Item>(
  items: readonly Item[],
  input: { readonly NextToken?: string | undefined; readonly Limit?: number | undefined },
  defaultLimit: number,
): { readonly items: Item[]; readonly next: { readonly NextToken?: string } } {
  const { items: shown, nextToken } = page(items, {
    token: input.NextToken,
    limit: input.Limit || undefined,
    defaultLimit,
    badToken: () => new AwsError("InvalidNextTokenException", "The specified nextToken for pagination is not valid."),
  });
  return { items: shown, next: nextToken === undefined ? {} : { NextToken: nextToken } };
}
