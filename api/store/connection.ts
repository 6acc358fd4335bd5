import { CamelCasePlugin, Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { applicationName } from "./embedded/server.ts";
import type { Schema } from "./schema.ts";

/** A database or a transaction on it. */
export type Db = Kysely<Schema>;

/** Options that `pg` takes: a connection string, or the parts of an address. */
export type DatabaseAddress =
  | { readonly connectionString: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    };

const int8 = 20;

/** Counters, event ids and tokens are far below 2^53, so bigint columns arrive as numbers. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === int8 ? Number : pg.types.getTypeParser(oid, format)),
};

/**
 * A process that is stopped, or whose machine is gone, in the middle of a transaction would keep its rows locked for as long, and nobody
 * could take its stack. No transaction waits for anything but the database, so that the server may end one that says nothing for so long.
 */
const longestSilenceMs = 8_000;

/** Options of every connection to the database. */
export function connectionOptions(address: DatabaseAddress): pg.ClientConfig {
  return {
    ...address,
    application_name: applicationName,
    types,
    connectionTimeoutMillis: 10_000,
    idle_in_transaction_session_timeout: longestSilenceMs,
    keepAlive: true,
  };
}

export interface OpenOptions {
  readonly connections?: number;
  readonly onError: (error: Error) => void;
}

/** Opens a pool. Column names are snake_case in SQL and camelCase here; the keys of JSON documents stay as they are. */
export function openDatabase(address: DatabaseAddress, options: OpenOptions): Db {
  const pool = new pg.Pool({ ...connectionOptions(address), max: options.connections ?? 10 });
  // An idle connection that the server closes (a restart) must not end the process; the next query opens another.
  pool.on("error", options.onError);
  // Nor must one that breaks between two statements of a transaction: the pool listens to idle ones only.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return new Kysely<Schema>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
}

/** Text of a jsonb column. `pg` would write a JavaScript array as a PostgreSQL array. */
export function json(value: unknown): string {
  return JSON.stringify(value);
}
