import type { AdminInputs } from "../../inputs.ts";
import { awsNames } from "../../names.ts";
import { remediationsOf } from "../../remediation-settings.ts";
import { aboveOf, type WatchedMetric } from "../alerts/alarms.ts";
import type { WayOfFindings } from "../alerts/place.ts";
import { functionPlans } from "./functions.ts";
import { FORWARDER_QUEUES } from "./place.ts";

/** Whether the response is there: with the alerts that feed it, and with something to do. */
export function isDeployed({ features }: Pick<AdminInputs, "features">): boolean {
  return features.response.enabled && features.alerts.enabled && remediationsOf(features.remediations).length > 0;
}

/** What is watched of the response, and whose queues it takes from. */
export function responseWatch(inputs: Pick<AdminInputs, "features">): {
  readonly taken: readonly WayOfFindings[];
  readonly watched: readonly WatchedMetric[];
} {
  if (!isDeployed(inputs)) return { taken: [], watched: [] };
  const plans = functionPlans(inputs);
  const forwarders = FORWARDER_QUEUES.filter((queue) => plans.some(({ name }) => name === queue));
  const queues = ["requests", "repairs", ...forwarders];
  const visible = (queue: string) =>
    aboveOf("AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName: queue }, 0, "Maximum");
  return {
    taken: (["forward", "respond"] as const).filter((way) => plans.some(({ work }) => work.takes.includes(way))),
    watched: [
      ...queues.map((name): WatchedMetric => {
        const queue = awsNames.alertDeadLetters(name);
        return {
          ...visible(queue),
          name: queue,
          description: `Messages could not be worked on. Look at ${queue}, remove the cause, and redrive it.`,
        };
      }),
      {
        ...visible(awsNames.responseQueue("quarantine")),
        name: awsNames.responseQueue("quarantine"),
        description: "Messages that nobody can ever work on wait for a person, each with the reason as an attribute.",
      },
      ...plans.map(({ name }): WatchedMetric => {
        const FunctionName = awsNames.responseFunction(name);
        return {
          ...aboveOf("AWS/Lambda", "Errors", { FunctionName }, 0, "Sum"),
          name: `${FunctionName}-errors`,
          description: `${FunctionName} fails. The log group ${awsNames.functionLog(name)} says why.`,
        };
      }),
    ],
  };
}
