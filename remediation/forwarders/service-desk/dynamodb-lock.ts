import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { keyOf } from "../kept-items.ts";

const key = (incident: string) => keyOf(`desk#${incident}`, "lock");

/** Whose lock it is, and until when: an invocation that ended holds nothing any more. */
export interface Holder {
  /** New with each invocation. */
  readonly id: string;
  /** When the invocation has ended for certain. */
  readonly until: Date;
  readonly now: () => Date;
}

/**
 * Does something while nobody else does anything at the desk for the same incident: a lock in the table of incidents. Rejects where somebody else has it: the
 * message comes again.
 */
export function dynamodbLock(
  client: DynamoDBClient,
  TableName: string,
  { id, until, now }: Holder,
): (incident: string, act: () => Promise<void>) => Promise<void> {
  const take = async (incident: string): Promise<void> => {
    try {
      await client.send(
        new PutItemCommand({
          TableName,
          Item: {
            ...key(incident),
            holder: { S: id },
            until: { N: String(until.getTime()) },
            expires: { N: String(Math.ceil(until.getTime() / 1000)) },
          },
          ConditionExpression: "attribute_not_exists(pk) OR #until <= :now OR holder = :holder",
          ExpressionAttributeNames: { "#until": "until" },
          ExpressionAttributeValues: { ":now": { N: String(now().getTime()) }, ":holder": { S: id } },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      throw new Error(`telling the service desk of ${incident}: another process is at it`);
    }
  };

  const release = (incident: string) =>
    client.send(
      new DeleteItemCommand({
        TableName,
        Key: key(incident),
        ConditionExpression: "holder = :holder",
        ExpressionAttributeValues: { ":holder": { S: id } },
      }),
    );

  return async (incident, act) => {
    await take(incident);
    try {
      await act();
    } finally {
      // A lock that can't be let go ends by itself.
      await release(incident).catch(() => undefined);
    }
  };
}
