import type { AdminInputs } from "../../inputs.ts";
import { awsNames } from "../../names.ts";
import { arn } from "../../partition.ts";

/** The functions of the response, by the folders in `remediation/functions`. */
export const FUNCTIONS = ["responder", "watch", "splunk", "slack", "slack-clicks", "service-desk"] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** Queues that the response adds to those of the alerts. */
export const RESPONSE_QUEUES = ["requests", "repairs", "slack", "service-desk", "quarantine"] as const;
/** Those of forwarders, which are there where their forwarder is. */
export const FORWARDER_QUEUES = [
  "slack",
  "service-desk",
] as const satisfies readonly (typeof RESPONSE_QUEUES)[number][];
export type ResponseQueue = (typeof RESPONSE_QUEUES)[number];

/** ARNs of what the response consists of. They follow from names, so that policies can name each other's resources. */
export interface ResponsePlace {
  readonly region: string;
  readonly accountId: string;
  readonly tableArn: string;
  readonly topicArn: string;
  queue(name: ResponseQueue | "respond" | "forward"): string;
  deadLetters(name: ResponseQueue): string;
  lambda(name: FunctionName): string;
  logGroup(name: FunctionName): string;
  role(name: string): string;
  /** Of the settings, or of one account. */
  parameters(path: string): string;
}

/** Where the response stands: beside the alerts. */
export function responsePlace({ partition, homeRegion: region, accounts }: AdminInputs): ResponsePlace {
  const accountId = accounts.security;
  const of = (service: string, resource: string) => arn(partition, service, region, accountId, resource);
  return {
    region,
    accountId,
    tableArn: of("dynamodb", `table/${awsNames.incidents}`),
    topicArn: of("sns", awsNames.incidents),
    queue: (name) => of("sqs", awsNames.responseQueue(name)),
    deadLetters: (name) => of("sqs", awsNames.alertDeadLetters(name)),
    lambda: (name) => of("lambda", `function:${awsNames.responseFunction(name)}`),
    logGroup: (name) => of("logs", `log-group:${awsNames.functionLog(name)}`),
    role: (name) => arn(partition, "iam", "", accountId, `role/${name}`),
    parameters: (path) => of("ssm", `parameter${path}`),
  };
}
