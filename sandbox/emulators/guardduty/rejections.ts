import { AwsError } from "../../gateway/emulator.ts";

/**
 * What GuardDuty answers to nearly everything that it refuses: a `BadRequestException` with a type of its own inside,
 * which the model calls `Type` and the wire `__type`.
 */
export function rejected(message: string): AwsError {
  return new AwsError("BadRequestException", message, 400, { __type: "InvalidInputException" });
}

/** The refusal for a value that passes the model but not the service. */
export function invalidInput(): AwsError {
  return rejected(
    "The request is rejected because an invalid or out-of-range value is specified as an input parameter.",
  );
}

/** The refusal that clients take for "not found"; Terraform's provider compares this very text. */
export function notOwned(): AwsError {
  return rejected("The request is rejected because the input detectorId is not owned by the current account.");
}

/** The refusal of what only an administrator may set, for a member. */
export function notForMembers(): AwsError {
  return rejected("The request is rejected because member accounts cannot manage specified resources or properties.");
}
