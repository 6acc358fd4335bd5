import assert from "node:assert/strict";
import { createLogger } from "../../api/logger.ts";
import { createLeaseKeeper } from "../../api/operations/lease-keeper.ts";
import { type Db, openDatabase } from "../../api/store/connection.ts";
import { FencedError } from "../../api/store/operations.ts";
import { machineNow } from "../../stacks/lease-switch.ts";
import { freshDatabase } from "./database.ts";

const durationMs = 60_000;

describe("the keeper of a lease", () => {
  let db: Db;
  before(async () => {
    db = openDatabase(await freshDatabase(), { connections: 2, onError: () => undefined });
  });
  after(() => db?.destroy());

  it("is not sure of it any more after a suspend of the machine as long as the lease", async () => {
    let suspendedMs = 0;
    const keeper = createLeaseKeeper({
      ...{ db, owner: "this", operationId: "op-1", durationMs, logger: createLogger("silent") },
      now: () => machineNow() + suspendedMs,
      onLost: () => undefined,
      onCancelRequested: () => undefined,
    });
    try {
      await keeper.take("account-1");
      keeper.assertSure();
      suspendedMs = durationMs;
      assert.throws(() => keeper.assertSure(), FencedError);
    } finally {
      keeper.stop();
    }
  });
});
