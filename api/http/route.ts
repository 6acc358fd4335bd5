import type { Request, Response } from "express";
import type { z } from "zod";
import type { Permission, Principal } from "./authentication.ts";

/** What a handler answers with. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
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
  readonly requestId: string;
  readonly request: Request;
  readonly response: Response;
}

/** One call of the API: from it come the router, the checks of the request, and its part of the OpenAPI document. */
export interface Route<
  Params extends z.ZodType | undefined = z.ZodType | undefined,
  Query extends z.ZodType | undefined = z.ZodType | undefined,
  Body extends z.ZodType | undefined = z.ZodType | undefined,
> {
  readonly method: "get" | "post" | "patch" | "delete";
  /** As Express writes it: `/accounts/:accountId`. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Undefined: no token needed. */
  readonly permission: Permission | undefined;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** A call without a body counts as one with `{}`. */
  readonly bodyOptional?: boolean;
  /** Takes an `Idempotency-Key`. */
  readonly idempotent?: boolean;
  readonly responses: Readonly<Record<number, Documented>>;
  /** Statuses of problems that it answers besides those that every call may. */
  readonly problems?: readonly number[];
  /** Answers nothing where it has written to the response itself. */
  handle(call: Call<Params, Query, Body>): Promise<Answer | undefined> | Answer;
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
