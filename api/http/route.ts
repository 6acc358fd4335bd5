import type { Request, Response } from "express";
import type { z } from "zod";
import type { Write } from "./idempotency.ts";
import type { Permission, Principal, TeamAccess } from "./permissions.ts";

/** What a handler answers with. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body is what GET answers for the resource: it gets its ETag. */
  readonly representation?: boolean;
  /** The body holds a secret and is not kept: what a request that is repeated with its idempotency key is told instead. */
  readonly once?: string;
}

export interface Documented {
  readonly description: string;
  /** Absent where there is no body, or none of JSON. */
  readonly schema?: z.ZodType;
  readonly mediaType?: string;
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** What a handler is given: everything parsed. */
export interface Call<Params, Query, Body> {
  readonly params: Parsed<Params>;
  readonly query: Parsed<Query>;
  readonly body: Parsed<Body>;
  readonly principal: Principal;
  /**
   * The accounts beyond which the caller is answered nothing; undefined: all. A route that keeps teams to theirs by `rows` has to ask, or
   * is not answered at all.
   */
  readonly ownAccounts: () => readonly string[] | undefined;
  readonly requestId: string;
  /**
   * Runs a change in one transaction, with which the answer is kept for a repeated request. Everything that a write changes is changed
   * here; what it asks of AWS comes before.
   */
  readonly write: Write;
  /** `If-Match` was sent. */
  readonly conditional: boolean;
  /**
   * Lets the change go on only where `If-Match` allows it. To be called in `write`, once the row is locked, with what GET answers now.
   *
   * @throws Problem 412 with the current ETag
   */
  readonly requireMatch: (representation: object) => void;
  /** Whether the token still allows the call: for answers that take long. */
  readonly stillPermitted: () => Promise<boolean>;
  readonly request: Request;
  readonly response: Response;
}

/** One call of the API: from it come the router, the checks of the request, and its part of the OpenAPI document. */
export interface Route<
  Params extends z.ZodType | undefined = z.ZodType | undefined,
  Query extends z.ZodType | undefined = z.ZodType | undefined,
  Body extends z.ZodType | undefined = z.ZodType | undefined,
> {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** As Express writes it: `/accounts/:accountId`. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Undefined: no token needed. */
  readonly permission: Permission | undefined;
  /** How teams are kept to their own accounts. Undefined: the call is closed to them. */
  readonly team?: TeamAccess;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** A call without a body counts as one with `{}`. */
  readonly bodyOptional?: boolean;
  /**
   * GET: the answer carries a strong ETag, and `If-None-Match` is honoured. A write: `If-Match` is honoured, by `requireMatch`.
   */
  readonly etag?: boolean;
  readonly responses: Readonly<Record<number, Documented>>;
  /** Statuses of problems that it answers besides those that every call may. */
  readonly problems?: readonly number[];
  /** Answers nothing where it has written to the response itself. */
  handle(call: Call<Params, Query, Body>): Promise<Answer | undefined> | Answer;
}

/** A write takes an `Idempotency-Key`. */
export function isWrite({ method }: Route): boolean {
  return method !== "get";
}

/** Infers the types of a route's parts for its handler. */
export function route<
  Params extends z.ZodType | undefined = undefined,
  Query extends z.ZodType | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(definition: Route<Params, Query, Body>): Route {
  // The handler is called with what the route's own schemas parsed, so the wider type is safe.
  return definition as unknown as Route;
}
