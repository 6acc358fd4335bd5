import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { About, Acknowledged, Entry, Step } from "./ledger.ts";
import { aboutKey, historyItem, type Item, mainKey, N, S } from "./ledger-items.ts";
import { isReopened, isTold, shelfOf } from "./shelf.ts";

/** Puts an item as it is. */
export function put(table: string, item: Item): TransactWriteItem {
  return { Put: { TableName: table, Item: item } };
}

/** Keeps what an incident is about, in the same transaction as what was made of it; nothing where nothing new is. */
export function putAbout(table: string, { id }: Entry, about: About | undefined): TransactWriteItem[] {
  return about === undefined ? [] : [put(table, { ...aboutKey(id), about: S(JSON.stringify(about)) })];
}

/** The incident's next version, where it still is what is held. */
export function next(table: string, { id, version }: Entry): TransactWriteItem {
  return {
    Update: {
      TableName: table,
      Key: mainKey(id),
      UpdateExpression: "SET version = :version",
      ConditionExpression: "version = :held",
      ExpressionAttributeValues: { ":version": N(version + 1), ":held": N(version) },
    },
  };
}

/** The incident after a step: one that is open again was opened by what was found since, or by the step. */
export function stepped<Held extends Entry>(entry: Held, step: Omit<Step, "version">): Held {
  const moved = { ...entry, state: step.state, version: entry.version + 1, since: step.at };
  if (!isReopened(step.state, entry.state)) return moved;
  return { ...moved, openedAt: entry.foundAt > entry.since ? entry.foundAt : step.at, acknowledged: null };
}

/**
 * The same in the table, with its line in the history, and what lists and the outbox need of it. What has a history is kept: an attribute `expires`
 * that is no number is none for the time-to-live, and steps that went away would change the numbers of those that people have heard of.
 */
export function advance(
  table: string,
  entry: Entry,
  step: Omit<Step, "version">,
  sets: string,
  values: Item,
  condition = "",
): TransactWriteItem[] {
  const moved = stepped(entry, step);
  const isUntold = isTold(step.state, entry.state);
  const untold = isUntold ? ", untold = :untold, untoldVersion = :version" : "";
  const reopened = isReopened(step.state, entry.state) ? ", openedAt = :opened REMOVE acknowledged" : "";
  return [
    {
      Update: {
        TableName: table,
        Key: mainKey(entry.id),
        UpdateExpression: `${sets}, #state = :state, version = :version, since = :since, shelf = :shelf, expires = :never${untold}${reopened}`,
        ConditionExpression: `version = :held${condition}`,
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: {
          ...{ ":state": S(step.state), ":version": N(moved.version), ":held": N(entry.version), ":since": S(step.at) },
          ...{ ":shelf": S(shelfOf(step.state)), ":never": S("never") },
          ...(isUntold ? { ":untold": S("1") } : {}),
          ...(reopened === "" ? {} : { ":opened": S(moved.openedAt) }),
          ...values,
        },
      },
    },
    put(table, historyItem(entry.id, { ...step, version: moved.version })),
  ];
}

/** A step in the state that an incident has, where nobody works on it. */
export function annotate(
  table: string,
  entry: Entry,
  step: Omit<Step, "version" | "state">,
  now: Date,
  acknowledged: Acknowledged | undefined,
): TransactWriteItem[] {
  const version = entry.version + 1;
  const looked = acknowledged === undefined ? "" : ", acknowledged = :acknowledged";
  return [
    {
      Update: {
        TableName: table,
        Key: mainKey(entry.id),
        UpdateExpression: `SET version = :version, untold = :untold, untoldVersion = :version${looked}`,
        ConditionExpression: "version = :held AND leaseEnds <= :now",
        ExpressionAttributeValues: {
          ...{ ":version": N(version), ":held": N(entry.version), ":untold": S("1"), ":now": N(now.getTime()) },
          ...(acknowledged === undefined
            ? {}
            : { ":acknowledged": { M: { by: S(acknowledged.by), at: S(acknowledged.at) } } }),
        },
      },
    },
    put(table, historyItem(entry.id, { ...step, state: entry.state, version })),
  ];
}
