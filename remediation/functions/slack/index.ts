import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { awsSecrets, secretReader } from "../../forwarders/secret.ts";
import { attend, type Forwarder, slackForwarder } from "../../forwarders/slack/handler.ts";
import { pace } from "../../forwarders/slack/pace.ts";
import { SlackSettings } from "../../forwarders/slack/settings.ts";
import { MANIFESTS } from "../../manifests.ts";
import { dynamodbLedger } from "../../response/dynamodb-ledger.ts";
import { openIncidents } from "../../response/publish.ts";
import { dynamodbDigests } from "../dynamodb-digests.ts";
import { dynamodbTold } from "../dynamodb-told.ts";
import { readEnvironment, VARIABLES } from "../environment.ts";
import { parameterOf } from "../parameter.ts";
import { quarantine } from "../quarantine.ts";
import { sooner } from "../sooner.ts";

const { AWS_REGION, BULWARK_PARAMETERS, BULWARK_QUARANTINE_URL, BULWARK_TABLE } = VARIABLES;
const environment = readEnvironment(
  { AWS_REGION, BULWARK_PARAMETERS, BULWARK_QUARANTINE_URL, BULWARK_TABLE },
  process.env,
);
const client = { region: environment.AWS_REGION, maxAttempts: 5 };
const now = () => new Date();
const dynamoDb = new DynamoDBClient(client);
const sqs = new SQSClient({ ...client, useQueueUrlAsEndpoint: false });
const settings = parameterOf(new SSMClient(client), `${environment.BULWARK_PARAMETERS}/slack`, SlackSettings, now);
// What outlives an invocation: Slack counts a channel's messages, not ours.
const shared = {
  secrets: secretReader(awsSecrets(), now),
  pace: pace(now, (milliseconds) => sleep(milliseconds)),
  store: dynamodbTold(dynamoDb, environment.BULWARK_TABLE, now),
  digests: dynamodbDigests(dynamoDb, environment.BULWARK_TABLE, now),
  now,
  quarantine: quarantine(sqs, environment.BULWARK_QUARANTINE_URL, "slack"),
};
const incidents = {
  ledger: dynamodbLedger(dynamoDb, environment.BULWARK_TABLE),
  manifests: MANIFESTS,
  account: async () => ({ owner: null, environment: null }),
  link: async () => null,
};

/** What Lambda calls with messages of the queue of Slack, and a schedule with nothing, each minute. */
export const handler = async (event: Partial<SQSEvent>, context: Context): Promise<SQSBatchResponse | undefined> => {
  const { routing, escalation, token, digestMinutes, address } = await settings();
  const forwarder: Forwarder = {
    ...shared,
    ...{ routing, escalation, token, period: digestMinutes * 60_000 },
    ...(address === undefined ? {} : { address }),
  };
  if (event.Records !== undefined) {
    const taken = { Records: event.Records };
    return sooner(sqs, taken, await slackForwarder(forwarder)(taken, context));
  }
  await attend(forwarder, await openIncidents(incidents), context);
  return undefined;
};
