import { checkFence } from "./fence.ts";
/** What kind of answer AWS gave; the operation's error is built from it. */
export type AwsFailure =
  | "access_denied"
  | "throttled"
  | "opt_in_required"
  | "expired_credentials"
  | "unavailable"
  | "not_found"
  | "conflict"
  | "invalid_request"
  | "unknown";

interface Row {
  readonly failure: AwsFailure;
  /** Whether the same call may succeed when it is made again later. */
  readonly retryable: boolean;
  readonly matches: RegExp;
}

/**
 * AWS error codes by what they ask of the caller. `OptInRequired`, `SubscriptionRequired` and, in a region that is not
 * enabled, `UnrecognizedClient`/`InvalidClientTokenId` are what fresh accounts answer for their first minutes.
 */
const FAILURES: readonly Row[] = [
  {
    failure: "expired_credentials",
    retryable: true,
    matches: /^(ExpiredToken|RequestExpired|ExpiredTokenException|TokenRefreshRequired)/,
  },
  {
    failure: "opt_in_required",
    retryable: true,
    matches: /^(OptInRequired|SubscriptionRequired|UnrecognizedClient|InvalidClientTokenId|AuthFailure|RegionDisabled)/,
  },
  {
    failure: "throttled",
    retryable: true,
    matches:
      /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceededException$|BandwidthLimitExceeded|ProvisionedThroughputExceeded/,
  },
  {
    failure: "access_denied",
    retryable: false,
    matches: /AccessDenied|UnauthorizedOperation|NotAuthorized|AuthorizationError|InvalidAccess/,
  },
  {
    failure: "conflict",
    retryable: true,
    matches:
      /ConcurrentModification|TemporarilyUnmodifiable|Conflict|OperationAborted|ResourceInUse|DeleteConflict|FinalizingOrganization/,
  },
  { failure: "not_found", retryable: false, matches: /NotFound|NoSuch|DoesNotExist|NonExistent/ },
  {
    failure: "unavailable",
    retryable: true,
    matches:
      /InternalError|InternalFailure|ServiceUnavailable|ServerException|ServiceException|InternalServer|TimeoutError|ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|NetworkingError/,
  },
  {
    failure: "invalid_request",
    retryable: false,
    matches: /Invalid|Validation|Malformed|BadRequest|MissingParameter|Constraint/,
  },
];

/** Sorts an AWS error code into what it asks of the caller. Unknown codes with a 5xx status are `unavailable`. */
export function classifyAwsCode(
  awsCode: string,
  status?: number,
): { readonly failure: AwsFailure; readonly retryable: boolean } {
  const row = FAILURES.find(({ matches }) => matches.test(awsCode));
  if (row !== undefined) return { failure: row.failure, retryable: row.retryable };
  return status !== undefined && status >= 500
    ? { failure: "unavailable", retryable: true }
    : { failure: "unknown", retryable: false };
}

/** Where and what a call to AWS was. */
export interface AwsCallPlace {
  /** What Bulwark was doing, as in "reading the Security Hub of account 1…". */
  readonly activity: string;
  readonly accountId: string;
  readonly region: string;
  /** IAM-style name, `securityhub:DescribeHub`. */
  readonly call: string;
}

/** What a person can do about a failed call: one concrete sentence. */
export function remedyFor(failure: AwsFailure, place: Pick<AwsCallPlace, "accountId" | "region" | "call">): string {
  const { accountId, region, call } = place;
  switch (failure) {
    case "access_denied":
      return `Allow ${call} to Bulwark's role in account ${accountId}: run the bootstrap again, and look for a service control policy or permissions boundary that denies it.`;
    case "throttled":
      return `AWS is limiting ${call} in account ${accountId}, ${region}; run the operation again in a few minutes, or ask for a higher quota.`;
    case "opt_in_required":
      return `Account ${accountId} does not serve ${region} yet: a fresh account needs up to 20 minutes; an opt-in region must be enabled in the account or removed from the settings. Then run the operation again.`;
    case "expired_credentials":
      return "The session ended before the work did: run the operation again; if it happens at once, check the clock and the credentials of the service.";
    case "unavailable":
      return `AWS did not answer ${call} in ${region}; check the AWS Health Dashboard and the network, then run the operation again.`;
    case "not_found":
      return `What ${call} asked for does not exist in account ${accountId}, ${region}; check that it was not removed by hand, then run the operation again.`;
    case "conflict":
      return `Something else was changing the same thing in account ${accountId}, ${region}; run the operation again.`;
    case "invalid_request":
    case "unknown":
      return `Read AWS's message; if the settings are right, run the operation again and report it with the operation's id.`;
  }
}

/** A call to AWS that failed for good, after the SDK's own retries. */
export class AwsCallError extends Error {
  readonly failure: AwsFailure;
  /** AWS's own error code, for example `AccessDeniedException`. */
  readonly awsCode: string;
  readonly retryable: boolean;
  readonly accountId: string;
  readonly region: string;
  readonly call: string;
  readonly remedy: string;

  /** @param remedy where more is known than the kind of the failure tells */
  constructor(place: AwsCallPlace, cause: unknown, remedy?: string) {
    const { code, message, status } = describe(cause);
    super(`${place.activity}: ${place.call} in account ${place.accountId}, ${place.region}: ${code}: ${message}`, {
      cause,
    });
    this.name = "AwsCallError";
    const { failure, retryable } = classifyAwsCode(code, status);
    this.failure = failure;
    this.awsCode = code;
    this.retryable = retryable;
    this.accountId = place.accountId;
    this.region = place.region;
    this.call = place.call;
    this.remedy = remedy ?? remedyFor(failure, place);
  }
}

function describe(cause: unknown): { code: string; message: string; status?: number } {
  if (!(cause instanceof Error)) return { code: "UnknownError", message: String(cause) };
  const extra = cause as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const code = cause.name === "Error" && typeof extra.code === "string" ? extra.code : cause.name;
  const status = extra.$metadata?.httpStatusCode;
  return { code, message: cause.message, ...(status === undefined ? {} : { status }) };
}

/** AWS's error code of something thrown by an SDK client, or undefined. */
export function awsCodeOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

/**
 * Makes one call to AWS and says where it failed. `absent` names the error codes by which the service says
 * "there is none": the call then answers undefined.
 */
export async function callAws<T>(place: AwsCallPlace, call: () => Promise<T>): Promise<T>;
export async function callAws<T>(
  place: AwsCallPlace,
  call: () => Promise<T>,
  absent: readonly string[],
): Promise<T | undefined>;
export async function callAws<T>(
  place: AwsCallPlace,
  call: () => Promise<T>,
  absent: readonly string[] = [],
): Promise<T | undefined> {
  checkFence();
  try {
    return await call();
  } catch (error) {
    if (absent.includes(awsCodeOf(error) ?? "")) return undefined;
    // Credentials that are assumed on the way fail as a call of their own, which says more than the outer one.
    if (error instanceof AwsCallError) throw error;
    throw new AwsCallError(place, error);
  }
}
