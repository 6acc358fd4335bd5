import { type Selectable, sql } from "kysely";
import { type Db, json } from "./connection.ts";
import type { StacksTable } from "./schema.ts";

export type StackRow = Selectable<StacksTable>;

export function findStack(db: Db, name: string): Promise<StackRow | undefined> {
  return db.selectFrom("stacks").selectAll().where("name", "=", name).executeTakeFirst();
}

/** Keeps the stack as it is until the transaction ends. */
export async function lockStack(db: Db, name: string): Promise<void> {
  await db.selectFrom("stacks").select("name").where("name", "=", name).forUpdate().execute();
}

/** Members that are left out stay as they are; null clears. */
export interface StackUpdate {
  readonly accountId?: string;
  readonly inputs?: object | null;
  readonly outputs?: object | null;
  readonly standingRegions?: string[] | null;
  readonly adoptions?: readonly object[] | null;
  readonly imported?: readonly string[] | null;
  readonly drift?: object | null;
  readonly resources?: number | null;
  readonly baselineVersion?: string | null;
  readonly deployedHash?: string | null;
  readonly deployedAt?: Date | null;
  readonly lastOperationId?: string;
  readonly secrets?: object | null;
}

/** Creates the row or updates it. */
export async function saveStack(db: Db, name: string, update: StackUpdate): Promise<void> {
  const { inputs, outputs, adoptions, imported, drift, secrets, ...plain } = update;
  const values = {
    ...plain,
    ...(inputs === undefined ? {} : { inputs: inputs && json(inputs) }),
    ...(outputs === undefined ? {} : { outputs: outputs && json(outputs) }),
    ...(adoptions === undefined ? {} : { adoptions: adoptions && json(adoptions) }),
    ...(imported === undefined ? {} : { imported: imported && json(imported) }),
    ...(drift === undefined ? {} : { drift: drift && json(drift) }),
    ...(secrets === undefined ? {} : { secrets: secrets && json(secrets) }),
  };
  await db
    .insertInto("stacks")
    .values({ name, ...values })
    .onConflict((conflict) =>
      conflict.column("name").doUpdateSet({ ...values, updatedAt: sql<Date>`clock_timestamp()` }),
    )
    .execute();
}

/** Stacks that a plain `pulumi preview` can be run on. */
export function listDeployedStacks(db: Db): Promise<StackRow[]> {
  return db.selectFrom("stacks").selectAll().where("inputs", "is not", null).orderBy("name").execute();
}
