import { type Kysely, sql } from "kysely";

/** What the teams added to the baselines of their accounts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table accounts add column extensions jsonb not null default '[]'`.execute(db);
}
