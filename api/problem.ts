/** One thing wrong with a request: which field, what about it, and what is allowed. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
  readonly allowed?: string | undefined;
}

/** An RFC 9457 problem document, also the `error` of a failed operation. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status?: number | undefined;
  readonly detail: string;
  readonly instance?: string | undefined;
  readonly requestId?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly operationId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly region?: string | undefined;
  readonly service?: string | undefined;
  readonly call?: string | undefined;
  readonly resource?: string | undefined;
  readonly remedy?: string | undefined;
  /** Each one, where several things failed. */
  readonly failures?: readonly Record<string, unknown>[] | undefined;
}

/** Every problem that the API answers: its name is the end of its `type`, which never changes. */
export const problems = {
  "invalid-request": { status: 400, title: "The request is not valid" },
  "invalid-json": { status: 400, title: "The body is not valid JSON" },
  unauthenticated: { status: 401, title: "A valid bearer token is needed" },
  "four-eyes": { status: 403, title: "Somebody else has to decide" },
  forbidden: { status: 403, title: "The token's role does not allow this" },
  "not-found": { status: 404, title: "There is no such thing" },
  "method-not-allowed": { status: 405, title: "The resource does not know this method" },
  "not-acceptable-account": { status: 422, title: "The account can't be a member" },
  "extension-not-permitted": { status: 422, title: "The organization does not permit this extension" },
  conflict: { status: 409, title: "The present state does not allow this" },
  "limit-reached": { status: 409, title: "A limit of AWS that all accounts share is reached" },
  "operation-running": { status: 409, title: "An operation on this account is under way" },
  "admin-not-deployed": { status: 409, title: "The admin stack is not deployed" },
  "response-not-deployed": { status: 409, title: "The response to findings is not deployed" },
  "idempotency-in-flight": { status: 409, title: "The first request with this idempotency key is being answered" },
  "shown-once": { status: 409, title: "The first answer held a secret and is not kept" },
  "precondition-failed": { status: 412, title: "The resource is not in the state that If-Match asks for" },
  "events-expired": { status: 410, title: "The events were removed for their age" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  "idempotency-mismatch": { status: 422, title: "The idempotency key was used for another request" },
  "body-too-large": { status: 413, title: "The body is larger than 1 MB" },
  "unsupported-media-type": { status: 415, title: "The body must be JSON" },
  "aws-unavailable": { status: 502, title: "AWS could not be asked" },
  unavailable: { status: 503, title: "The service is not ready" },
  internal: { status: 500, title: "The service failed" },
} as const satisfies Record<string, { status: number; title: string }>;
export type ProblemName = keyof typeof problems;

/** Base of the `type` URIs; `/problems/<name>` of the service explains each. */
export const problemBase = "/problems/";

export type ProblemFields = Partial<Omit<ProblemDocument, "type" | "title" | "status" | "detail">> & {
  /** Response headers that belong to the problem, such as `Allow`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
};

/** The one error type that reaches a caller. Everything else becomes `internal`, without its text. */
export class Problem extends Error {
  readonly about: ProblemName;
  readonly fields: Partial<ProblemDocument>;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail what happened and what to do about it, for a person */
  constructor(about: ProblemName, detail: string, fields: ProblemFields = {}) {
    const { headers, cause, ...rest } = fields;
    super(detail, cause === undefined ? undefined : { cause });
    this.name = "Problem";
    this.about = about;
    this.fields = rest;
    this.headers = headers ?? {};
  }

  get status(): number {
    return problems[this.about].status;
  }

  toDocument(): ProblemDocument {
    const { status, title } = problems[this.about];
    return { type: `${problemBase}${this.about}`, title, status, detail: this.message, ...this.fields };
  }
}

/** The account is not known, or is not for the caller to know. */
export function unknownAccount(accountId: string): Problem {
  const detail = `Bulwark does not know account ${accountId}. Onboard it with POST /accounts.`;
  return new Problem("not-found", detail, { accountId });
}

/** The request has a field that is wrong. */
export function invalidField(field: string, message: string, allowed?: string): Problem {
  const error = allowed === undefined ? { field, message } : { field, message, allowed };
  return new Problem("invalid-request", `${field}: ${message}${allowed ? `. Allowed: ${allowed}` : ""}`, {
    errors: [error],
  });
}
