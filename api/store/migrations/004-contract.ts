import { type Kysely, sql } from "kysely";

/** Answers of any write are kept by their idempotency key; the audit log is a hash chain; old details can be removed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/**
 * What an entry's hash is made of, after the hash before it. jsonb's text has one form for one value, and `to_char` does not depend on
 * the session's settings. `verifyAudit` says the same in its own words, so that a replaced function is found out.
 */
const canonical = (row: string) => `convert_to(jsonb_build_array(
    ${row}.seq, to_char(${row}.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    ${row}.actor, ${row}.action, ${row}.target, ${row}.request_id, ${row}.detail)::text, 'UTF8')`;

const statements = [
  // While the first request with a key is being answered, the claim is a process's; `claimed_until` frees it if that process dies.
  `alter table idempotency_keys
    add column claim uuid,
    add column claimed_until timestamptz,
    add column status integer,
    add column headers json,
    add column body text`,
  `update idempotency_keys set status = 202, body = answer::text,
    headers = json_build_object('Location', '/operations/' || operation_id)`,
  "alter table idempotency_keys drop column operation_id, drop column answer",
  `alter table idempotency_keys add constraint claimed_or_answered
    check ((status is null) = (claim is not null and claimed_until is not null))`,
  "create index idempotency_keys_by_age on idempotency_keys (created_at)",
  "create index received_events_by_age on received_events (received_at)",

  // Metrics and the search for operations under way must not read the ended ones.
  "create index operations_unfinished on operations (status) where finished_at is null",
  "alter table operations add column trimmed_at timestamptz",
  "create index operations_untrimmed on operations (finished_at) where trimmed_at is null and finished_at is not null",

  // One row: the chain's last entry. It is locked by whoever appends, so that the chain has no fork.
  "create table audit_head (single boolean primary key default true check (single), seq bigint not null, hash bytea not null)",
  "insert into audit_head (seq, hash) values (0, decode(repeat('00', 32), 'hex'))",
  "alter table audit add column seq bigint unique, add column prev_hash bytea, add column hash bytea",
  `create function audit_chain() returns trigger language plpgsql as $$
    declare
      head audit_head;
      entry audit;
    begin
      select * into strict head from audit_head for update;
      select * into strict entry from audit where id = new.id;
      entry.seq := head.seq + 1;
      update audit set seq = entry.seq, prev_hash = head.hash, hash = sha256(head.hash || ${canonical("entry")})
        where id = entry.id returning hash into entry.hash;
      update audit_head set seq = entry.seq, hash = entry.hash;
      return null;
    end $$`,
  // Entries from before the chain, in the order in which they were made.
  `do $$
    declare
      head audit_head;
      entry audit;
    begin
      for entry in select * from audit order by id loop
        select * into strict head from audit_head;
        entry.seq := head.seq + 1;
        update audit set seq = entry.seq, prev_hash = head.hash, hash = sha256(head.hash || ${canonical("entry")})
          where id = entry.id returning hash into entry.hash;
        update audit_head set seq = entry.seq, hash = entry.hash;
      end loop;
    end $$`,
  // At commit, not at the insert: the head is then locked for the commit alone, after every other lock of the transaction was taken, so
  // that writers of the audit can't deadlock over what else they lock.
  `create constraint trigger audit_chained after insert on audit
    deferrable initially deferred for each row execute function audit_chain()`,
  `create function audit_append_only() returns trigger language plpgsql as $$
    begin
      if tg_op = 'INSERT' then
        new.seq := null; new.prev_hash := null; new.hash := null;
        return new;
      end if;
      if tg_op = 'UPDATE' then
        -- The one update there is: the chain's own, in the transaction of the insert.
        if old.hash is null and new.hash is not null
          and to_jsonb(new) - '{seq,prev_hash,hash}'::text[] = to_jsonb(old) - '{seq,prev_hash,hash}'::text[] then
          return new;
        end if;
      end if;
      raise exception 'the audit log is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
    end $$`,
  `create trigger audit_append_only before insert or update or delete on audit
    for each row execute function audit_append_only()`,
  `create trigger audit_never_truncated before truncate on audit
    for each statement execute function audit_append_only()`,
  "create index audit_by_actor on audit (actor, seq desc)",
  "create index audit_by_action on audit (action, seq desc)",
  "create index audit_by_target on audit (target, seq desc)",
];
