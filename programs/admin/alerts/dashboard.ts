import { ALERT_SEVERITIES } from "../../alerts-settings.ts";
import { awsNames } from "../../names.ts";
import type { Watched } from "./alarms.ts";
import { type AlertPlace, topicName, WAYS_OF_FINDINGS } from "./place.ts";

type Metric = readonly [namespace: string, metric: string, dimension: string, value: string];

/** Half of a dashboard's 24 columns. */
const HALF = 12;
const HEIGHT = 6;

/**
 * The body of the dashboard (CloudWatch API, "Dashboard body structure and syntax"): alarms first, then what goes in, what waits, what
 * was lost.
 */
export function dashboardBody(place: AlertPlace, watched: readonly Watched[], rules: readonly string[]): string {
  const ofQueues = (metric: string, name: (way: string) => string): Metric[] =>
    WAYS_OF_FINDINGS.map((way) => ["AWS/SQS", metric, "QueueName", name(way)]);
  const ofTopics = (metric: string): Metric[] =>
    ALERT_SEVERITIES.map((severity) => ["AWS/SNS", metric, "TopicName", topicName(severity)]);
  const ofRules = (metric: string): Metric[] => rules.map((rule) => ["AWS/Events", metric, "RuleName", rule]);
  const graphs = [
    graph(place, "Findings by rule", "Sum", ofRules("MatchedEvents")),
    graph(place, "Findings to people", "Sum", ofTopics("NumberOfMessagesPublished")),
    graph(place, "Seconds that the oldest finding waits", "Maximum", [
      ...ofQueues("ApproximateAgeOfOldestMessage", awsNames.alertQueue),
    ]),
    graph(place, "Findings that wait", "Maximum", ofQueues("ApproximateNumberOfMessagesVisible", awsNames.alertQueue)),
    graph(place, "Dead letters", "Maximum", [
      ...ofQueues("ApproximateNumberOfMessagesVisible", awsNames.alertDeadLetters),
    ]),
    graph(place, "Not delivered", "Sum", [...ofTopics("NumberOfNotificationsFailed"), ...ofRules("FailedInvocations")]),
  ];
  const alarms = {
    type: "alarm",
    properties: { title: "Alarms", alarms: watched.map(({ name }) => place.alarm(name)) },
    ...{ x: 0, y: 0, width: 2 * HALF, height: HEIGHT / 2 },
  };
  const placed = graphs.map((widget, index) => ({
    ...widget,
    ...{ x: (index % 2) * HALF, y: HEIGHT / 2 + Math.floor(index / 2) * HEIGHT, width: HALF, height: HEIGHT },
  }));
  return JSON.stringify({ widgets: [alarms, ...placed] });
}

function graph({ region }: AlertPlace, title: string, stat: "Maximum" | "Sum", metrics: readonly Metric[]) {
  return { type: "metric", properties: { title, region, view: "timeSeries", stat, period: 300, metrics } };
}
