import type { ResourceTypes } from "../provider/resource.ts";
import { deliveryChannel } from "./cfg/delivery-channel.ts";
import { recorder } from "./cfg/recorder.ts";
import { recorderStatus } from "./cfg/recorder-status.ts";

export const cfg: ResourceTypes = {
  "aws:cfg/deliveryChannel:DeliveryChannel": deliveryChannel,
  "aws:cfg/recorder:Recorder": recorder,
  "aws:cfg/recorderStatus:RecorderStatus": recorderStatus,
};
