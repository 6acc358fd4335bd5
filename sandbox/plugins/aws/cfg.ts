import type { ResourceTypes } from "../provider/resource.ts";
import { aggregateAuthorization } from "./cfg/aggregate-authorization.ts";
import { configurationAggregator } from "./cfg/configuration-aggregator.ts";
import { conformancePack } from "./cfg/conformance-pack.ts";
import { deliveryChannel } from "./cfg/delivery-channel.ts";
import { recorder } from "./cfg/recorder.ts";
import { recorderStatus } from "./cfg/recorder-status.ts";
import { rule } from "./cfg/rule.ts";

export const cfg: ResourceTypes = {
  "aws:cfg/aggregateAuthorization:AggregateAuthorization": aggregateAuthorization,
  "aws:cfg/configurationAggregator:ConfigurationAggregator": configurationAggregator,
  "aws:cfg/conformancePack:ConformancePack": conformancePack,
  "aws:cfg/deliveryChannel:DeliveryChannel": deliveryChannel,
  "aws:cfg/recorder:Recorder": recorder,
  "aws:cfg/recorderStatus:RecorderStatus": recorderStatus,
  "aws:cfg/rule:Rule": rule,
};
