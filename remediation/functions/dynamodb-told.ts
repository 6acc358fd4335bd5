import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Told, ToldStore } from "../forwarders/slack/told.ts";

/** Days for which what was told is known: longer than a queue keeps a message, and than most incidents are open. */
const KEPT_DAYS = 400;
const DAY = 24 * 60 * 60;

/** What was told in Slack, in the table of the ledger under keys of its own; `told` is JSON, and `revision` what a write depends on. */
export function dynamodbTold(client: DynamoDBClient, TableName: string, now: () => Date): ToldStore {
  const keyOf = (id: string) => ({ pk: { S: `slack#${id}` }, sk: { S: "told" } });
  return {
    async read(id) {
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf(id), ConsistentRead: true }));
      return Item?.told?.S === undefined ? undefined : (JSON.parse(Item.told.S) as Told);
    },
    async write(id, told, before) {
      const expires = Math.floor(now().getTime() / 1000) + KEPT_DAYS * DAY;
      const values = { told: { S: JSON.stringify(told) }, revision: { N: String(told.revision) } };
      try {
        await client.send(
          new PutItemCommand({
            TableName,
            Item: { ...keyOf(id), ...values, expires: { N: String(expires) } },
            ...(before === 0
              ? { ConditionExpression: "attribute_not_exists(pk)" }
              : {
                  ConditionExpression: "revision = :before",
                  ExpressionAttributeValues: { ":before": { N: String(before) } },
                }),
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}
