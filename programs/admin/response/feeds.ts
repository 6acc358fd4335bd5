import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { EventSourceMapping } from "@pulumi/aws/lambda/eventSourceMapping.js";
import type { Function as LambdaFunction } from "@pulumi/aws/lambda/function.js";
import { FunctionUrl } from "@pulumi/aws/lambda/functionUrl.js";
import { Permission } from "@pulumi/aws/lambda/permission.js";
import { Schedule } from "@pulumi/aws/scheduler/schedule.js";
import type { Output, Resource } from "@pulumi/pulumi";
import { policyDocument } from "../../bootstrap/policy-document.ts";
import { awsNames, TAGS } from "../../names.ts";
import { arn } from "../../partition.ts";
import { assumedBy } from "../alerts/policies.ts";
import type { AdminStack } from "../stack.ts";
import type { FunctionPlan } from "./functions.ts";
import type { FunctionName, ResponsePlace } from "./place.ts";

/**
 * Messages of a batch, seconds for which it is collected, and invocations at once. More than ten messages have to be waited for (AWS Lambda
 * Developer Guide, "Creating and configuring an Amazon SQS event source mapping"). Splunk takes many at once; Security Hub takes ten
 * updates a second from all responders together, and Slack one message a second for a channel.
 */
const BATCHES: Readonly<Partial<Record<FunctionName, { size: number; window: number; atOnce: number }>>> = {
  splunk: { size: 100, window: 5, atOnce: 5 },
  slack: { size: 10, window: 0, atOnce: 2 },
  "service-desk": { size: 10, window: 0, atOnce: 2 },
};
const BATCH = { size: 10, window: 0, atOnce: 10 };

/** What is called each minute, and with what. */
const EVERY_MINUTE: Readonly<Partial<Record<FunctionName, object>>> = {
  watch: { kind: "watch" },
  slack: { kind: "attend" },
  "service-desk": { kind: "watch" },
};

/** Feeds a function from its queues; what a batch could not do comes again alone. */
export function feed(
  { security: provider }: AdminStack,
  place: ResponsePlace,
  { name, work }: FunctionPlan,
  made: LambdaFunction,
  dependsOn: readonly Resource[],
): void {
  const { size, window, atOnce } = BATCHES[name] ?? BATCH;
  for (const queue of work.takes) {
    new EventSourceMapping(
      `response-${name}-feed-${queue}-${place.region}`,
      {
        region: place.region,
        eventSourceArn: place.queue(queue),
        functionName: made.arn,
        // Said, because the provider keeps whatever is there where a program says nothing: one that was disabled would stay so.
        enabled: true,
        batchSize: size,
        maximumBatchingWindowInSeconds: window,
        functionResponseTypes: ["ReportBatchItemFailures"],
        scalingConfig: { maximumConcurrency: atOnce },
        tags: TAGS,
      },
      { provider, dependsOn: [made, ...dependsOn] },
    );
  }
}

/** Calls the functions that look after things by themselves. */
export function scheduleFunctions(
  { inputs, security: provider }: AdminStack,
  place: ResponsePlace,
  functions: readonly FunctionName[],
  made: ReadonlyMap<FunctionName, LambdaFunction>,
): void {
  const scheduled = functions.filter((name) => EVERY_MINUTE[name] !== undefined);
  const role = new Role(
    "response-schedule-role",
    {
      name: awsNames.responseScheduleRole,
      description: "Calls functions of the response by schedule. Managed by Bulwark.",
      assumeRolePolicy: JSON.stringify(assumedBy("scheduler.amazonaws.com", place.accountId)),
      permissionsBoundary: arn(inputs.partition, "iam", "", place.accountId, `policy/${awsNames.responseBoundary}`),
      tags: TAGS,
    },
    { provider },
  );
  const policy = new RolePolicy(
    "response-schedule-role-policy",
    {
      name: "Call",
      role: role.name,
      policy: JSON.stringify(
        policyDocument({
          Sid: "Call",
          Effect: "Allow",
          Action: ["lambda:InvokeFunction"],
          Resource: scheduled.map((name) => place.lambda(name)),
        }),
      ),
    },
    { provider },
  );
  for (const name of scheduled) {
    const lambda = made.get(name);
    if (lambda === undefined) continue;
    new Schedule(
      `response-${name}-schedule-${place.region}`,
      {
        region: place.region,
        name: awsNames.responseFunction(name),
        description: `Calls ${awsNames.responseFunction(name)}`,
        scheduleExpression: "rate(1 minutes)",
        // Said, as above.
        actionAfterCompletion: "NONE",
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: lambda.arn,
          roleArn: role.arn,
          input: JSON.stringify(EVERY_MINUTE[name]),
          // The next one is on its way.
          retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 },
        },
      },
      { provider, dependsOn: [policy] },
    );
  }
}

/**
 * The address that Slack sends clicks to. Anybody can call it, and the function takes only what Slack has signed. Both permissions are needed
 * (AWS Lambda Developer Guide, "Control access to Lambda function URLs").
 */
export function clicksUrl(
  { security: provider }: AdminStack,
  { region }: ResponsePlace,
  made: LambdaFunction,
): Output<string> {
  const called = { region, function: made.name, principal: "*" };
  const permissions = [
    new Permission(
      `response-clicks-url-permission-${region}`,
      { ...called, statementId: "Url", action: "lambda:InvokeFunctionUrl", functionUrlAuthType: "NONE" },
      { provider },
    ),
    new Permission(
      `response-clicks-call-permission-${region}`,
      { ...called, statementId: "CallByUrl", action: "lambda:InvokeFunction", invokedViaFunctionUrl: true },
      { provider },
    ),
  ];
  const url = new FunctionUrl(
    `response-clicks-url-${region}`,
    { region, functionName: made.name, authorizationType: "NONE" },
    { provider, dependsOn: permissions },
  );
  return url.functionUrl;
}
