import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { Function as LambdaFunction } from "@pulumi/aws/lambda/function.js";
import type { Output, Resource } from "@pulumi/pulumi";
import type { AdminInputs } from "../../inputs.ts";
import { awsNames, TAGS } from "../../names.ts";
import { arn } from "../../partition.ts";
import { assumedBy } from "../alerts/policies.ts";
import type { AdminStack } from "../stack.ts";
import { codeOf } from "./code.ts";
import type { FunctionName, ResponsePlace } from "./place.ts";
import { functionPolicy, type Work } from "./rights.ts";

/** A function of the response, as it is deployed. */
export interface FunctionPlan {
  readonly name: FunctionName;
  readonly description: string;
  /** Megabytes; processor time grows with them (AWS Lambda Developer Guide, "Configure Lambda function memory"). */
  readonly memory: number;
  /** Seconds. */
  readonly timeout: number;
  readonly work: Work;
  /** Names of outputs that it gets in its environment, beside what all get. */
  readonly environment: readonly ("BULWARK_REQUESTS_URL" | "BULWARK_REPAIRS_URL" | "BULWARK_QUARANTINE_URL")[];
}

/** Shared with nobody: incidents, and what a forwarder notes of what it told. */
const NO_WORK: Work = {
  ...{ takes: [], sends: [], reads: false, writes: [], publishes: false, responds: false, secrets: [] },
};

/**
 * The functions that the settings ask for: forwarders are there where they are configured. A responder works for 240 seconds at most, less
 * than the 300 for which it holds an incident.
 */
export function functionPlans({ features: { response } }: Pick<AdminInputs, "features">): readonly FunctionPlan[] {
  const { splunk, slack, serviceDesk } = response;
  const responder: Work = {
    ...NO_WORK,
    ...{ takes: ["respond", "requests"], sends: ["quarantine", "repairs"], reads: true, writes: "incidents" },
    ...{ publishes: true, responds: true },
  };
  const plans: FunctionPlan[] = [
    {
      name: "responder",
      description: "Responds to findings, and to what people ask for",
      ...{ memory: 512, timeout: 240, work: responder },
      environment: ["BULWARK_QUARANTINE_URL", "BULWARK_REPAIRS_URL", "BULWARK_REQUESTS_URL"],
    },
    {
      name: "watch",
      description: "Expires questions, and publishes what was kept and not published",
      ...{ memory: 512, timeout: 240, work: { ...responder, takes: [], sends: ["repairs"] } },
      environment: ["BULWARK_REPAIRS_URL"],
    },
  ];
  if (splunk !== undefined) {
    plans.push({
      name: "splunk",
      description: "Sends every finding to Splunk",
      ...{ memory: 256, timeout: 60 },
      work: { ...NO_WORK, takes: ["forward"], sends: ["quarantine"], secrets: [splunk.token] },
      environment: ["BULWARK_QUARANTINE_URL"],
    });
  }
  if (slack !== undefined) {
    plans.push(
      {
        name: "slack",
        description: "Tells Slack of incidents",
        ...{ memory: 256, timeout: 60 },
        work: {
          ...NO_WORK,
          ...{ takes: ["slack"], sends: ["quarantine"], reads: true, writes: ["slack#", "digest#"] },
          secrets: [slack.token],
        },
        environment: ["BULWARK_QUARANTINE_URL"],
      },
      {
        name: "slack-clicks",
        description: "Takes clicks from Slack",
        ...{ memory: 512, timeout: 10 },
        // The token tells a person alone that a click is refused.
        work: { ...NO_WORK, sends: ["requests"], writes: ["slack#"], secrets: [slack.signingSecret, slack.token] },
        environment: ["BULWARK_REQUESTS_URL"],
      },
    );
  }
  if (serviceDesk !== undefined) {
    plans.push({
      name: "service-desk",
      description: "Keeps tickets of incidents at the service desk",
      ...{ memory: 256, timeout: 60 },
      work: {
        ...NO_WORK,
        ...{ takes: ["service-desk"], sends: ["quarantine", "requests"], reads: true, writes: ["desk#"] },
        secrets: [serviceDesk.credentials],
      },
      environment: ["BULWARK_QUARANTINE_URL", "BULWARK_REQUESTS_URL"],
    });
  }
  return plans;
}

/** Functions whose role is the one that remediations' roles trust. */
const isOfResponse = (name: FunctionName): boolean => name === "responder" || name === "watch";

/** What a function needs of the rest of the stack. */
export interface FunctionSurroundings {
  readonly keyArn: Output<string>;
  /** The role that becomes the remediations' roles. */
  readonly responseRoleArn: Output<string>;
  readonly urls: Readonly<Record<FunctionPlan["environment"][number], Output<string>>>;
}

/** Declares a function with its log group, and its role where it has one of its own. */
export function declareFunction(
  { inputs, security: provider }: AdminStack,
  place: ResponsePlace,
  { keyArn, responseRoleArn, urls }: FunctionSurroundings,
  { name, description, memory, timeout, work, environment }: FunctionPlan,
): LambdaFunction {
  const { region, accountId } = place;
  const { partition } = inputs;
  const label = `response-${name}`;
  const log = new LogGroup(
    `${label}-log-${region}`,
    {
      region,
      name: awsNames.functionLog(name),
      retentionInDays: inputs.features.alerts.logRetentionDays,
      kmsKeyId: keyArn,
      tags: TAGS,
    },
    { provider },
  );
  const roleName = isOfResponse(name) ? awsNames.responseRole : awsNames.forwarderRole(name);
  const own = isOfResponse(name)
    ? undefined
    : new Role(
        `${label}-role`,
        {
          name: roleName,
          description: `${description}. Managed by Bulwark.`,
          assumeRolePolicy: JSON.stringify(assumedBy("lambda.amazonaws.com")),
          permissionsBoundary: arn(partition, "iam", "", accountId, `policy/${awsNames.responseBoundary}`),
          maxSessionDuration: 3600,
          tags: TAGS,
        },
        { provider },
      );
  const policy = new RolePolicy(
    `${label}-role-policy`,
    {
      name: `Function-${name}`,
      role: own === undefined ? responseRoleArn.apply((role) => role.slice(role.lastIndexOf("/") + 1)) : own.name,
      policy: keyArn.apply((key) => JSON.stringify(functionPolicy(inputs, place, name, work, key))),
    },
    { provider },
  );
  const dependsOn: Resource[] = [log, policy];
  return new LambdaFunction(
    `${label}-${region}`,
    {
      region,
      name: awsNames.responseFunction(name),
      description: `${description}. Managed by Bulwark.`,
      role: own === undefined ? responseRoleArn : own.arn,
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "index.handler",
      ...codeOf(name),
      memorySize: memory,
      timeout,
      loggingConfig: { logFormat: "JSON", logGroup: awsNames.functionLog(name) },
      environment: {
        variables: {
          NODE_OPTIONS: "--enable-source-maps",
          BULWARK_PARTITION: partition,
          BULWARK_ACCOUNT: accountId,
          BULWARK_ORGANIZATION: inputs.organizationId,
          BULWARK_TABLE: awsNames.incidents,
          BULWARK_TOPIC_ARN: place.topicArn,
          BULWARK_PARAMETERS: awsNames.responseParameters,
          BULWARK_ACCOUNT_PARAMETERS: awsNames.remediationModes("").replace(/\/$/, ""),
          ...Object.fromEntries(environment.map((variable) => [variable, urls[variable]])),
        },
      },
      tags: TAGS,
    },
    { provider, dependsOn },
  );
}
