import { access, constants, readdir } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { scarce, sharedUse } from "../programs/shared-limits.ts";
import { readFleet, type SharedLimitsOptions } from "./accounts/shared-limits.ts";
import type { Check } from "./http/status.ts";
import type { Queue } from "./queue/queue.ts";
import type { Db } from "./store/connection.ts";

/** What the service's own parts must be able to do. */
export function storeChecks(db: Db, queue: Queue): Check[] {
  return [
    {
      name: "database",
      look: async () => {
        const { rows } = await sql<{ serverVersion: string }>`show server_version`.execute(db);
        return `PostgreSQL ${rows[0]?.serverVersion}`;
      },
    },
    { name: "queue", look: async () => `${await queue.depth()} waiting` },
  ];
}

/** Warns where little is left of what all accounts share, and is ready nevertheless. Anybody may read it, so that it names no accounts. */
export function sharedLimitsCheck(db: Db, options: SharedLimitsOptions): Check {
  return {
    name: "limits",
    look: async () => {
      const near = scarce(sharedUse(await readFleet(db, options)));
      return near.length === 0 ? "less than 80 % of each shared limit of AWS is taken" : `warning: ${near.join("; ")}`;
    },
  };
}

export interface EngineLocation {
  readonly pulumiRoot: string;
  readonly pulumiHome: string;
}

/** What a run of the engine needs. */
export function engineChecks({ pulumiRoot, pulumiHome }: EngineLocation): Check[] {
  return [
    {
      name: "engine",
      look: async () => {
        const binary = join(pulumiRoot, "bin/pulumi");
        await access(binary, constants.X_OK).catch(() => {
          throw new Error(`${binary} can't be run: install the engine with make engine`);
        });
        return binary;
      },
    },
    {
      name: "plugins",
      look: async () => {
        const folder = join(pulumiHome, "plugins");
        const found = await readdir(folder).catch(() => []);
        const missing = ["resource-aws-v", "resource-aws-native-v"].filter(
          (name) => !found.some((entry) => entry.startsWith(name) && !entry.endsWith(".lock")),
        );
        if (missing.length > 0) throw new Error(`${folder} lacks ${missing.map((name) => `${name}*`).join(" and ")}`);
        return found.filter((name) => name.startsWith("resource-aws")).join(", ");
      },
    },
  ];
}
