import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { expiresAfter, KEPT_DAYS, keyOf } from "../kept-items.ts";
import type { Told, ToldStore } from "./told.ts";

const key = (id: string) => keyOf(`slack#${id}`, "told");

/** What Slack was told, in the table of incidents. Rejects where DynamoDB does. */
export function dynamodbTold(client: DynamoDBClient, TableName: string, now: () => Date): ToldStore {
  return {
    async read(id) {
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: key(id), ConsistentRead: true }));
      return Item?.told?.S === undefined ? undefined : (JSON.parse(Item.told.S) as Told);
    },
    async write(id, told, before) {
      const isFirst = before === 0;
      try {
        await client.send(
          new PutItemCommand({
            TableName,
            Item: {
              ...key(id),
              told: { S: JSON.stringify(told) },
              revision: { N: String(told.revision) },
              expires: expiresAfter(now(), KEPT_DAYS),
            },
            ConditionExpression: isFirst ? "attribute_not_exists(pk)" : "revision = :before",
            ...(isFirst ? {} : { ExpressionAttributeValues: { ":before": { N: String(before) } } }),
          }),
        );
        return true;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // The SDK repeats a call whose answer was lost: then the item is this one.
        return JSON.stringify(await this.read(id)) === JSON.stringify(told);
      }
    },
  };
}
