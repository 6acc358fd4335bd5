import { type Kysely, sql } from "kysely";

/** The regions in which unfinished deployments of a stack may have left something, whatever the newest of them wants. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table stacks add column standing_regions text[]`.execute(db);
}
