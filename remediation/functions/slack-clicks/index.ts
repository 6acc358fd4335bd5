import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { awsSecrets, secretReader } from "../../forwarders/secret.ts";
import { dynamodbClaims } from "../../forwarders/slack/dynamodb-claims.ts";
import { environment } from "../environment.ts";
import { functionLog } from "../log.ts";
import { parameters } from "../parameters.ts";
import { requestSender } from "../queues.ts";
import { clicksFunction } from "./clicks.ts";

const { BULWARK_TABLE, BULWARK_REQUESTS_URL, BULWARK_PARAMETERS } = environment(
  process.env,
  "BULWARK_TABLE",
  "BULWARK_REQUESTS_URL",
  "BULWARK_PARAMETERS",
);
/** Milliseconds for which secrets count as read: a signing secret that was rotated is known after as long. */
const SECRET_AGE = 60_000;
const now = () => new Date();

/** Takes clicks on buttons in Slack for requests. */
export const handler = clicksFunction({
  parameters: parameters(new SSMClient({}), now),
  path: BULWARK_PARAMETERS,
  secrets: secretReader(awsSecrets(), now, SECRET_AGE),
  claim: dynamodbClaims(new DynamoDBClient({}), BULWARK_TABLE),
  request: requestSender(new SQSClient({}), BULWARK_REQUESTS_URL),
  now,
  log: functionLog("slack-clicks", console.log),
});
