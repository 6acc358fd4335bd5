import { AwsError } from "../../gateway/emulator.ts";

/** Kinds of resource as `resourceType` of the errors names them. */
type Kind = "Analyzer" | "ArchiveRule" | "Finding";

/** Nothing of that kind by that name or ARN in this account and region. */
export function notFound(kind: Kind, id: string): AwsError {
  return new AwsError("ResourceNotFoundException", `The ${kind} ${id} was not found.`, 404, {
    resourceId: id,
    resourceType: kind,
  });
}

/** The name is taken. */
export function conflict(kind: Kind, id: string): AwsError {
  return new AwsError("ConflictException", `The ${kind} ${id} already exists.`, 409, {
    resourceId: id,
    resourceType: kind,
  });
}

/** One more than the quota allows. */
export function quotaExceeded(kind: Kind, id: string, message: string): AwsError {
  return new AwsError("ServiceQuotaExceededException", message, 402, { resourceId: id, resourceType: kind });
}

/** A field that the model accepts and the service refuses. */
export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message, 400, { reason: "fieldValidationFailed" });
}

/** The account may not do this whatever its policies allow. */
export function denied(message: string): AwsError {
  return new AwsError("AccessDeniedException", message, 403);
}
