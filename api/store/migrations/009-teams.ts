import { type Kysely, sql } from "kysely";

/** Tokens of teams, which are good for some accounts, and of auditors. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table tokens add column accounts text[]`.execute(db);
  await sql`alter table tokens drop constraint tokens_role_check`.execute(db);
  await sql`alter table tokens add constraint tokens_role_check
    check (role in ('viewer', 'team', 'operator', 'approver', 'auditor', 'administrator'))`.execute(db);
  await sql`alter table tokens add constraint tokens_accounts_check
    check (case when role = 'team' then coalesce(cardinality(accounts), 0) between 1 and 100 else accounts is null end)`.execute(
    db,
  );
}
