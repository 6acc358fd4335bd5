import assert from "node:assert/strict";
import { ConstraintViolationException, InvalidInputException } from "@aws-sdk/client-organizations";

/** Asserts that Organizations refuses a call for this reason, of a constraint or of its input. */
export function violates(call: Promise<unknown>, reason: string): Promise<void> {
  return assert.rejects(call, (error) => {
    assert.ok(error instanceof ConstraintViolationException || error instanceof InvalidInputException, String(error));
    assert.equal(error.Reason, reason);
    return true;
  });
}
