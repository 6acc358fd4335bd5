import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { awsSecrets, secretReader } from "../../forwarders/secret.ts";
import { dynamodbDigests } from "../../forwarders/slack/dynamodb-digests.ts";
import { dynamodbTold } from "../../forwarders/slack/dynamodb-told.ts";
import { pace } from "../../forwarders/slack/pace.ts";
import { environment } from "../environment.ts";
import { incidentSource } from "../incident-source.ts";
import { functionLog } from "../log.ts";
import { organization } from "../organization.ts";
import { parameters } from "../parameters.ts";
import { quarantine } from "../queues.ts";
import { sooner } from "../sooner.ts";
import { slackFunction } from "./tell.ts";

const variables = environment(
  process.env,
  "BULWARK_TABLE",
  "BULWARK_QUARANTINE_URL",
  "BULWARK_PARAMETERS",
  "BULWARK_ACCOUNT_PARAMETERS",
);
const now = () => new Date();
const dynamodb = new DynamoDBClient({});
const sqs = new SQSClient({});
const settings = parameters(new SSMClient({}), now);

/** Tells Slack of incidents, and calls those whose turn it is when nobody answers. */
export const handler = slackFunction({
  parameters: settings,
  path: variables.BULWARK_PARAMETERS,
  incidents: incidentSource(dynamodb, settings, organization(new OrganizationsClient({}), now), variables),
  secrets: secretReader(awsSecrets(), now),
  pace: pace(now, (milliseconds) => sleep(milliseconds)),
  store: dynamodbTold(dynamodb, variables.BULWARK_TABLE, now),
  digests: dynamodbDigests(dynamodb, variables.BULWARK_TABLE, now),
  quarantine: quarantine(sqs, variables.BULWARK_QUARANTINE_URL, "slack"),
  later: sooner(sqs),
  now,
  log: functionLog("slack", console.log),
});
