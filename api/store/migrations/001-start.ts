import { type Kysely, sql } from "kysely";

/** Accounts, stacks, operations with their events, leases, tokens, audit. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table accounts (
    account_id text primary key check (account_id ~ '^[0-9]{12}$'),
    name text not null,
    email text not null,
    origin text not null check (origin in ('request', 'creation', 'event')),
    status text not null check (status in
      ('pending', 'onboarding', 'active', 'failed', 'set_aside', 'offboarding', 'offboarded')),
    owner text,
    environment text,
    last_operation_id text,
    onboarded_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp()
  )`,

  `create table stacks (
    name text primary key,
    account_id text references accounts,
    inputs jsonb,
    outputs jsonb,
    adoptions jsonb,
    drift jsonb,
    imported jsonb,
    resources integer,
    baseline_version text,
    deployed_at timestamptz,
    last_operation_id text,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp()
  )`,

  `create table operations (
    id text primary key,
    job_id uuid not null unique,
    queue_key text not null,
    kind text not null,
    stack text not null,
    account_id text,
    status text not null check (status in
      ('queued', 'running', 'awaiting_approval', 'succeeded', 'failed', 'cancelled')),
    origin text not null check (origin in ('api', 'event')),
    requested_by text not null,
    request_id text,
    request jsonb not null default '{}',
    progress jsonb not null default '{}',
    attempt integer not null default 0,
    retry_at timestamptz,
    fencing_token bigint,
    cancel_requested_at timestamptz,
    cancel_requested_by text,
    changes jsonb,
    result jsonb,
    error jsonb,
    last_event_id bigint not null default 0,
    created_at timestamptz not null default clock_timestamp(),
    started_at timestamptz,
    finished_at timestamptz,
    constraint ended_once check ((status in ('succeeded', 'failed', 'cancelled')) = (finished_at is not null)),
    constraint failed_with_error check (status <> 'failed' or error is not null)
  )`,
  "create index operations_by_status on operations (status, id desc)",
  "create index operations_by_account on operations (account_id, id desc) where account_id is not null",
  "create index operations_by_kind on operations (kind, id desc)",
  // A second onboarding or offboarding of the same account while one runs is a conflict, also under concurrency.
  `create unique index one_membership_change_at_a_time on operations (stack)
    where kind in ('onboard', 'offboard') and status in ('queued', 'running', 'awaiting_approval')`,

  `create table operation_events (
    operation_id text not null references operations on delete cascade,
    id bigint not null,
    at timestamptz not null default clock_timestamp(),
    type text not null,
    data jsonb not null,
    primary key (operation_id, id)
  )`,

  "create sequence fencing_tokens",
  `create table stack_leases (
    stack text primary key,
    owner text not null,
    operation_id text not null,
    token bigint not null,
    expires_at timestamptz not null
  )`,

  `create table tokens (
    id text primary key,
    name text not null unique,
    role text not null check (role in ('viewer', 'operator', 'approver', 'administrator')),
    hash bytea not null unique,
    created_by text not null,
    created_at timestamptz not null default clock_timestamp()
  )`,

  `create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    action text not null,
    target text not null,
    request_id text,
    detail jsonb not null default '{}'
  )`,

  `create table idempotency_keys (
    principal text not null,
    key text not null,
    fingerprint bytea not null,
    operation_id text not null references operations on delete cascade,
    answer json not null,
    created_at timestamptz not null default clock_timestamp(),
    primary key (principal, key)
  )`,

  `create table received_events (
    id text primary key,
    detail_type text not null,
    outcome text not null,
    received_at timestamptz not null default clock_timestamp()
  )`,
];
