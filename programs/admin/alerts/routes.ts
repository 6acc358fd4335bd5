import { EventRule } from "@pulumi/aws/cloudwatch/eventRule.js";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget.js";
import type { Resource } from "@pulumi/pulumi";
import { ALERT_SEVERITIES } from "../../alerts-settings.ts";
import { awsNames, TAGS } from "../../names.ts";
import type { AdminStack } from "../stack.ts";
import { everyFinding, LABELS, openFindings } from "./findings.ts";
import type { AlertPlace, WayOfFindings } from "./place.ts";
import type { ReadyQueue } from "./queues.ts";
import type { AlertTopics } from "./topics.ts";

/** A rule of the event bus and the one target that it sends to. */
export interface Route {
  readonly rule: string;
  readonly description: string;
  readonly pattern: object;
  readonly targetArn: string;
  /** The way whose dead letters take what could not be delivered. */
  readonly way: WayOfFindings;
}

/**
 * How findings leave the event bus. Forwarding takes everything, and what needs a person goes to topics by severity; responding takes
 * what nobody has seen to, so that a change of the workflow by a response does not come back to it. Neither waits for the other.
 */
export function alertRoutes(place: AlertPlace): readonly Route[] {
  return [
    ...ALERT_SEVERITIES.map(
      (severity): Route => ({
        rule: awsNames.findingTopic(severity),
        description: `Open findings of severity ${LABELS[severity].join(" or ")}, for people`,
        pattern: openFindings(LABELS[severity]),
        targetArn: place.topic(severity),
        way: "forward",
      }),
    ),
    {
      rule: awsNames.alertQueue("forward"),
      description: "Every finding and every change of one, to be forwarded",
      pattern: everyFinding,
      targetArn: place.queue("forward"),
      way: "forward",
    },
    {
      rule: awsNames.alertQueue("respond"),
      description: "Open findings, to be responded to",
      pattern: openFindings(),
      targetArn: place.queue("respond"),
      way: "respond",
    },
  ];
}

/** Declares the rules, once what they send to takes it. */
export function declareRoutes(
  { security: provider }: AdminStack,
  place: AlertPlace,
  routes: readonly Route[],
  topics: AlertTopics,
  queues: Readonly<Record<WayOfFindings, ReadyQueue>>,
): void {
  const { region } = place;
  const readiness = new Map<string, readonly Resource[]>([
    ...ALERT_SEVERITIES.map((severity) => [place.topic(severity), [topics[severity].policy]] as const),
    ...(["forward", "respond"] as const).map((way) => [place.queue(way), [queues[way].queue]] as const),
  ]);
  for (const { rule: name, description, pattern, targetArn, way } of routes) {
    const rule = new EventRule(
      `alert-rule-${name}-${region}`,
      {
        ...{ region, name, description, eventPattern: JSON.stringify(pattern) },
        // Said, because the provider keeps whatever is there where a program says nothing: a rule that was disabled would stay so.
        state: "ENABLED",
        tags: TAGS,
      },
      { provider },
    );
    new EventTarget(
      `alert-target-${name}-${region}`,
      {
        region,
        rule: rule.name,
        targetId: "alerts",
        arn: targetArn,
        deadLetterConfig: { arn: place.deadLetters(way) },
      },
      { provider, dependsOn: [rule, ...(readiness.get(targetArn) ?? []), ...queues[way].policies] },
    );
  }
}
