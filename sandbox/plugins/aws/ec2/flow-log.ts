import type { FlowLogsResourceType, LogDestinationType, TrafficType, UnsuccessfulItem } from "@aws-sdk/client-ec2";
import { isAwsError, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, number, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs, tagChanges, tagFields } from "../../provider/tags.ts";
import { ec2Client } from "./client.ts";

const properties = {
  vpcId: string({ replaces: true }),
  subnetId: string({ replaces: true }),
  eniId: string({ replaces: true }),
  transitGatewayId: string({ replaces: true }),
  transitGatewayAttachmentId: string({ replaces: true }),
  regionalNatGatewayId: string({ replaces: true }),
  trafficType: string({ replaces: true }),
  logDestination: string({ replaces: true, computed: true }),
  logDestinationType: string({ replaces: true, default: "cloud-watch-logs" }),
  logFormat: string({ replaces: true, computed: true }),
  iamRoleArn: string({ replaces: true }),
  deliverCrossAccountRole: string({ replaces: true }),
  maxAggregationInterval: number({ replaces: true, default: 600 }),
  destinationOptions: block(
    {
      fileFormat: string({ replaces: true, default: "plain-text" }),
      hiveCompatiblePartitions: boolean({ replaces: true, default: false }),
      perHourPartition: boolean({ replaces: true, default: false }),
    },
    // AWS answers the defaults where none were given, and the real provider takes that for no difference.
    { replaces: true, computed: true },
  ),
  ...tagFields,
  arn: output(string()),
};

/** What a flow log can be of, in the order in which the real provider asks. */
const RESOURCES = [
  ["vpcId", "VPC"],
  ["transitGatewayId", "TransitGateway"],
  ["transitGatewayAttachmentId", "TransitGatewayAttachment"],
  ["subnetId", "Subnet"],
  ["eniId", "NetworkInterface"],
  ["regionalNatGatewayId", "RegionalNatGateway"],
] as const;

/** By the start of an id; an attachment's begins as a gateway's does. */
const BY_PREFIX = [
  ["vpc-", "vpcId"],
  ["tgw-attach-", "transitGatewayAttachmentId"],
  ["tgw-", "transitGatewayId"],
  ["subnet-", "subnetId"],
  ["eni-", "eniId"],
  ["nat-", "regionalNatGatewayId"],
] as const;

/** The error of a call that answers success and lists what did not succeed. */
function refuse(unsuccessful: readonly UnsuccessfulItem[] = []): void {
  const told = unsuccessful.map(({ ResourceId, Error: cause }) => `${ResourceId}: ${cause?.Code}: ${cause?.Message}`);
  if (told.length > 0) throw new Error(told.join("\n"));
}

async function tag(place: Place, id: string, before: object = {}, after: object = {}): Promise<void> {
  const ec2 = await place.client(ec2Client);
  const changes = tagChanges(before as Record<string, string>, after as Record<string, string>);
  const Resources = [id];
  if (changes.remove.length > 0) await ec2.deleteTags({ Resources, Tags: changes.remove.map((Key) => ({ Key })) });
  if (Object.keys(changes.set).length > 0) await ec2.createTags({ Resources, Tags: asPairs(changes.set) });
}

export const flowLog = resource({
  title: "Flow Log",
  properties,
  label: (inputs) => RESOURCES.map(([property]) => inputs[property]).find((id) => id !== undefined),
  async create(place, inputs) {
    const ec2 = await place.client(ec2Client);
    const [property, type] = RESOURCES.find(([name]) => inputs[name] !== undefined) ?? RESOURCES[0];
    const options = inputs.destinationOptions;
    const tags = asPairs(inputs.tagsAll);
    const { FlowLogIds, Unsuccessful } = await ec2.createFlowLogs({
      ResourceIds: [inputs[property] ?? ""],
      ResourceType: type as FlowLogsResourceType,
      TrafficType: inputs.trafficType as TrafficType | undefined,
      LogDestination: inputs.logDestination?.replace(/:\*$/, ""),
      LogDestinationType: inputs.logDestinationType as LogDestinationType,
      LogFormat: inputs.logFormat,
      DeliverLogsPermissionArn: inputs.iamRoleArn,
      DeliverCrossAccountRole: inputs.deliverCrossAccountRole,
      MaxAggregationInterval: inputs.maxAggregationInterval,
      ...(tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType: "vpc-flow-log", Tags: tags }] }),
      ...(options === undefined
        ? {}
        : {
            DestinationOptions: {
              FileFormat: options.fileFormat as "plain-text" | "parquet",
              HiveCompatiblePartitions: options.hiveCompatiblePartitions,
              PerHourPartition: options.perHourPartition,
            },
          }),
    });
    refuse(Unsuccessful);
    return FlowLogIds?.[0] ?? "";
  },
  async read(place, id) {
    const ec2 = await place.client(ec2Client);
    const answer = await unless(ec2.describeFlowLogs({ FlowLogIds: [id] }), "InvalidFlowLogId.NotFound");
    const found = answer?.FlowLogs?.[0];
    if (found === undefined) return undefined;
    const { ResourceId = "", DestinationOptions: options } = found;
    const property = BY_PREFIX.find(([prefix]) => ResourceId.startsWith(prefix))?.[1];
    return {
      ...(property === undefined ? {} : { [property]: ResourceId }),
      trafficType: ResourceId.startsWith("tgw-") ? undefined : found.TrafficType,
      logDestination: found.LogDestination,
      logDestinationType: found.LogDestinationType,
      logFormat: found.LogFormat,
      iamRoleArn: found.DeliverLogsPermissionArn,
      deliverCrossAccountRole: found.DeliverCrossAccountRole,
      maxAggregationInterval: found.MaxAggregationInterval,
      destinationOptions: options && {
        fileFormat: options.FileFormat ?? "plain-text",
        hiveCompatiblePartitions: options.HiveCompatiblePartitions ?? false,
        perHourPartition: options.PerHourPartition ?? false,
      },
      tagsAll: fromPairs(found.Tags),
      arn: place.arn("ec2", `vpc-flow-log/${id}`),
    };
  },
  update: (place, id, inputs, _changed, prior) => tag(place, id, prior.tagsAll, inputs.tagsAll),
  async delete(place, id) {
    const ec2 = await place.client(ec2Client);
    try {
      const { Unsuccessful = [] } = await ec2.deleteFlowLogs({ FlowLogIds: [id] });
      refuse(Unsuccessful.filter(({ Error: cause }) => cause?.Code !== "InvalidFlowLogId.NotFound"));
    } catch (error) {
      if (!isAwsError(error, "InvalidFlowLogId.NotFound")) throw error;
    }
  },
});
