import type { Logger } from "pino";
import { BaselineInputs } from "../../programs/inputs.ts";
import { isOutside } from "../../programs/outside-members.ts";
import { unreadyOf } from "../../programs/readiness.ts";
import type { Aws } from "../aws.ts";
import { type RepeatedLook, startRepeatedLook } from "../repeated-look.ts";
import type { Db } from "../store/connection.ts";
import { type DueAccount, saveReadiness, takeDueAccount } from "../store/readiness.ts";
import { judgeReadiness } from "./readiness.ts";

/** Looks, account by account, whether what was deployed works. */
export type ReadinessWatch = RepeatedLook;

export interface ReadinessWatchOptions {
  readonly db: Db;
  readonly aws: Pick<Aws, "readReadiness">;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Operations at work in this process: they come first. */
  readonly busy: () => number;
  /** Milliseconds between two looks. */
  readonly everyMs?: number;
}

/** Operations may keep a look waiting for so long. */
const PATIENCE_MS = 120_000;

/** Looks at one account at a time. Several processes may: each takes another one. */
export function startReadinessWatch(options: ReadinessWatchOptions): ReadinessWatch {
  const { db, logger, busy, everyMs = 2_000 } = options;
  async function look(stopped: () => boolean): Promise<void> {
    for (;;) {
      const due = stopped() ? undefined : await takeDueAccount(db, busy() > 0 ? PATIENCE_MS : 0);
      if (due === undefined) return;
      await saveReadiness(db, due, await lookAt(due, options));
      if (busy() > 0) return;
    }
  }

  return startRepeatedLook(look, { everyMs, logger, failed: "looking whether accounts are ready failed" });
}

async function lookAt({ accountId, inputs, ageMs }: DueAccount, { aws, now }: ReadinessWatchOptions) {
  const about = { ageMs, now: now() };
  const wanted = BaselineInputs.safeParse(inputs);
  if (!wanted.success) return judgeReadiness({ error: "it was deployed by an earlier version: deploy it anew" }, about);
  const { regions, admin, features } = wanted.data;
  try {
    const { detectorIds } = admin;
    const found = await aws.readReadiness({ accountId, regions, detectorIds, inspector: features.inspector });
    return judgeReadiness({ missing: unreadyOf(found, { ...wanted.data, outside: isOutside(wanted.data) }) }, about);
  } catch (error) {
    return judgeReadiness({ error: error instanceof Error ? error.message : String(error) }, about);
  }
}
