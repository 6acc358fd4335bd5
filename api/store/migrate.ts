import { type Kysely, Migrator } from "kysely";
import * as start from "./migrations/001-start.ts";

/** In order; a released migration is never changed. */
const migrations = { "001-start": start };

/**
 * Brings the database to the newest schema: one transaction, under an advisory lock, so several processes may start at
 * once.
 *
 * @throws Error that names the migration
 */
export async function migrate(db: Kysely<never>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === "Error")?.migrationName ?? "the schema";
  throw new Error(`migrating the database to ${failed}: ${error instanceof Error ? error.message : error}`, {
    cause: error,
  });
}
