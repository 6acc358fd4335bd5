import { type Kysely, sql } from "kysely";

/** Who asked for what weakens an account's baseline, and who decided on it; and operations that the service itself starts by the clock. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table accounts add column weakenings jsonb not null default '[]'`.execute(db);
  await sql`alter table operations drop constraint operations_origin_check`.execute(db);
  await sql`alter table operations add constraint operations_origin_check
    check (origin in ('api', 'event', 'schedule'))`.execute(db);
}
