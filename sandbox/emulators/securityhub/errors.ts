import { AwsError } from "../../gateway/emulator.ts";

// Security Hub answers the exception's name a second time in the member `Code` of the error, which the SDKs surface.
function failure(code: string, status: number, message: string): AwsError {
  return new AwsError(code, message, status, { Code: code });
}

/** 401: the account may not do this (not subscribed, not an administrator, a member). */
export function invalidAccess(message: string): AwsError {
  return failure("InvalidAccessException", 401, message);
}

/** 400: a value that the operation does not take. */
export function invalidInput(message: string): AwsError {
  return failure("InvalidInputException", 400, message);
}

/** 403: the organization does not let this account call the operation. */
export function accessDenied(message: string): AwsError {
  return failure("AccessDeniedException", 403, message);
}

/** 404: no such resource in this account and region. */
export function notFound(message: string): AwsError {
  return failure("ResourceNotFoundException", 404, message);
}

/** 409: the resource exists already, or another one stands in its place. */
export function conflict(message: string): AwsError {
  return failure("ResourceConflictException", 409, message);
}

/** 400: the resource is being changed just now. */
export function inUse(message: string): AwsError {
  return failure("ResourceInUseException", 400, message);
}

/** 429: one more than the account may have. */
export function limitExceeded(message: string): AwsError {
  return failure("LimitExceededException", 429, message);
}

/** 501: AWS has this, the sandbox does not yet. */
export function notServed(what: string): AwsError {
  return new AwsError("NotImplemented", `The sandbox's Security Hub does not serve ${what}.`, 501);
}
