import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { locate } from "../../api/store/embedded/location.ts";
import type { ServerAddress } from "../../api/store/embedded/server.ts";

/** What the database tells as it is committed. */
export type Sight =
  | { readonly what: "lease"; readonly stack: string; readonly operationId: string; readonly pid: number }
  | {
      readonly what: "run";
      readonly stack: string;
      readonly operationId: string;
      readonly verb: string;
      readonly session: number;
    };

/** A run as it was begun; the service forgets what is of no use to it, this does not. */
export interface SeenRun {
  readonly operationId: string;
  readonly stack: string;
  readonly token: number;
  readonly verb: string;
  readonly session: number;
  readonly begunAt: Date;
}

/** An attempt at an operation, from the moment that it had the lease of a stack. */
export interface SeenAttempt {
  readonly operationId: string;
  readonly token: number;
  readonly at: Date;
}

/** A look into the services' database from outside, by a connection and triggers of the test's own. */
export interface Observer {
  /** Answers a query, once the database answers: it is killed, too. */
  rows<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Tells what is committed from now on; answers how to stop it. */
  watch(onSight: (sight: Sight) => void): () => void;
  /** Closes the gate before the rows of operations that end. */
  closeGate(): Promise<void>;
  openGate(): Promise<void>;
  /** Services that stand before the closed gate, in the transaction that ends an operation, and the attempt that they began last. */
  atGate(): Promise<{ readonly service: number; readonly operationId?: string }[]>;
  seenRuns(): Promise<SeenRun[]>;
  seenAttempts(): Promise<SeenAttempt[]>;
  /** Events that were written by a process which no longer held the lease. */
  trespasses(): Promise<string[]>;
  close(): Promise<void>;
}

const gateKey = 77_330;
const PATIENCE_MS = 400_000;

/** `application_name` of a service's connections is `bulwark <pid>`. */
const pidOfService = "nullif(substring(application_name from '\\d+$'), '')::integer";

const statements = [
  "create schema if not exists torture",
  `create table if not exists torture.runs (
    operation_id text, stack text, token bigint, verb text, session integer, begun_at timestamptz)`,
  `create or replace function torture.saw_run() returns trigger language plpgsql as $$ begin
    insert into torture.runs values
      (new.operation_id, new.stack, new.fencing_token, new.verb, new.session, clock_timestamp());
    perform pg_notify('torture', json_build_object('what', 'run', 'stack', new.stack, 'operationId', new.operation_id,
      'verb', new.verb, 'session', new.session)::text);
    return new; end $$`,
  `create or replace trigger torture_run after insert on runs for each row execute function torture.saw_run()`,
  "create table if not exists torture.leases (operation_id text, token bigint, pid integer, at timestamptz)",
  `create or replace function torture.saw_lease() returns trigger language plpgsql as $$ begin
    insert into torture.leases values (new.operation_id, new.token,
      nullif(substring(current_setting('application_name') from '\\d+$'), '')::integer, clock_timestamp());
    perform pg_notify('torture', json_build_object('what', 'lease', 'stack', new.stack, 'operationId', new.operation_id,
      'pid', nullif(substring(current_setting('application_name') from '\\d+$'), '')::integer)::text);
    return new; end $$`,
  `create or replace trigger torture_lease after insert or update of token on stack_leases
    for each row execute function torture.saw_lease()`,
  // What an attempt tells of itself, by another process than the one that holds the newest lease.
  "create table if not exists torture.trespasses (operation_id text, id bigint, type text, pid text, holder integer)",
  `create or replace function torture.saw_event() returns trigger language plpgsql as $$
    declare holder integer;
    begin
      select pid into holder from torture.leases where operation_id = new.operation_id order by token desc limit 1;
      if 'bulwark ' || holder <> current_setting('application_name') then
        insert into torture.trespasses values
          (new.operation_id, new.id, new.type, current_setting('application_name'), holder);
      end if;
      return new; end $$`,
  `create or replace trigger torture_event after insert on operation_events for each row
    when (new.type in ('step', 'diagnostic')) execute function torture.saw_event()`,
  `create or replace function torture.gate() returns trigger language plpgsql as $$ begin
    perform pg_advisory_xact_lock_shared(${gateKey});
    return new; end $$`,
  `create or replace trigger torture_gate before update on operations for each row
    when (new.finished_at is not null and old.finished_at is null) execute function torture.gate()`,
];

/** Where the embedded database of a data folder is. */
export async function embeddedDatabaseOf(data: string): Promise<ServerAddress> {
  const { socketFolder, passwordFile } = await locate(data);
  const password = (await readFile(passwordFile, "utf8")).trim();
  return { host: socketFolder, port: 5432, user: "bulwark", password, database: "postgres" };
}

/** Opens an observer of a services' database, once they have made their tables there. */
export async function observe(address: ServerAddress): Promise<Observer> {
  const watchers = new Set<(sight: Sight) => void>();
  let client: Promise<pg.Client> | undefined;
  let closed = false;

  async function connect(): Promise<pg.Client> {
    const fresh = new pg.Client({ ...address, application_name: "torture", connectionTimeoutMillis: 5_000 });
    const drop = () => {
      client = undefined;
      // The notifications come over this connection: a killed database must not leave it without.
      if (!closed) setTimeout(() => void connection().catch(() => undefined), 200);
    };
    fresh.on("error", () => undefined);
    fresh.once("end", drop);
    fresh.on("notification", ({ payload = "{}" }) => {
      for (const watcher of watchers) watcher(JSON.parse(payload) as Sight);
    });
    try {
      await fresh.connect();
      await fresh.query("listen torture");
      return fresh;
    } catch (error) {
      fresh.removeListener("end", drop);
      client = undefined;
      throw error;
    }
  }

  function connection(): Promise<pg.Client> {
    client ??= connect();
    return client;
  }

  async function rows<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return (await (await connection()).query<Row>(sql, [...values])).rows;
      } catch (error) {
        // Class 42: the statement itself is wrong, and stays so.
        if ((error as { code?: string }).code?.startsWith("42") || Date.now() > deadline) throw error;
        await sleep(200);
      }
    }
  }

  for (const statement of statements) await rows(statement);
  return {
    rows,
    watch(onSight) {
      watchers.add(onSight);
      return () => watchers.delete(onSight);
    },
    closeGate: async () => void (await rows("select pg_advisory_lock($1)", [gateKey])),
    // A database that was killed meanwhile has forgotten the lock: then there is nothing to open.
    openGate: async () => void (await rows("select pg_advisory_unlock_all()")),
    atGate: () =>
      rows<{ service: number; operationId: string }>(
        `select gated.pid as service, (select operation_id from torture.leases where leases.pid = gated.pid
           order by at desc limit 1) as "operationId"
         from (select ${pidOfService} as pid from pg_locks join pg_stat_activity using (pid)
           where locktype = 'advisory' and objid = $1 and not granted) as gated
         where gated.pid is not null`,
        [gateKey],
      ),
    seenRuns: async () =>
      (
        await rows<Record<string, never>>(
          `select operation_id as "operationId", stack, token::integer, verb, session, begun_at as "begunAt"
           from torture.runs order by begun_at`,
        )
      ).map((row) => row as unknown as SeenRun),
    seenAttempts: () =>
      rows<SeenAttempt & pg.QueryResultRow>(
        `select operation_id as "operationId", token::integer, at from torture.leases order by at`,
      ),
    trespasses: async () =>
      (await rows<Record<string, unknown>>("select * from torture.trespasses order by operation_id, id")).map(
        ({ operation_id, id, type, pid, holder }) =>
          `event ${id} (${type}) of ${operation_id} was written by ${pid}, the lease was held by ${holder}`,
      ),
    async close() {
      closed = true;
      await (await client?.catch(() => undefined))?.end().catch(() => undefined);
    },
  };
}
