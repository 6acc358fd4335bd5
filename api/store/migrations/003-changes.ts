import { type Kysely, sql } from "kysely";

/** Changes that wait for approval, and what a stack was deployed from. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table changes (
    id text primary key,
    operation_id text not null references operations on delete cascade,
    stack text not null,
    account_id text,
    status text not null check (status in ('pending', 'approved', 'rejected', 'expired', 'superseded', 'applied')),
    reasons jsonb not null,
    counts jsonb not null,
    steps jsonb not null,
    diff_hash text not null,
    inputs_hash text not null,
    base_hash text not null,
    program_version text not null,
    requested_by text not null,
    decided_by text,
    decided_at timestamptz,
    comment text,
    outcome text,
    apply_begun_at timestamptz,
    expires_at timestamptz not null,
    created_at timestamptz not null default clock_timestamp(),
    constraint decided_by_somebody check
      (status not in ('approved', 'rejected', 'applied') or (decided_by is not null and decided_at is not null))
  )`,
  "create index changes_by_status on changes (status, id desc)",
  "create index changes_by_account on changes (account_id, id desc) where account_id is not null",
  "create index changes_by_operation on changes (operation_id)",
  "create index pending_changes_by_stack on changes (stack) where status = 'pending'",
  "create index pending_changes_by_expiry on changes (expires_at) where status = 'pending'",
  // An operation waits for one decision at a time, whoever delivers its job twice.
  `create unique index one_open_change_per_operation on changes (operation_id)
    where status in ('pending', 'approved')`,

  "alter table stacks add column deployed_hash text",
];
