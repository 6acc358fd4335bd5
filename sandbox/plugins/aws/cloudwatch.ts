import type { ResourceTypes } from "../provider/resource.ts";
import { eventRule } from "./cloudwatch/event-rule.ts";
import { eventTarget } from "./cloudwatch/event-target.ts";

export const cloudWatch: ResourceTypes = {
  "aws:cloudwatch/eventRule:EventRule": eventRule,
  "aws:cloudwatch/eventTarget:EventTarget": eventTarget,
};
