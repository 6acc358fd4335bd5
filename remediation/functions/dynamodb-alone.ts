import { randomUUID } from "node:crypto";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";

/** Seconds after which a hold has ended for certain: longer than the function may run. */
const LONGEST = 120;

/** Does something for an incident alone, by an item in the table of the ledger; rejects where another process is at it. */
export function dynamodbAlone(
  client: DynamoDBClient,
  TableName: string,
  now: () => Date,
): (incident: string, act: () => Promise<void>) => Promise<void> {
  return async (incident, act) => {
    const Key = { pk: { S: `desk#${incident}` }, sk: { S: "hold" } };
    const owner = { S: randomUUID() };
    const at = Math.floor(now().getTime() / 1000);
    const expires = { N: String(at + LONGEST) };
    try {
      await client.send(
        new PutItemCommand({
          TableName,
          Item: { ...Key, holder: owner, expires },
          ConditionExpression: "attribute_not_exists(pk) OR expires < :now",
          ExpressionAttributeValues: { ":now": { N: String(at) } },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      throw new Error(`working on incident ${incident} at the service desk: another process is at it`, {
        cause: error,
      });
    }
    try {
      await act();
    } finally {
      // One that was taken over is another's; what can't be let go ends by itself.
      await client
        .send(
          new DeleteItemCommand({
            TableName,
            Key,
            ConditionExpression: "holder = :owner",
            ExpressionAttributeValues: { ":owner": owner },
          }),
        )
        .catch(() => undefined);
    }
  };
}
