import type { Db } from "./connection.ts";

export async function wasReceived(db: Db, id: string): Promise<boolean> {
  const row = await db.selectFrom("receivedEvents").select("id").where("id", "=", id).executeTakeFirst();
  return row !== undefined;
}

/** Throws an error of constraint `received_events_pkey` where the event was taken in already. */
export async function recordEvent(db: Db, id: string, detailType: string, outcome: string): Promise<void> {
  await db.insertInto("receivedEvents").values({ id, detailType, outcome }).execute();
}
