import { AwsError } from "../../gateway/emulator.ts";

/** 401: the account may not do this (not subscribed, not an administrator, a member). */
export function invalidAccess(message: string): AwsError {
  return new AwsError("InvalidAccessException", message, 401);
}

/** 400: a value that the operation does not take. */
export function invalidInput(message: string): AwsError {
  return new AwsError("InvalidInputException", message, 400);
}

/** 403: the organization does not let this account call the operation. */
export function accessDenied(message: string): AwsError {
  return new AwsError("AccessDeniedException", message, 403);
}

/** 404: no such resource in this account and region. */
export function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message, 404);
}

/** 409: the resource exists already, or another one stands in its place. */
export function conflict(message: string): AwsError {
  return new AwsError("ResourceConflictException", message, 409);
}

/** 400: the resource is being changed just now. */
export function inUse(message: string): AwsError {
  return new AwsError("ResourceInUseException", message, 400);
}

/** 429: one more than the account may have. */
export function limitExceeded(message: string): AwsError {
  return new AwsError("LimitExceededException", message, 429);
}

/** 501: AWS has this, the sandbox does not yet. */
export function notServed(what: string): AwsError {
  return new AwsError("NotImplemented", `The sandbox's Security Hub does not serve ${what}.`, 501);
}
