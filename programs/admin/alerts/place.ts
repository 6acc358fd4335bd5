import type { AlertSeverity } from "../../alerts-settings.ts";
import type { AdminInputs } from "../../inputs.ts";
import { awsNames } from "../../names.ts";
import { arn } from "../../partition.ts";

/** A topic of the alerts: one for each severity, and the one that tells of the chain itself. */
export type AlertTopic = AlertSeverity | "operations";

/** The two ways of a finding from the event bus, each with a queue of its own and nothing in common. */
export const WAYS_OF_FINDINGS = ["forward", "respond"] as const;
export type WayOfFindings = (typeof WAYS_OF_FINDINGS)[number];

/** ARNs of what the alerts consist of. They follow from names, so that policies can name each other's resources. */
export interface AlertPlace {
  readonly region: string;
  readonly accountId: string;
  topic(topic: AlertTopic): string;
  queue(way: WayOfFindings): string;
  deadLetters(way: WayOfFindings): string;
  rule(name: string): string;
  alarm(name: string): string;
  schedule(name: string): string;
  logGroup(name: string): string;
}

/** Where the alerts stand: in the security account, in the region that has the findings of all others. */
export function alertPlace({ partition, homeRegion: region, accounts }: AdminInputs): AlertPlace {
  const accountId = accounts.security;
  const of = (service: string, resource: string) => arn(partition, service, region, accountId, resource);
  return {
    region,
    accountId,
    topic: (topic) => of("sns", topicName(topic)),
    queue: (way) => of("sqs", awsNames.alertQueue(way)),
    deadLetters: (way) => of("sqs", awsNames.alertDeadLetters(way)),
    rule: (name) => of("events", `rule/${name}`),
    alarm: (name) => of("cloudwatch", `alarm:${name}`),
    schedule: (name) => of("scheduler", `schedule/default/${name}`),
    logGroup: (name) => of("logs", `log-group:${name}`),
  };
}

/** The name of a topic in AWS. */
export function topicName(topic: AlertTopic): string {
  return topic === "operations" ? awsNames.operationsTopic : awsNames.findingTopic(topic);
}
