import assert from "node:assert/strict";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { isPassing } from "../../../remediation/response/dynamodb-errors.ts";
import { patiently } from "../../../remediation/response/patience.ts";

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    $metadata: {},
    message: "cancelled",
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
const named = (name: string) => Object.assign(new Error(name), { name });

describe("trying the ledger's writes again", () => {
  it("tells what passes from what does not", () => {
    for (const error of [
      cancelled("None", "TransactionConflict"),
      cancelled("ThrottlingError", "None"),
      named("ThrottlingException"),
      named("TransactionConflictException"),
    ]) {
      assert.equal(isPassing(error), true);
    }
    for (const error of [
      cancelled("ConditionalCheckFailed", "TransactionConflict"),
      cancelled("ValidationError"),
      named("ConditionalCheckFailedException"),
      new TypeError("no"),
      undefined,
    ]) {
      assert.equal(isPassing(error), false);
    }
  });

  it("waits a random part of twice as long each time, and gives up with the error", async () => {
    const waits: number[] = [];
    const patience = { wait: async (milliseconds: number) => void waits.push(milliseconds), random: () => 0.5 };
    let failures = 2;
    const call = async () => {
      if (failures-- > 0) throw cancelled("TransactionConflict");
      return "written";
    };
    assert.equal(await patiently(patience, 50, isPassing, call), "written");
    assert.deepEqual(waits, [25, 50]);
    waits.length = 0;
    failures = Number.POSITIVE_INFINITY;
    await assert.rejects(patiently(patience, 50, isPassing, call), { name: "TransactionCanceledException" });
    assert.deepEqual(waits, [25, 50, 100, 200, 400, 800]);
    waits.length = 0;
    const refused = cancelled("ConditionalCheckFailed");
    await assert.rejects(
      patiently(patience, 50, isPassing, () => Promise.reject(refused)),
      refused,
    );
    assert.deepEqual(waits, []);
  });
});
