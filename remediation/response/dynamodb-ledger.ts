import { createHash } from "node:crypto";
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Kept } from "../remediation.ts";
import type { Change } from "../run.ts";
import type { Caps } from "./decision.ts";
import { type Counted, type Entry, type Ledger, LostError, type State, type Step } from "./ledger.ts";

type Item = Record<string, AttributeValue>;

/** Days for which an incident is kept that changed nothing. The table's time-to-live attribute is `expires`, in seconds. */
const KEPT_DAYS = 400;
const DAY = 24 * 60 * 60;
const CAPS = ["account", "control", "action"] as const;

const S = (text: string) => ({ S: text });
const N = (number: number) => ({ N: String(number) });
const seconds = (at: string | Date) => Math.floor(new Date(at).getTime() / 1000);
const main = (id: string): Item => ({ pk: S(id), sk: S("incident") });

/**
 * The ledger in a table with the keys `pk` and `sk` (texts): an incident's own item, its history, and its changes, all by its id; and
 * counters by hour. An item has at most 400 KB (DynamoDB Developer Guide, "Quotas"): a change that is larger is refused before it is made.
 */
export function dynamodbLedger(client: DynamoDBClient, table: string): Ledger {
  return {
    async claim({ id, key, cause }, foundAt, now, leaseSeconds) {
      try {
        const { Attributes = {} } = await client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: main(id),
            UpdateExpression:
              "SET #state = if_not_exists(#state, :seen), incidentKey = :key, cause = :cause, foundAt = :found, leaseEnds = :lease, " +
              "attempts = if_not_exists(attempts, :zero), dealt = if_not_exists(dealt, :never), " +
              "expires = if_not_exists(expires, :expires) ADD version :one",
            ConditionExpression: "attribute_not_exists(pk) OR (dealt < :found AND leaseEnds <= :now)",
            ExpressionAttributeNames: { "#state": "state" },
            ExpressionAttributeValues: {
              ":seen": S("seen"),
              ":key": S(key),
              ":cause": S(cause),
              ":found": S(foundAt),
              ":lease": N(now.getTime() + leaseSeconds * 1000),
              ":now": N(now.getTime()),
              ":never": S(""),
              ":zero": N(0),
              ":one": N(1),
              ":expires": N(seconds(now) + KEPT_DAYS * DAY),
            },
            ReturnValues: "ALL_NEW",
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        );
        return { kind: "claimed", entry: entryOf(id, Attributes) };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const { Item: old = {} } = error;
        if ((old.dealt?.S ?? "") >= foundAt) return { kind: "duplicate", state: stateOf(old) };
        return { kind: "busy" };
      }
    },

    async used(counted, now) {
      const keys = CAPS.map((cap) => counterKey(cap, counted, now));
      const { Responses = {}, UnprocessedKeys = {} } = await client.send(
        new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } }),
      );
      // A counter that was not read is not one that is zero.
      if (Object.keys(UnprocessedKeys).length > 0) throw new Error("reading the counters of changes: try again");
      const items = Responses[table] ?? [];
      const count = (cap: keyof Caps) => {
        const wanted = counterKey(cap, counted, now).pk?.S;
        return Number(items.find(({ pk }) => pk?.S === wanted)?.n?.N ?? 0);
      };
      return { account: count("account"), control: count("control"), action: count("action") };
    },

    async start(entry, step, counted) {
      const counters = CAPS.map(
        (cap): TransactWriteItem => ({
          Update: {
            TableName: table,
            Key: counterKey(cap, counted, new Date(step.at)),
            UpdateExpression: "SET expires = :expires ADD n :one",
            ...withMost(counted[cap].most, { ":one": N(1), ":expires": N(seconds(step.at) + 2 * DAY) }),
          },
        }),
      );
      const started: Step = { ...step, state: "started", version: entry.version + 1 };
      try {
        await transact([...advance(entry, started, ", attempts = attempts + :one", { ":one": N(1) }), ...counters]);
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const failed = (error.CancellationReasons ?? []).map(({ Code }) => Code === "ConditionalCheckFailed");
        if (failed[0] === true) throw lost(entry);
        const full = CAPS.find((_cap, index) => failed[index + 2] === true);
        if (full === undefined) throw error;
        return full;
      }
      return { ...entry, state: "started", version: started.version, attempts: entry.attempts + 1 };
    },

    async move(entry, step, done) {
      const next: Step = { ...step, version: entry.version + 1 };
      const release = done ? ", dealt = foundAt, leaseEnds = :zero" : "";
      await orLost(entry, transact(advance(entry, next, release, done ? { ":zero": N(0) } : {})));
      return { ...entry, state: step.state, version: next.version };
    },

    async record(entry, remediation, change) {
      const version = entry.version + 1;
      await orLost(
        entry,
        transact([
          {
            Update: {
              TableName: table,
              Key: main(entry.id),
              // What can be undone has no end: attribute `expires` set to no number is none for the time-to-live.
              UpdateExpression: "SET version = :version, expires = :never",
              ConditionExpression: "version = :held",
              ExpressionAttributeValues: { ":version": N(version), ":held": N(entry.version), ":never": S("never") },
            },
          },
          {
            Put: {
              TableName: table,
              Item: {
                pk: S(entry.id),
                sk: S(changeKey(remediation, change.target)),
                change: S(JSON.stringify(change)),
              },
            },
          },
        ]),
      );
      return { ...entry, version };
    },

    async recorded(id, remediation, target) {
      const { Item: found } = await client.send(
        new GetItemCommand({
          TableName: table,
          Key: { pk: S(id), sk: S(changeKey(remediation, target)) },
          ConsistentRead: true,
        }),
      );
      return found?.change?.S === undefined ? undefined : (JSON.parse(found.change.S) as Change);
    },

    async history(id) {
      const steps: Step[] = [];
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: "pk = :id AND begins_with(sk, :history)",
          ExpressionAttributeValues: { ":id": S(id), ":history": S("history#") },
        },
      );
      for await (const { Items = [] } of pages) {
        steps.push(
          ...Items.map((item) => ({
            version: Number(item.version?.N),
            state: stateOf(item),
            at: item.at?.S ?? "",
            why: item.why?.S ?? "",
            by: item.by?.S ?? "",
          })),
        );
      }
      return steps;
    },
  };

  async function transact(items: TransactWriteItem[]): Promise<void> {
    await client.send(new TransactWriteItemsCommand({ TransactItems: items }));
  }

  /** The incident's next version, where it still is what is held, and its line in the history. */
  function advance(entry: Entry, step: Step, more: string, values: Item): TransactWriteItem[] {
    return [
      {
        Update: {
          TableName: table,
          Key: main(entry.id),
          UpdateExpression: `SET #state = :state, version = :version${more}`,
          ConditionExpression: "version = :held",
          ExpressionAttributeNames: { "#state": "state" },
          ExpressionAttributeValues: {
            ":state": S(step.state),
            ":version": N(step.version),
            ":held": N(entry.version),
            ...values,
          },
        },
      },
      {
        Put: {
          TableName: table,
          Item: {
            pk: S(entry.id),
            sk: S(`history#${String(step.version).padStart(9, "0")}`),
            version: N(step.version),
            ...{ state: S(step.state), at: S(step.at), why: S(step.why), by: S(step.by) },
          },
        },
      },
    ];
  }
}

const stateOf = (item: Item) => (item.state?.S ?? "seen") as State;

const entryOf = (id: string, item: Item): Entry => ({
  id,
  state: stateOf(item),
  version: Number(item.version?.N),
  attempts: Number(item.attempts?.N),
  foundAt: item.foundAt?.S ?? "",
});

const counterKey = (cap: keyof Caps, counted: Counted, now: Date): Item => ({
  pk: S(`hour#${now.toISOString().slice(0, 13)}#${cap}#${counted[cap].name}`),
  sk: S("counter"),
});

const changeKey = (remediation: string, target: Kept) =>
  `change#${remediation}#${createHash("sha256").update(JSON.stringify(target)).digest("hex").slice(0, 32)}`;

/** The values of an update, and the condition that a counter has room where there is a most. */
function withMost(most: number | undefined, values: Item) {
  if (most === undefined) return { ExpressionAttributeValues: values };
  return {
    ConditionExpression: most > 0 ? "attribute_not_exists(n) OR n < :most" : "n < :most",
    ExpressionAttributeValues: { ...values, ":most": N(most > 0 ? most : 0) },
  };
}

const lost = ({ id }: Entry) => new LostError(`going on with incident ${id}: somebody else has taken it over`);

async function orLost(entry: Entry, write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    const isLost =
      error instanceof TransactionCanceledException &&
      error.CancellationReasons?.[0]?.Code === "ConditionalCheckFailed";
    throw isLost ? lost(entry) : error;
  }
}
