import { type Kysely, sql } from "kysely";

/** Runs of the engine, what is known of an attempt that was lost, and whose process holds a lease. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table runs (
    id bigint generated always as identity primary key,
    operation_id text not null,
    stack text not null,
    fencing_token bigint not null,
    verb text not null,
    role text not null,
    inputs jsonb,
    host text not null,
    boot_id text not null,
    session integer not null,
    session_started text not null,
    folder text not null,
    engines integer[] not null default '{}',
    suspects text[] not null default '{}',
    begun_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    clean boolean,
    recovered_at timestamptz
  )`,
  "create index runs_to_recover on runs (stack) where recovered_at is null and clean is not true",
  "create index runs_by_stack on runs (stack, id)",

  `alter table operations
    add column attempt_open boolean not null default false,
    add column crashes integer not null default 0,
    add column resumed_at timestamptz`,

  `alter table stack_leases
    add column duration_ms integer not null default 0,
    add column owner_boot text,
    add column owner_pid integer,
    add column owner_started text`,

  "alter table stacks add column secrets jsonb",
];
