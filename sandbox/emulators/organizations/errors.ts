import type { ConstraintViolationExceptionReason, InvalidInputExceptionReason } from "@aws-sdk/client-organizations";
import { AwsError } from "../../gateway/emulator.ts";

/** A member account called what only the management account (or, for reads, a delegated administrator) may call. */
export function accessDenied(): AwsError {
  return new AwsError("AccessDeniedException", "You don't have permissions to access this resource.");
}

/** The caller's account is in no organization. */
export function notInUse(): AwsError {
  return new AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.");
}

/** No account of this organization has that id. */
export function accountNotFound(): AwsError {
  return new AwsError("AccountNotFoundException", "You specified an account that doesn't exist.");
}

/** A quota or rule of the organization forbids the call; `reason` is the one that the API reference lists. */
export function constraint(reason: ConstraintViolationExceptionReason, message: string): AwsError {
  return new AwsError("ConstraintViolationException", message, 400, { Reason: reason });
}

/** A parameter that the model accepts and the service refuses. */
export function invalidInput(reason: InvalidInputExceptionReason, message: string): AwsError {
  return new AwsError("InvalidInputException", message, 400, { Reason: reason });
}

/** A `NextToken` that no call returned. */
export function invalidNextToken(): AwsError {
  return invalidInput("INVALID_NEXT_TOKEN", "You specified an invalid next token.");
}

/** The target is changed by another request at this moment. */
export function concurrentModification(): AwsError {
  return new AwsError(
    "ConcurrentModificationException",
    "AWS Organizations can't complete your request because it conflicts with another attempt to modify the same entity. Try again later.",
  );
}
