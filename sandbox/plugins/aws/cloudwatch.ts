import type { ResourceTypes } from "../provider/resource.ts";
import { dashboard } from "./cloudwatch/dashboard.ts";
import { eventRule } from "./cloudwatch/event-rule.ts";
import { eventTarget } from "./cloudwatch/event-target.ts";
import { logGroup } from "./cloudwatch/log-group.ts";
import { metricAlarm } from "./cloudwatch/metric-alarm.ts";

export const cloudWatch: ResourceTypes = {
  "aws:cloudwatch/dashboard:Dashboard": dashboard,
  "aws:cloudwatch/eventRule:EventRule": eventRule,
  "aws:cloudwatch/eventTarget:EventTarget": eventTarget,
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
  "aws:cloudwatch/metricAlarm:MetricAlarm": metricAlarm,
};
