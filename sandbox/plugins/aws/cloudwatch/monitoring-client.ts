import { rpcClientMaker } from "../../provider/json-client.ts";

type Dimensions = readonly { readonly Name: string; readonly Value: string }[];

/** One of the metrics and expressions of an alarm on an expression (API Reference, MetricDataQuery). */
interface Query {
  readonly Id: string;
  readonly Expression?: string | undefined;
  readonly Label?: string | undefined;
  readonly Period?: number | undefined;
  readonly ReturnData?: boolean | undefined;
  readonly MetricStat?:
    | {
        readonly Metric: {
          readonly Namespace?: string | undefined;
          readonly MetricName: string;
          readonly Dimensions?: Dimensions | undefined;
        };
        readonly Period: number;
        readonly Stat: string;
        readonly Unit?: string | undefined;
      }
    | undefined;
}

/** A metric alarm as CloudWatch takes and describes it (API Reference, PutMetricAlarm). */
export interface Alarm {
  readonly AlarmName?: string | undefined;
  readonly AlarmArn?: string | undefined;
  readonly AlarmDescription?: string | undefined;
  readonly ActionsEnabled?: boolean | undefined;
  readonly OKActions?: readonly string[] | undefined;
  readonly AlarmActions?: readonly string[] | undefined;
  readonly InsufficientDataActions?: readonly string[] | undefined;
  readonly MetricName?: string | undefined;
  readonly Namespace?: string | undefined;
  readonly Statistic?: string | undefined;
  readonly ExtendedStatistic?: string | undefined;
  readonly Dimensions?: Dimensions | undefined;
  readonly Metrics?: readonly Query[] | undefined;
  readonly Period?: number | undefined;
  readonly Unit?: string | undefined;
  readonly EvaluationPeriods?: number | undefined;
  readonly DatapointsToAlarm?: number | undefined;
  readonly Threshold?: number | undefined;
  readonly ComparisonOperator?: string | undefined;
  readonly TreatMissingData?: string | undefined;
  readonly EvaluateLowSampleCountPercentile?: string | undefined;
}

type Tags = readonly { readonly Key: string; readonly Value: string }[];

interface Calls {
  putMetricAlarm(input: Alarm & { readonly Tags?: Tags | undefined }): Promise<object>;
  describeAlarms(input: { readonly AlarmNames: readonly string[] }): Promise<{ MetricAlarms?: Alarm[] }>;
  deleteAlarms(input: { readonly AlarmNames: readonly string[] }): Promise<object>;
  putDashboard(input: {
    readonly DashboardName: string;
    readonly DashboardBody: string;
  }): Promise<{ DashboardValidationMessages?: { Message?: string }[] }>;
  getDashboard(input: {
    readonly DashboardName: string;
  }): Promise<{ DashboardArn?: string; DashboardBody?: string; DashboardName?: string }>;
  deleteDashboards(input: { readonly DashboardNames: readonly string[] }): Promise<object>;
  listTagsForResource(input: { readonly ResourceARN?: string | undefined }): Promise<{ Tags?: Tags }>;
  tagResource(input: { readonly ResourceARN?: string | undefined; readonly Tags: Tags }): Promise<object>;
  untagResource(input: {
    readonly ResourceARN?: string | undefined;
    readonly TagKeys: readonly string[];
  }): Promise<object>;
}

/** CloudWatch, in its JSON protocol. */
export const monitoringClient = rpcClientMaker<Calls>(
  {
    clientName: "CloudWatchClient",
    signingName: "monitoring",
    target: "GraniteServiceVersion20100801",
    version: "1.0",
  },
  "PutMetricAlarm",
  "DescribeAlarms",
  "DeleteAlarms",
  "PutDashboard",
  "GetDashboard",
  "DeleteDashboards",
  "ListTagsForResource",
  "TagResource",
  "UntagResource",
);
