import assert from "node:assert/strict";
import type { Registered } from "./declared.ts";

/** How AWS wants names to be, by type: the property, how long, of which characters. From the API reference of each service. */
const LIMITS: Readonly<Record<string, readonly [property: string, most: number, pattern: RegExp]>> = {
  "aws:accessanalyzer/analyzer:Analyzer": ["analyzerName", 255, /^[A-Za-z][\w.-]*$/],
  "aws:accessanalyzer/archiveRule:ArchiveRule": ["ruleName", 255, /^[A-Za-z][\w.-]*$/],
  "aws:cfg/configurationAggregator:ConfigurationAggregator": ["name", 256, /^[\w-]+$/],
  "aws:cfg/conformancePack:ConformancePack": ["name", 51, /^[a-zA-Z][-a-zA-Z0-9]*$/],
  "aws:cfg/deliveryChannel:DeliveryChannel": ["name", 256, /./],
  "aws:cfg/recorder:Recorder": ["name", 256, /./],
  "aws:cfg/rule:Rule": ["name", 128, /\S/],
  "aws:cloudtrail/trail:Trail": ["name", 128, /^[A-Za-z0-9][A-Za-z0-9._-]{2,}$/],
  "aws:cloudwatch/dashboard:Dashboard": ["dashboardName", 255, /^[\w-]+$/],
  "aws:cloudwatch/eventRule:EventRule": ["name", 64, /^[\w.-]+$/],
  "aws:cloudwatch/logGroup:LogGroup": ["name", 512, /^[\w.\-/#]+$/],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["name", 255, /./],
  "aws:guardduty/filter:Filter": ["name", 64, /^[A-Za-z0-9._-]{3,}$/],
  "aws:iam/role:Role": ["name", 64, /^[\w+=,.@-]+$/],
  "aws:organizations/policy:Policy": ["name", 128, /./],
  "aws:s3/bucket:Bucket": ["bucket", 63, /^[a-z0-9][a-z0-9.-]+[a-z0-9]$/],
  "aws:scheduler/schedule:Schedule": ["name", 64, /^[\w.-]+$/],
  "aws:sns/topic:Topic": ["name", 256, /^[\w-]+(\.fifo)?$/],
  "aws:sqs/queue:Queue": ["name", 80, /^[\w-]+(\.fifo)?$/],
};

/** Asserts that AWS takes the name of a resource. */
export function checkNames({ type, name, inputs }: Registered): void {
  const limit = LIMITS[type];
  if (limit === undefined) return;
  const [property, most, pattern] = limit;
  // What gets no name here gets one of the provider's making, which keeps to the limits.
  const given = inputs[property];
  if (given === undefined) return;
  assert.ok(String(given).length <= most, `${name}: ${given} has more than ${most} characters`);
  assert.match(String(given), pattern, name);
}
