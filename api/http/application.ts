import express, { type Express, type NextFunction, type Request, type Response } from "express";
import type { Logger } from "pino";
import { Problem, unknownAccount } from "../problem.ts";
import type { Db } from "../store/connection.ts";
import type { Authentication } from "./authentication.ts";
import { toProblem } from "./errors.ts";
import { etagOf, matchesWeakly, parseTags, requireMatch } from "./etag.ts";
import { refuse } from "./field-errors.ts";
import { answerOnce, idempotentRequest, type Sent, type Write } from "./idempotency.ts";
import type { HttpMetrics } from "./metrics.ts";
import { fieldsBeyond, isOwn, ownAccountsOf, type Principal } from "./permissions.ts";
import type { RateLimit } from "./rate-limit.ts";
import { type Answer, isWrite, type Route } from "./route.ts";

export interface ApplicationOptions {
  readonly routes: readonly Route[];
  readonly db: Db;
  readonly authentication: Authentication;
  readonly rateLimit: RateLimit;
  /** Addresses and networks of proxies whose `X-Forwarded-For` tells the caller's address. */
  readonly trustedProxies: readonly string[];
  readonly logger: Logger;
  readonly newId: () => string;
  readonly metrics: HttpMetrics;
}

/** Where no token is asked for. */
const nobody: Principal = { id: "nobody", name: "nobody", role: "viewer" };

const bodyLimit = 1_000_000;
const readJson = express.json({ limit: bodyLimit, strict: false, type: () => true });

/** The Express application: it checks and parses what a route says, calls its handler, and turns errors into problems. */
export function createApplication(options: ApplicationOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", "simple");
  app.set("trust proxy", [...options.trustedProxies]);
  app.use(prepare(options));
  for (const route of options.routes)
    app[route.method](route.path, (request, response) => serve(options, route, request, response));
  for (const path of new Set(options.routes.map((route) => route.path))) {
    const methods = options.routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
    const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
    app.options(path, (_request, response) => void response.set("Allow", allow).status(204).end());
    app.all(path, (request) => {
      throw new Problem("method-not-allowed", `${request.path} knows ${allow}.`, { headers: { Allow: allow } });
    });
  }
  app.use((request: Request) => {
    throw new Problem("not-found", `There is no ${request.path} here. GET /openapi.json lists every call.`);
  });
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    answerError(options, error, request, response);
  });
  return app;
}

/** Request id, security headers, one log line and one measurement per request. */
function prepare({ logger, newId, metrics }: ApplicationOptions) {
  return (request: Request, response: Response, next: NextFunction) => {
    const given = request.get("x-request-id") ?? "";
    const requestId = /^[\w.-]{1,64}$/.test(given) ? given : newId();
    response.locals.requestId = requestId;
    response.set({ "X-Request-Id": requestId, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store" });
    const begun = performance.now();
    response.once("close", () => {
      const seconds = (performance.now() - begun) / 1000;
      const path = (response.locals.route as string | undefined) ?? "none";
      metrics.observe(request.method, path, response.statusCode, seconds);
      const { principal } = response.locals as { principal?: Principal };
      const fields = { requestId, method: request.method, path: request.path, status: response.statusCode, seconds };
      logger.debug({ ...fields, principal: principal?.name }, "request");
    });
    next();
  };
}

async function serve(options: ApplicationOptions, route: Route, request: Request, response: Response): Promise<void> {
  response.locals.route = route.path;
  const principal = await admit(options, route, request, response);
  const params = parse(route.params, request.params, "path") as never;
  requireOwnAccount(route, principal, params);
  const query = (route.query === undefined ? undefined : parse(route.query, request.query, "query")) as never;
  const body = (
    route.body === undefined ? undefined : parse(route.body, await readBody(route, request, response), "body")
  ) as never;
  requireAllowedFields(route, principal, body);
  const ifMatch = isWrite(route) ? request.get("if-match") : undefined;
  if (ifMatch !== undefined && !route.etag)
    throw new Problem(
      "precondition-failed",
      `${request.method} ${route.path} has no ETag that If-Match could ask for. Send it without.`,
    );
  let matched = false;
  let kept = principal.role !== "team" || route.team?.keptTo === "account";
  const requireKept = () => {
    if (!kept) throw new Error(`${route.operationId} does not keep a team to its accounts`);
  };

  const handle = async (write: Write) => {
    const answer = await route.handle({
      ...{ params, query, body, principal, request, response },
      requestId: response.locals.requestId as string,
      ownAccounts() {
        kept = true;
        return ownAccountsOf(principal);
      },
      conditional: ifMatch !== undefined,
      stillPermitted: () => isPermitted(options.authentication, route, request),
      requireMatch(representation) {
        matched = true;
        requireMatch(ifMatch, representation);
      },
      write: (change) =>
        write(async (transaction) => {
          const answer = await change(transaction);
          requireKept();
          // Not to be ignored by a handler that forgot it: the caller relies on it.
          if (ifMatch !== undefined && !matched) throw new Error(`${route.operationId} does not honour If-Match`);
          return answer;
        }),
    });
    requireKept();
    return answer;
  };
  const send = (answer: Answer) => toSend(route, answer);

  const repeatable = isWrite(route) ? idempotentRequest(request, principal.id, body) : undefined;
  if (repeatable !== undefined) {
    const once = await answerOnce(
      options.db,
      repeatable,
      async (write) => (await handle(write)) ?? { status: 204 },
      send,
    );
    return respond(request, response, once);
  }
  const answer = await handle((change) => options.db.transaction().execute(change));
  if (answer !== undefined) respond(request, response, send(answer));
}

/** Who calls, unless that is too fast. */
async function admit(
  { authentication, rateLimit }: ApplicationOptions,
  { permission, team }: Route,
  request: Request,
  response: Response,
): Promise<Principal> {
  if (permission === undefined) return nobody;
  rateLimit.admit(request);
  try {
    const principal = await authentication.identify(request);
    response.locals.principal = principal;
    rateLimit.spend(principal, response);
    authentication.allow(principal, { permission, team });
    return principal;
  } catch (error) {
    if (error instanceof Problem && error.about === "unauthenticated") rateLimit.refused(request);
    throw error;
  }
}

/** Whatever another team has is answered as what does not exist. */
function requireOwnAccount({ team }: Route, principal: Principal, params: { accountId?: string } | undefined): void {
  const { accountId } = params ?? {};
  if (team?.keptTo !== "account" || isOwn(ownAccountsOf(principal), accountId)) return;
  throw unknownAccount(accountId ?? "none");
}

function requireAllowedFields({ team }: Route, { role }: Principal, body: object | undefined): void {
  const allowed = team?.fields?.join(", ") ?? "";
  const errors = fieldsBeyond(role, team, body ?? {}).map((field) => ({
    ...{ field, message: "is not a team's to change", allowed },
  }));
  if (errors.length === 0) return;
  const named = errors.map(({ field }) => field).join(", ");
  throw new Problem("forbidden", `${named}: not a team's to change. Allowed: ${allowed}`, { errors });
}

async function isPermitted({ identify, allow }: Authentication, route: Route, request: Request): Promise<boolean> {
  const { permission, team } = route;
  if (permission === undefined) return true;
  try {
    allow(await identify(request), { permission, team });
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/** An answer as it goes out, and as it is kept. */
function toSend(route: Route, { status, headers = {}, body, representation, once }: Answer): Sent {
  const text = body === undefined ? null : JSON.stringify(body);
  const tagged = text !== null && (representation === true || (route.method === "get" && route.etag && status === 200));
  return { status, headers: tagged ? { ...headers, ETag: etagOf(text) } : headers, body: text, once };
}

function respond(request: Request, response: Response, { status, headers, body }: Sent): void {
  response.set(headers);
  const { ETag: etag } = headers;
  if (etag !== undefined && (request.method === "GET" || request.method === "HEAD")) {
    // May be kept by the caller alone, who asks each time whether it still holds.
    response.set("Cache-Control", "private, no-cache");
    const known = request.get("if-none-match");
    if (known !== undefined && matchesWeakly(parseTags("If-None-Match", known), etag)) {
      response.status(304).end();
      return;
    }
  }
  response.status(status);
  if (body === null) response.end();
  else response.type("application/json").send(body);
}

function parse(schema: Route["params"], value: unknown, where: "body" | "query" | "path"): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value, { reportInput: true });
  if (!parsed.success) throw refuse(parsed.error, schema, where);
  return parsed.data;
}

/** Reads the body after the token was checked: a stranger can't make the service read a megabyte. */
async function readBody(route: Route, request: Request, response: Response): Promise<unknown> {
  const hasBody =
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
  if (!hasBody) {
    if (route.bodyOptional) return {};
    throw new Problem("invalid-request", "body: is missing", {
      errors: [{ field: "body", message: "is missing", allowed: "a JSON object" }],
    });
  }
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(request.get("content-type") ?? "")) {
    throw new Problem("unsupported-media-type", "Send the body with Content-Type: application/json.", {
      errors: [{ field: "Content-Type", message: "is not JSON", allowed: "application/json" }],
    });
  }
  await new Promise<void>((resolve, reject) => {
    readJson(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
  return request.body as unknown;
}

function answerError(options: ApplicationOptions, error: unknown, request: Request, response: Response): void {
  const problem = toProblem(error);
  const { requestId } = response.locals as { requestId?: string };
  if (problem.status >= 500) options.logger.error({ err: error, requestId, path: request.path }, "request failed");
  if (response.headersSent) {
    // A stream that broke: there is no way to tell but to end it.
    response.destroy();
    return;
  }
  // A body that was not read to its end would be taken for the next request.
  if (!request.complete) response.set("Connection", "close");
  response
    .status(problem.status)
    .set(problem.headers)
    .type("application/problem+json")
    .send(JSON.stringify({ ...problem.toDocument(), requestId }));
}
