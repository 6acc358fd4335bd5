import { AwsError } from "../../gateway/emulator.ts";

/** The refusal of what passes the model but not the service. */
export function invalid(message: string, reason: "FIELD_VALIDATION_FAILED" | "OTHER" = "OTHER"): AwsError {
  return new AwsError("ValidationException", message, 400, { reason });
}

/** The refusal of an account that may not do this here, in the form that Terraform's provider compares. */
export function noAccess(activity: string): AwsError {
  return new AwsError("AccessDeniedException", `Invoking account does not have access to ${activity}`, 403);
}

export function denied(message: string): AwsError {
  return new AwsError("AccessDeniedException", message, 403);
}

export function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message, 404);
}

export function conflict(message: string, accountId: string): AwsError {
  return new AwsError("ConflictException", message, 409, {
    resourceId: accountId,
    resourceType: "DelegatedAdminAccount",
  });
}
