import { type Kysely, Migrator } from "kysely";
import * as start from "./migrations/001-start.ts";
import * as runs from "./migrations/002-runs.ts";
import * as changes from "./migrations/003-changes.ts";
import * as contract from "./migrations/004-contract.ts";
import * as standing from "./migrations/005-standing.ts";
import * as extensions from "./migrations/006-extensions.ts";
import * as readiness from "./migrations/007-readiness.ts";
import * as weakenings from "./migrations/008-weakenings.ts";
import * as teams from "./migrations/009-teams.ts";

/** In order; a released migration is never changed. */
const migrations = {
  "001-start": start,
  "002-runs": runs,
  "003-changes": changes,
  "004-contract": contract,
  "005-standing": standing,
  "006-extensions": extensions,
  "007-readiness": readiness,
  "008-weakenings": weakenings,
  "009-teams": teams,
};

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
