import type { Selectable } from "kysely";
import type { Db } from "./connection.ts";
import type { TokensTable } from "./schema.ts";

export type TokenRow = Selectable<TokensTable>;

/** @returns undefined where the name is taken */
export function insertToken(
  db: Db,
  token: Pick<TokenRow, "id" | "name" | "role" | "accounts" | "hash" | "createdBy">,
): Promise<TokenRow | undefined> {
  return db
    .insertInto("tokens")
    .values(token)
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returningAll()
    .executeTakeFirst();
}

export function findTokenByHash(db: Db, hash: Buffer): Promise<TokenRow | undefined> {
  return db.selectFrom("tokens").selectAll().where("hash", "=", hash).executeTakeFirst();
}

export function findToken(db: Db, id: string): Promise<TokenRow | undefined> {
  return db.selectFrom("tokens").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Keeps the token as it is until the transaction ends. */
export async function lockToken(db: Db, id: string): Promise<void> {
  await db.selectFrom("tokens").select("id").where("id", "=", id).forUpdate().execute();
}

/** Tokens by id, ascending, after the cursor's. */
export function listTokens(db: Db, filter: { after?: string | undefined; limit: number }): Promise<TokenRow[]> {
  let query = db.selectFrom("tokens").selectAll().orderBy("id").limit(filter.limit);
  if (filter.after !== undefined) query = query.where("id", ">", filter.after);
  return query.execute();
}

export async function deleteToken(db: Db, id: string): Promise<void> {
  await db.deleteFrom("tokens").where("id", "=", id).execute();
}
