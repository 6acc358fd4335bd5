import {
  type CreateFlowLogsRequest,
  type CreateFlowLogsResult,
  CreateTagsCommand,
  type DeleteFlowLogsRequest,
  type DeleteFlowLogsResult,
  type DescribeFlowLogsRequest,
  type DescribeFlowLogsResult,
  DescribeTagsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type FlowLog,
  type Tag,
  type UnsuccessfulItem,
} from "@aws-sdk/client-ec2";
import { type Aws, AwsError, type Call, type Operation, regional } from "../../gateway/emulator.ts";
import { deliveryObstacle } from "./flow-log-destination.ts";

/** What a record holds unless it is told otherwise (VPC User Guide, "Flow log records"). */
const DEFAULT_FORMAT = [
  ...["version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport"],
  ...["protocol", "packets", "bytes", "start", "end", "action", "log-status"],
]
  .map((field) => `\${${field}}`)
  .join(" ");

/** A flow log without its tags, which are moto's as those of all of EC2's resources. */
type Kept = Omit<FlowLog, "Tags"> & { readonly FlowLogId: string; readonly ResourceId: string };

/**
 * Flow logs of VPCs that are delivered to a bucket. moto has some, but looks for the bucket in an S3 of its own. Source: API
 * reference, CreateFlowLogs; what is refused for one resource is answered among the unsuccessful.
 */
export function flowLogs(aws: Aws): Record<string, Operation> {
  const places = regional(() => new Map<string, Kept>());
  const obstacle = deliveryObstacle(aws);

  async function asRoot<Output>(call: Call<unknown>, work: (ec2: EC2Client) => Promise<Output>): Promise<Output> {
    const ec2 = new EC2Client(aws.asRoot(call.accountId, call.region));
    try {
      return await work(ec2);
    } finally {
      ec2.destroy();
    }
  }

  async function tagsOf(call: Call<unknown>, ids: readonly string[]): Promise<ReadonlyMap<string, Tag[]>> {
    const tags = new Map<string, Tag[]>();
    if (ids.length === 0) return tags;
    const Filters = [{ Name: "resource-id", Values: [...ids] }];
    const { Tags = [] } = await asRoot(call, (ec2) => ec2.send(new DescribeTagsCommand({ Filters })));
    for (const { ResourceId = "", Key, Value } of Tags)
      tags.set(ResourceId, [...(tags.get(ResourceId) ?? []), { Key, Value }]);
    return tags;
  }

  return {
    async CreateFlowLogs(call: Call<CreateFlowLogsRequest>): Promise<CreateFlowLogsResult> {
      const { LogDestination = "", TrafficType, MaxAggregationInterval = 600, TagSpecifications = [] } = call.input;
      checkRequest(call.input);
      const ids = [...new Set(call.input.ResourceIds ?? [])];
      await asRoot(call, (ec2) => ec2.send(new DescribeVpcsCommand({ VpcIds: ids }))).catch((error: unknown) => {
        // moto's refusal of an id is EC2's own.
        if (error instanceof Error && error.name.startsWith("InvalidVpc"))
          throw new AwsError(error.name, error.message);
        throw error;
      });
      const kept = places.of(call.accountId, call.region);
      if ([...kept.values()].some((one) => ids.includes(one.ResourceId) && one.LogDestination === LogDestination)) {
        throw new AwsError(
          "FlowLogAlreadyExists",
          "Error. There is an existing Flow Log with the same configuration and log destination.",
        );
      }
      const { accountId, region } = call;
      const refused = await obstacle({ accountId, region, arn: LogDestination });
      if (refused !== undefined) {
        return {
          FlowLogIds: [],
          Unsuccessful: ids.map(
            (ResourceId): UnsuccessfulItem => ({ ResourceId, Error: { Code: "400", Message: refused } }),
          ),
        };
      }
      const made = ids.map((ResourceId): Kept => {
        return {
          FlowLogId: `fl-${aws.hex(17)}`,
          ResourceId,
          TrafficType,
          MaxAggregationInterval,
          LogDestination,
          LogDestinationType: "s3",
          LogFormat: call.input.LogFormat ?? DEFAULT_FORMAT,
          FlowLogStatus: "ACTIVE",
          DeliverLogsStatus: "SUCCESS",
          CreationTime: new Date(aws.now()),
          DestinationOptions: {
            FileFormat: "plain-text",
            HiveCompatiblePartitions: false,
            PerHourPartition: false,
            ...call.input.DestinationOptions,
          },
        };
      });
      const Tags = TagSpecifications.flatMap(({ Tags: given = [] }) => given);
      const Resources = made.map(({ FlowLogId }) => FlowLogId);
      if (Tags.length > 0) await asRoot(call, (ec2) => ec2.send(new CreateTagsCommand({ Resources, Tags })));
      for (const one of made) kept.set(one.FlowLogId, one);
      return { FlowLogIds: Resources, Unsuccessful: [] };
    },

    async DescribeFlowLogs(call: Call<DescribeFlowLogsRequest>): Promise<DescribeFlowLogsResult> {
      const { FlowLogIds = [], Filter = [] } = call.input;
      const kept = places.of(call.accountId, call.region);
      const missing = FlowLogIds.filter((id) => !kept.has(id));
      if (missing.length > 0) throw notFound(missing);
      const asked = [...kept.values()].filter(
        ({ FlowLogId }) => FlowLogIds.length === 0 || FlowLogIds.includes(FlowLogId),
      );
      const tags = await tagsOf(
        call,
        asked.map(({ FlowLogId }) => FlowLogId),
      );
      const found = asked.map((one): FlowLog => ({ ...one, Tags: tags.get(one.FlowLogId) ?? [] }));
      return { FlowLogs: found.filter((one) => Filter.every((filter) => passes(one, filter))) };
    },

    DeleteFlowLogs(call: Call<DeleteFlowLogsRequest>): DeleteFlowLogsResult {
      const kept = places.of(call.accountId, call.region);
      const ids = call.input.FlowLogIds ?? [];
      const missing = ids.filter((id) => !kept.has(id));
      if (missing.length > 0) throw notFound(missing);
      for (const id of ids) kept.delete(id);
      return { Unsuccessful: [] };
    },
  };
}

function checkRequest(input: CreateFlowLogsRequest): void {
  const { ResourceType, ResourceIds = [], LogDestinationType, MaxAggregationInterval = 600, TrafficType } = input;
  if (ResourceIds.length === 0) throw missing("ResourceId");
  if (TrafficType === undefined) throw missing("TrafficType");
  if (MaxAggregationInterval !== 60 && MaxAggregationInterval !== 600) {
    throw new AwsError("InvalidParameter", "Invalid Flow Log Max Aggregation Interval");
  }
  if (ResourceType !== "VPC" || LogDestinationType !== "s3") {
    throw new AwsError(
      "NotImplemented",
      `The sandbox does not serve flow logs of ${ResourceType} to ${LogDestinationType ?? "cloud-watch-logs"}.`,
      501,
    );
  }
  if (!input.LogDestination?.includes(":s3:::")) {
    throw new AwsError("InvalidParameter", "LogDestination can't be empty if LogDestinationType is s3");
  }
}

function missing(parameter: string): AwsError {
  return new AwsError("MissingParameter", `The request must contain the parameter ${parameter}`);
}

function notFound(ids: readonly string[]): AwsError {
  return new AwsError(
    "InvalidFlowLogId.NotFound",
    `These flow log ids in the input list are not found: [${ids.join(", ")}]`,
  );
}

type Filter = NonNullable<DescribeFlowLogsRequest["Filter"]>[number];

/** The filters of the API reference, DescribeFlowLogs. */
function passes(one: FlowLog, { Name = "", Values = [] }: Filter): boolean {
  const tags = one.Tags ?? [];
  if (Name.startsWith("tag:")) {
    return tags.some(({ Key, Value = "" }) => Key === Name.slice("tag:".length) && Values.includes(Value));
  }
  const values: Readonly<Record<string, readonly (string | undefined)[]>> = {
    "deliver-log-status": [one.DeliverLogsStatus],
    "log-destination-type": [one.LogDestinationType],
    "flow-log-id": [one.FlowLogId],
    "log-group-name": [one.LogGroupName],
    "resource-id": [one.ResourceId],
    "traffic-type": [one.TrafficType],
    "tag-key": tags.map(({ Key }) => Key),
  };
  const known = values[Name];
  if (known === undefined) throw new AwsError("InvalidParameterValue", `The filter '${Name}' is invalid`);
  return known.some((value) => value !== undefined && Values.includes(value));
}
