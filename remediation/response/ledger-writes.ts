import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { CLOSED, type Entry, type Step } from "./ledger.ts";
import { historyItem, type Item, mainKey, N, S } from "./ledger-items.ts";

/** Puts an item as it is. */
export function put(table: string, item: Item): TransactWriteItem {
  return { Put: { TableName: table, Item: item } };
}

/** The incident's next version, where it still is what is held. */
export function next(
  table: string,
  { id, version }: Entry,
  more?: { readonly set: string; readonly ":never": { S: string } },
): TransactWriteItem {
  const values = { ":version": N(version + 1), ":held": N(version) };
  return {
    Update: {
      TableName: table,
      Key: mainKey(id),
      UpdateExpression: `SET version = :version${more?.set ?? ""}`,
      ConditionExpression: "version = :held",
      ExpressionAttributeValues: more === undefined ? values : { ...values, ":never": more[":never"] },
    },
  };
}

/** The same with a new state and its line in the history. */
export function advance(
  table: string,
  entry: Entry,
  step: Step,
  sets: string,
  values: Item,
  condition = "",
): TransactWriteItem[] {
  return [
    {
      Update: {
        TableName: table,
        Key: mainKey(entry.id),
        // Each step is to be published: what is not known to be stays in the sparse index of what is untold.
        UpdateExpression: `${sets}, #state = :state, version = :version, since = :since, shelf = :shelf, untold = :untold`,
        ConditionExpression: `version = :held${condition}`,
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: {
          ...{
            ":state": S(step.state),
            ":version": N(step.version),
            ":held": N(entry.version),
            ":since": S(step.at),
            ":shelf": S(CLOSED.includes(step.state) ? "closed" : "open"),
            ":untold": S("1"),
          },
          ...values,
        },
      },
    },
    put(table, historyItem(entry.id, step)),
  ];
}
