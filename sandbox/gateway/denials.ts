import { AwsError, type Principal } from "./emulator.ts";
import type { Authorization } from "./launcher.ts";
import type { ErrorFormat } from "./protocol/errors.ts";

/** The principal of an authorized call. Throws what the service answers otherwise. */
export function grantedPrincipal(answer: Authorization, format: ErrorFormat): Principal {
  if (answer.refused !== undefined) throw refusal(answer.refused.code, answer.refused.message, format);
  if (answer.denied !== undefined) throw denial(answer.denied.message, format);
  if (answer.principal === undefined) throw new Error("the launcher named no principal");
  return answer.principal;
}

/** A policy does not allow the call. */
function denial(message: string, format: ErrorFormat): AwsError {
  switch (format) {
    case "json":
      return new AwsError("AccessDeniedException", message, 400);
    case "rest-json":
      return new AwsError("AccessDeniedException", message, 403);
    case "ec2":
      return new AwsError("UnauthorizedOperation", `You are not authorized to perform this operation. ${message}`, 403);
    default:
      return new AwsError("AccessDenied", message, 403);
  }
}

/** The codes of JSON services, by those that MiniStack's IAM gives. */
const JSON_CODES: Readonly<Record<string, string>> = {
  InvalidClientTokenId: "UnrecognizedClientException",
  InvalidToken: "UnrecognizedClientException",
  MissingAuthenticationToken: "MissingAuthenticationTokenException",
  RequestTimeTooSkewed: "InvalidSignatureException",
  SignatureDoesNotMatch: "InvalidSignatureException",
};

const QUERY_CODES: Readonly<Record<string, string>> = {
  ExpiredTokenException: "ExpiredToken",
  RequestTimeTooSkewed: "SignatureDoesNotMatch",
  UnrecognizedClientException: "InvalidClientTokenId",
};

/** The credentials are unknown, expired, or did not sign the request. */
function refusal(code: string, message: string, format: ErrorFormat): AwsError {
  if (format === "json" || format === "rest-json") {
    return new AwsError(JSON_CODES[code] ?? code, message, format === "json" ? 400 : 403);
  }
  if (format === "ec2") {
    const expired = code === "ExpiredTokenException";
    return new AwsError(expired ? "RequestExpired" : "AuthFailure", message, expired ? 400 : 401);
  }
  return new AwsError(QUERY_CODES[code] ?? code, message, 403);
}
