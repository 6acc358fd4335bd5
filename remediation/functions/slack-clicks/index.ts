import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { awsSecrets, secretReader } from "../../forwarders/secret.ts";
import { SlackSettings } from "../../forwarders/slack/settings.ts";
import { log, readEnvironment, VARIABLES } from "../environment.ts";
import { parameterOf } from "../parameter.ts";
import { clickHandler } from "./handler.ts";

const { AWS_REGION, BULWARK_PARAMETERS, BULWARK_REQUESTS_URL, BULWARK_TABLE } = VARIABLES;
const environment = readEnvironment(
  { AWS_REGION, BULWARK_PARAMETERS, BULWARK_REQUESTS_URL, BULWARK_TABLE },
  process.env,
);
const client = { region: environment.AWS_REGION, maxAttempts: 3 };
const now = () => new Date();
const dynamoDb = new DynamoDBClient(client);
const sqs = new SQSClient({ ...client, useQueueUrlAsEndpoint: false });
const secrets = secretReader(awsSecrets(), now);
const settings = parameterOf(new SSMClient(client), `${environment.BULWARK_PARAMETERS}/slack`, SlackSettings, now);
const TableName = environment.BULWARK_TABLE;
const keyOf = (name: string) => ({ pk: { S: `slack#click#${name}` }, sk: { S: "claim" } });

/** What Lambda calls with a request to the address of the app's interactivity. */
export const handler = clickHandler({
  people: async () => (await settings()).people,
  secrets: async (fresh) => [await secrets((await settings()).signingSecret, fresh)],
  now,
  async claim(name, until) {
    const expires = { N: String(Math.ceil(until.getTime() / 1000)) };
    try {
      await dynamoDb.send(
        new PutItemCommand({
          TableName,
          Item: { ...keyOf(name), expires },
          ConditionExpression: "attribute_not_exists(pk)",
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  },
  async release(name) {
    await dynamoDb.send(new DeleteItemCommand({ TableName, Key: keyOf(name) }));
  },
  async send(request) {
    await sqs.send(
      new SendMessageCommand({ QueueUrl: environment.BULWARK_REQUESTS_URL, MessageBody: JSON.stringify(request) }),
    );
  },
  log,
});
