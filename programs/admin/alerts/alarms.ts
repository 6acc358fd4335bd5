import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import { ALERT_SEVERITIES, type AlertSeverity, type AlertsSettings } from "../../alerts-settings.ts";
import { awsNames, TAGS } from "../../names.ts";
import type { AdminStack } from "../stack.ts";
import { type AlertPlace, type AlertTopic, topicName, WAYS_OF_FINDINGS, type WayOfFindings } from "./place.ts";
import type { AlertTopics } from "./topics.ts";

/** What CloudWatch counts of one thing. */
interface Metric {
  readonly namespace: "AWS/Events" | "AWS/Lambda" | "AWS/SQS" | "AWS/SNS";
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: "Maximum" | "Sum";
}

/** A state of the chain that somebody must hear of, as CloudWatch looks at it. */
interface WatchedState {
  /** Name in AWS. */
  readonly name: string;
  readonly description: string;
  readonly comparison: "GreaterThanThreshold" | "LessThanThreshold";
  readonly threshold: number;
  /** Seconds of one look. */
  readonly period: number;
  /** Looks that must all be bad. */
  readonly looks: number;
  /** Whether hearing nothing of the metric is bad. */
  readonly silenceIsBad: boolean;
  /** Whether the alarm only shows its state and tells nobody. */
  readonly quiet?: boolean;
}

/** A state that one metric shows. */
export type WatchedMetric = WatchedState & Metric;

/** A state that shows in several metrics only, by an expression on their names. */
interface WatchedExpression extends WatchedState {
  readonly expression: string;
  readonly metrics: Readonly<Record<string, Metric>>;
}

export type Watched = WatchedMetric | WatchedExpression;

const FIVE_MINUTES = 300;

/**
 * What is watched of the queues and topics. What a rule could not deliver shows among the dead letters.
 *
 * @param taken ways whose queues functions of this stack take from
 */
export function watchedMetrics(settings: AlertsSettings, taken: readonly WayOfFindings[]): readonly Watched[] {
  const topics = Object.keys(settings.subscriptions) as AlertTopic[];
  return [
    ...WAYS_OF_FINDINGS.flatMap((way) => queueMetrics(awsNames.alertQueue(way), settings, taken.includes(way))),
    ...WAYS_OF_FINDINGS.map((way): WatchedMetric => {
      const queue = awsNames.alertDeadLetters(way);
      return {
        ...aboveOf("AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName: queue }, 0),
        name: queue,
        description: `Findings could not be delivered or worked on. Look at ${queue}, remove the cause, and redrive it.`,
      };
    }),
    ...topics.map((topic): WatchedMetric => {
      const name = topicName(topic);
      return {
        ...aboveOf("AWS/SNS", "NumberOfNotificationsFailed", { TopicName: name }, 0, "Sum"),
        name: `${name}-undelivered`,
        description: `Subscribers of ${name} did not take messages. The log group that ends in /${name}/Failure says why.`,
      };
    }),
    ...ALERT_SEVERITIES.map(unreached),
    ...(settings.heartbeat.enabled ? heartbeatMetrics(settings.heartbeat.everyMinutes) : []),
  ];
}

function queueMetrics(
  queue: string,
  { queuesAreTaken, thresholds }: AlertsSettings,
  isTaken: boolean,
): WatchedMetric[] {
  const dimensions = { QueueName: queue };
  const quiet = !queuesAreTaken && !isTaken;
  return [
    {
      ...aboveOf("AWS/SQS", "ApproximateAgeOfOldestMessage", dimensions, thresholds.oldestMessageSeconds),
      ...{ name: `${queue}-age`, quiet },
      description: `Findings wait in ${queue} for too long: whatever takes them is slow, or stands still.`,
    },
    {
      ...aboveOf("AWS/SQS", "ApproximateNumberOfMessagesVisible", dimensions, thresholds.waitingMessages),
      ...{ name: `${queue}-depth`, quiet },
      description: `Many findings wait in ${queue}: more come than are taken.`,
    },
  ];
}

/**
 * A rule that matches findings and sends none of them on: somebody took its target away. The synthetic finding would show that of the
 * lowest severity alone. A call of the target counts as well as a message at the topic, because EventBridge counts it in the minute of
 * the match, and SNS may count a lone finding only after CloudWatch has looked. What a call could not deliver is among the dead letters.
 *
 * Metrics and dimensions: EventBridge User Guide, "Monitoring Amazon EventBridge" (a rule of the default bus has `RuleName` alone), and
 * SNS Developer Guide, "Monitoring Amazon SNS topics using CloudWatch". Neither says zero where nothing was: in sums and in comparisons of two series a
 * missing value is zero (CloudWatch User Guide, "Using math expressions with CloudWatch metrics"); compared with a number it is not, so one call
 * outweighs all matches instead.
 */
function unreached(severity: AlertSeverity): WatchedExpression {
  const topic = topicName(severity);
  const rule = awsNames.findingTopic(severity);
  const ofRule = { namespace: "AWS/Events", dimensions: { RuleName: rule }, statistic: "Sum" } as const;
  return {
    name: `${topic}-unreached`,
    description: `The rule ${rule} matches findings and sends none to ${topic}. Has its target been taken away?`,
    expression: "matched > 1000000000 * (invoked + published)",
    metrics: {
      matched: { ...ofRule, metric: "MatchedEvents" },
      invoked: { ...ofRule, metric: "Invocations" },
      published: {
        ...{ namespace: "AWS/SNS", metric: "NumberOfMessagesPublished", statistic: "Sum" },
        dimensions: { TopicName: topic },
      },
    },
    ...{ comparison: "GreaterThanThreshold", threshold: 0, period: FIVE_MINUTES, looks: 1, silenceIsBad: false },
  };
}

/**
 * The synthetic finding at the end of each way. Two looks, because one that comes a moment late leaves a whole look empty. Other
 * findings count as well: what must arrive is that anything does, and in a quiet organization nothing else comes.
 */
function heartbeatMetrics(everyMinutes: number): WatchedMetric[] {
  const absent = {
    statistic: "Sum",
    comparison: "LessThanThreshold",
    threshold: 1,
    period: everyMinutes * 60,
    looks: 2,
    silenceIsBad: true,
  } as const;
  const lowest = topicName("low");
  return [
    ...WAYS_OF_FINDINGS.map((way): WatchedMetric => {
      const queue = awsNames.alertQueue(way);
      return {
        ...absent,
        name: `${queue}-silent`,
        description: `Not even the synthetic finding reaches ${queue}: findings get lost between Security Hub and there.`,
        namespace: "AWS/SQS",
        metric: "NumberOfMessagesSent",
        dimensions: { QueueName: queue },
      };
    }),
    {
      ...absent,
      name: `${lowest}-silent`,
      description: `Not even the synthetic finding reaches ${lowest}: findings get lost between Security Hub and the topics.`,
      namespace: "AWS/SNS",
      metric: "NumberOfMessagesPublished",
      dimensions: { TopicName: lowest },
    },
  ];
}

/** A metric that is bad above a threshold, looked at every five minutes. */
export function aboveOf(
  namespace: WatchedMetric["namespace"],
  metric: string,
  dimensions: Readonly<Record<string, string>>,
  threshold: number,
  statistic: WatchedMetric["statistic"] = "Maximum",
): Omit<WatchedMetric, "name" | "description"> {
  return {
    ...{ namespace, metric, dimensions, statistic, threshold },
    ...{ comparison: "GreaterThanThreshold", period: FIVE_MINUTES, looks: 1, silenceIsBad: false },
  };
}

/** Declares the alarms. All of them go to the topic for operations, which shares neither rules nor key with the chain. */
export function declareAlarms(
  { security: provider }: AdminStack,
  { region }: AlertPlace,
  watched: readonly Watched[],
  { operations }: AlertTopics,
): void {
  for (const each of watched) {
    new MetricAlarm(
      `alert-alarm-${each.name}-${region}`,
      {
        region,
        name: each.name,
        alarmDescription: each.description,
        ...looksAt(each),
        comparisonOperator: each.comparison,
        threshold: each.threshold,
        evaluationPeriods: each.looks,
        treatMissingData: each.silenceIsBad ? "breaching" : "notBreaching",
        actionsEnabled: each.quiet !== true,
        alarmActions: [operations.topic.arn],
        okActions: [operations.topic.arn],
        tags: TAGS,
      },
      { provider, dependsOn: [operations.policy] },
    );
  }
}

/** One metric in the alarm's own properties, several as queries, of which the expression is what the alarm looks at. */
function looksAt(watched: Watched) {
  const { period } = watched;
  if (!("expression" in watched)) {
    const { namespace, metric: metricName, dimensions, statistic } = watched;
    return { namespace, metricName, dimensions, statistic, period };
  }
  const metrics = Object.entries(watched.metrics).map(
    ([id, { namespace, metric: metricName, dimensions, statistic }]) => ({
      id,
      metric: { namespace, metricName, dimensions, stat: statistic, period },
    }),
  );
  return { metricQueries: [{ id: "state", expression: watched.expression, returnData: true }, ...metrics] };
}
