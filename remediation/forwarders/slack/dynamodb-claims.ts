import { createHash } from "node:crypto";
import { ConditionalCheckFailedException, type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { keyOf } from "../kept-items.ts";

/**
 * Keeps the name of a request until a time, and tells whether nobody had it: for `admit`. Time-to-live takes items away late (DynamoDB Developer Guide,
 * "Using time to live (TTL) in DynamoDB"), which is no harm: a request that is that old is refused for its age.
 */
export function dynamodbClaims(
  client: DynamoDBClient,
  TableName: string,
): (name: string, until: Date) => Promise<boolean> {
  return async (name, until) => {
    const hash = createHash("sha256").update(name).digest("hex");
    try {
      await client.send(
        new PutItemCommand({
          TableName,
          Item: { ...keyOf(`slack#click#${hash}`, "claim"), expires: { N: String(Math.ceil(until.getTime() / 1000)) } },
          ConditionExpression: "attribute_not_exists(pk)",
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
}
