import { ConditionalCheckFailedException, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { isPassing } from "./dynamodb-errors.ts";
import { N, S } from "./ledger-items.ts";
import type { LedgerTable } from "./ledger-table.ts";
import { PATIENT, type Patience, patiently } from "./patience.ts";

/** Milliseconds for which a turn can lie ahead. A later one comes of a clock that was wrong, and holds nobody up. */
const FURTHEST = 60_000;
/** Milliseconds: together the tries wait some three seconds at most. */
const FIRST_WAIT = 50;

/** What a pace is kept with. */
export interface Pacing {
  /** Of what is paced. */
  readonly name: string;
  /** Milliseconds from one turn to the next. */
  readonly interval: number;
  readonly now: () => Date;
  readonly patience?: Patience;
}

/**
 * Resolves when it is the caller's turn. Turns are an interval apart among all processes that share the table, however many they are: an item there says
 * when the next one is free, and who moves it on by a conditional write has that one. Nobody waits where nobody was before. Rejects where the
 * table can't be written.
 */
export function sharedPace(
  { client, table }: Pick<LedgerTable, "client" | "table">,
  { name, interval, now, patience = PATIENT }: Pacing,
): () => Promise<void> {
  const move = async (set: string, condition: string, values: Readonly<Record<string, number>>) => {
    const moving = new UpdateItemCommand({
      TableName: table,
      Key: { pk: S(`pace#${name}`), sk: S("pace") },
      UpdateExpression: `SET nextAt = ${set}`,
      ConditionExpression: condition,
      ExpressionAttributeValues: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, N(value)])),
      ReturnValues: "UPDATED_NEW",
    });
    try {
      const { Attributes } = await patiently(patience, FIRST_WAIT, isPassing, () => client.send(moving));
      return Number(Attributes?.nextAt?.N) - interval;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  };

  return async () => {
    for (;;) {
      const at = now().getTime();
      const latest = { ":now": at, ":latest": at + FURTHEST };
      const free = "attribute_not_exists(pk) OR nextAt <= :now OR nextAt > :latest";
      // Whoever met another between the two tries both again.
      const turn =
        (await move(":next", free, { ...latest, ":next": at + interval })) ??
        (await move("nextAt + :interval", "nextAt > :now AND nextAt <= :latest", { ...latest, ":interval": interval }));
      if (turn === undefined) continue;
      const ahead = turn - now().getTime();
      if (ahead > 0) await patience.wait(ahead);
      return;
    }
  };
}
