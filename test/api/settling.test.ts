import assert from "node:assert/strict";
import { createSettler, type SettlerParts } from "../../api/operations/settle.ts";

describe("settling an attempt", () => {
  it("stores what was said before each try, not only before the first", async () => {
    const order: string[] = [];
    const parts = {
      settings: { accounts: {} },
      operation: { id: "op-1", kind: "onboard" },
      attempt: { operationId: "op-1", fencingToken: 1 },
      logger: { warn() {} },
      progress: {
        say: (message: string) => order.push(message),
        flush: async () => void order.push("flush"),
      },
      db: {
        transaction: () => ({
          async execute() {
            order.push("try");
            if (order.filter((step) => step === "try").length < 3) throw new Error("connection terminated");
          },
        }),
      },
    };
    await createSettler(parts as unknown as SettlerParts).ended(new Error("aborted"), "stopping");
    assert.deepEqual(order.slice(1), ["flush", "try", "flush", "try", "flush", "try"]);
  });
});
