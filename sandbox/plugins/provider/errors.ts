/**
 * Errors as the AWS SDK for Go v2 writes them, which is what the real provider shows:
 * `operation error SecurityHub: EnableSecurityHub, https response error StatusCode: 403, RequestID: <id>, api error AccessDeniedException: <message>`.
 */
export class OperationError extends Error {
  /** Error code of AWS, e.g. `ResourceNotFoundException`; empty where AWS was not reached. */
  readonly code: string;
  /** What AWS said, without the frame. */
  readonly reason: string;

  constructor(service: string, operation: string, cause: unknown, maxAttempts = Number.POSITIVE_INFINITY) {
    const said = describe(cause, modeled(service, operation));
    const attempts = isResponseError(cause) ? (cause.$metadata.attempts ?? 1) : 1;
    // The SDK for Go says so when the last attempt that it may make has failed.
    const tries = attempts > 1 && attempts >= maxAttempts ? `exceeded maximum number of attempts, ${attempts}, ` : "";
    super(`operation error ${service}: ${operation}, ${tries}${said}`, { cause });
    this.name = "OperationError";
    this.code = codeOf(cause);
    this.reason = cause instanceof Error ? cause.message : String(cause);
  }
}

/** Credentials could not be had; the call was not made. */
export class CredentialsError extends Error {
  constructor(cause: unknown) {
    const call = isResponseError(cause) ? "operation error STS: AssumeRole, " : "";
    const said = call ? describe(cause) : cause instanceof Error ? cause.message : String(cause);
    super(`get identity: get credentials: failed to refresh cached credentials, ${call}${said}`, { cause });
    this.name = "CredentialsError";
  }
}

interface ResponseError extends Error {
  readonly $metadata: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    readonly extendedRequestId?: string;
    readonly attempts?: number;
  };
}

function isResponseError(error: unknown): error is ResponseError {
  const metadata = error instanceof Error && (error as Partial<ResponseError>).$metadata;
  return Boolean(metadata && metadata.httpStatusCode !== undefined);
}

function codeOf(error: unknown): string {
  return isResponseError(error) ? error.name : "";
}

/** Codes that AWS gives to any call, whether the service model names them for it or not. */
const common =
  /^(AccessDenied|Throttling|TooManyRequests|ExpiredToken|UnrecognizedClient|OptInRequired|RequestLimitExceeded)/;

/**
 * Whether the model of a call has an error, in which case the SDK for Go leaves out "api error". The SDK for JavaScript
 * knows only whether the service has it.
 */
function modeled(service: string, operation: string): (error: Error) => boolean {
  const everywhere = ["Organizations", "AccessAnalyzer", "Inspector2"].includes(service);
  const hubWrites = service === "SecurityHub" && !/^(BatchGet|Describe|Get|List)/.test(operation);
  return (error) => {
    const inService = error.constructor.name === error.name;
    return inService && (everywhere || hubWrites || !common.test(error.name));
  };
}

function describe(error: unknown, isModeled: (error: Error) => boolean = () => false): string {
  if (error instanceof CredentialsError) return error.message;
  if (!isResponseError(error)) {
    return `https response error StatusCode: 0, RequestID: , request send failed, ${error instanceof Error ? error.message || error.name : String(error)}`;
  }
  const { httpStatusCode, requestId, extendedRequestId } = error.$metadata;
  const host = extendedRequestId ? `, HostID: ${extendedRequestId}` : "";
  const said = `${isModeled(error) ? "" : "api error "}${error.name}: ${error.message}`;
  return `https response error StatusCode: ${httpStatusCode}, RequestID: ${requestId ?? ""}${host}, ${said}`;
}

/** Whether AWS answered with one of these codes; `Code: part of the message` asks for both. */
export function isAwsError(error: unknown, ...codes: readonly string[]): error is OperationError {
  return (
    error instanceof OperationError &&
    codes.some((code) => {
      const [name, part] = code.split(": ", 2);
      return error.code === name && (part === undefined || error.reason.includes(part));
    })
  );
}

/** The result, or undefined when AWS answers with one of these codes. */
export async function unless<T>(call: Promise<T>, ...codes: readonly string[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAwsError(error, ...codes)) return undefined;
    throw error;
  }
}

/** Puts what was being done in front of an error, as the real provider does: `creating SQS Queue (name): ...`. */
export class ActivityError extends Error {
  constructor(activity: string, cause: unknown) {
    super(`${activity}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "ActivityError";
  }
}

/** Runs `work`, naming the activity if it fails and nothing inside has named a closer one. */
export async function during<T>(activity: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ActivityError ? error : new ActivityError(activity, error);
  }
}
