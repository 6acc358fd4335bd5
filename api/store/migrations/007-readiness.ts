import { type Kysely, sql } from "kysely";

/** Whether the services of an account work, and when somebody looks again; at once where that is null. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table accounts add column readiness jsonb, add column readiness_due_at timestamptz`.execute(db);
}
