import type { Function as LambdaFunction } from "@pulumi/aws/lambda/function.js";
import type { Output, Resource } from "@pulumi/pulumi";
import { alertPlace } from "../alerts/place.ts";
import type { Alerts } from "../alerts.ts";
import type { AdminStack } from "../stack.ts";
import { clicksUrl, feed, scheduleFunctions } from "./feeds.ts";
import { declareFunction, functionPlans } from "./functions.ts";
import { ledgerTable } from "./ledger.ts";
import { FORWARDER_QUEUES, type FunctionName, responsePlace } from "./place.ts";
import { responseQueues } from "./queues.ts";
import { responseParameters } from "./settings.ts";
import { incidentTopic, subscribe } from "./topic.ts";
import { isDeployed } from "./watch.ts";

/** What others need of the response that is deployed. */
export interface DeployedResponse {
  readonly table: Output<string>;
  readonly requestsQueueUrl: Output<string>;
  readonly repairsQueueUrl: Output<string>;
  /** The request URL of the Slack app's interactivity; undefined where there is no Slack. */
  readonly clicksUrl: Output<string> | undefined;
}

/** Findings of these severities are told as they come. */
const GRAVE = ["critical", "high"] as const;

/**
 * What responds to findings: ledger, queues, topic and functions, in the security account's home region. Undefined where the settings switch it
 * off, and where there are no alerts to feed it or no remediations.
 */
export function deployResponse(
  stack: AdminStack,
  alerts: Alerts | undefined,
  responseRoleArn: Output<string> | undefined,
): DeployedResponse | undefined {
  if (!isDeployed(stack.inputs) || alerts === undefined || responseRoleArn === undefined) return undefined;
  const place = responsePlace(stack.inputs);
  const { keyArn, topicArns } = alerts;
  const plans = functionPlans(stack.inputs);
  const told = FORWARDER_QUEUES.filter((name) => plans.some((plan) => plan.name === name));
  const findings = GRAVE.map((label) => ({ label, arn: topicArns[label] }));

  const table = ledgerTable(stack, place);
  const topic = incidentTopic(stack, place, keyArn);
  const fedBy = [place.topicArn, ...GRAVE.map((severity) => alertPlace(stack.inputs).topic(severity))];
  const { queues, ready } = responseQueues(stack, place, keyArn, Object.fromEntries(told.map((name) => [name, fedBy])));
  for (const name of told) subscribe(stack, place, name, place.queue(name), findings, [topic, ...ready]);
  const parameters = responseParameters(stack, place);

  const urls = {
    BULWARK_REQUESTS_URL: queues.requests.url,
    BULWARK_REPAIRS_URL: queues.repairs.url,
    BULWARK_QUARANTINE_URL: queues.quarantine.url,
  };
  const made = new Map<FunctionName, LambdaFunction>();
  const first: readonly Resource[] = [table, topic, ...ready, ...parameters];
  for (const plan of plans) {
    const lambda = declareFunction(stack, place, { keyArn, responseRoleArn, urls }, plan);
    made.set(plan.name, lambda);
    feed(stack, place, plan, lambda, first);
  }
  scheduleFunctions(stack, place, [...made.keys()], made);
  const clicks = made.get("slack-clicks");
  return {
    table: table.name,
    requestsQueueUrl: queues.requests.url,
    repairsQueueUrl: queues.repairs.url,
    clicksUrl: clicks === undefined ? undefined : clicksUrl(stack, place, clicks),
  };
}
