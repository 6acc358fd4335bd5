import { AwsError } from "../emulator.ts";
import type { OperationModel } from "../model/shapes.ts";
import { describeViolations, type Violation } from "../model/validate.ts";

const CODES = [
  "ValidationException",
  "InvalidInputException",
  "BadRequestException",
  "InvalidParameterException",
  "InvalidParameterValueException",
];

/** A JSON service's own validation error: the code that the operation declares, and every violation in its message. */
export function validationException(operation: OperationModel, found: readonly Violation[]): AwsError {
  const declared = new Set(operation.errors?.map((error) => error.shape));
  return new AwsError(CODES.find((code) => declared.has(code)) ?? "ValidationException", describeViolations(found));
}
