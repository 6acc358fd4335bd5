import { Dashboard } from "@pulumi/aws/cloudwatch/dashboard.js";
import type { Output, Resource } from "@pulumi/pulumi";
import { awsNames } from "../names.ts";
import { declareAlarms, watchedMetrics } from "./alerts/alarms.ts";
import { dashboardBody } from "./alerts/dashboard.ts";
import { heartbeat } from "./alerts/heartbeat.ts";
import { alertKeys } from "./alerts/keys.ts";
import { type AlertTopic, alertPlace, type WayOfFindings } from "./alerts/place.ts";
import { alertQueue } from "./alerts/queues.ts";
import { alertRoutes, declareRoutes } from "./alerts/routes.ts";
import { alertTopics } from "./alerts/topics.ts";
import { responseWatch } from "./response/watch.ts";
import { responseRoutes } from "./response-routes.ts";
import type { AdminStack } from "./stack.ts";

/** Where findings come out, for whoever forwards them and responds to them. */
export interface Alerts {
  readonly topicArns: Readonly<Record<AlertTopic, Output<string>>>;
  readonly queueUrls: Readonly<Record<WayOfFindings, Output<string>>>;
  /** Encrypts all of it: who reads a queue must be let use it. */
  readonly keyArn: Output<string>;
}

/**
 * The alerts: findings of the whole organization go from the event bus of the security account's home region two ways, to topics
 * and a queue to be forwarded, and to a queue to be responded to. Alarms watch over it by a way of their own. Undefined where the settings
 * switch it off. `hubs` are what must be there before a finding can come.
 */
export function alerts(stack: AdminStack, hubs: readonly Resource[]): Alerts | undefined {
  const settings = stack.inputs.features.alerts;
  if (!settings.enabled) return undefined;
  const { security: provider } = stack;
  const place = alertPlace(stack.inputs);
  const keys = alertKeys(stack, place);
  const topics = alertTopics(stack, place, keys);

  const routes = [...alertRoutes(place), ...responseRoutes(stack.inputs, place)];
  const rulesOf = (way: WayOfFindings) => routes.filter((route) => route.way === way).map(({ rule }) => rule);
  const queues = {
    forward: alertQueue(stack, place, keys, "forward", rulesOf("forward")),
    respond: alertQueue(stack, place, keys, "respond", rulesOf("respond")),
  };
  declareRoutes(stack, place, routes, topics, queues);

  const rules = routes.map(({ rule }) => rule);
  const { taken, watched: ofResponse } = responseWatch(stack.inputs);
  const watched = [...watchedMetrics(settings, taken), ...ofResponse];
  declareAlarms(stack, place, watched, topics);
  new Dashboard(
    `alert-dashboard-${place.region}`,
    {
      region: place.region,
      dashboardName: awsNames.alertDashboard,
      dashboardBody: dashboardBody(place, watched, rules),
    },
    { provider },
  );
  if (settings.heartbeat.enabled) heartbeat(stack, place, hubs);

  const arnOf = (topic: AlertTopic) => topics[topic].topic.arn;
  return {
    topicArns: {
      critical: arnOf("critical"),
      high: arnOf("high"),
      medium: arnOf("medium"),
      low: arnOf("low"),
      operations: arnOf("operations"),
    },
    queueUrls: { forward: queues.forward.queue.url, respond: queues.respond.queue.url },
    keyArn: keys.chain.arn,
  };
}
