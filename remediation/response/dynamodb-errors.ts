import { isNamed } from "../aws-errors.ts";

/** What passes by itself (DynamoDB Developer Guide, "Error handling with DynamoDB" and "Managing complex workflows with transactions"). */
const ERRORS = [
  "InternalServerError",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "ThrottlingException",
  "TransactionConflictException",
  "TransactionInProgressException",
];
/** The same as reasons of a cancelled transaction. */
const REASONS = ["None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];

/** Whether what DynamoDB answers passes by itself: it was throttled, or met another write. The SDK tries no cancelled transaction again. */
export function isPassing(error: unknown): boolean {
  if (isNamed(error, ...ERRORS)) return true;
  if (!isNamed(error, "TransactionCanceledException") || !hasReasons(error)) return false;
  // One condition that does not hold will not hold the next time either.
  return error.CancellationReasons.every(({ Code = "None" }) => REASONS.includes(Code));
}

function hasReasons(error: unknown): error is { CancellationReasons: readonly { Code?: string }[] } {
  return error instanceof Error && "CancellationReasons" in error && Array.isArray(error.CancellationReasons);
}
