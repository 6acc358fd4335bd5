import { z } from "zod";
import { rolesFor } from "./permissions.ts";
import { type Documented, isWrite, type Route } from "./route.ts";
import { ProblemBody } from "./schemas.ts";

type Json = Record<string, unknown>;

/** An OpenAPI 3.1 document. */
export interface OpenApi extends Json {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Record<string, Record<string, Json>>;
  readonly components: { readonly schemas: Record<string, Json>; readonly securitySchemes: Json };
}

/** Statuses that any call may answer with a problem. */
const always = {
  400: "The request is not valid.",
  500: "The service failed.",
  503: "The database can't be reached, or AWS is asked as often as it may be: `Retry-After` says when to ask again.",
};
const authenticated = {
  401: "No valid bearer token.",
  403: "The token's role does not allow it.",
  429: "Too many requests: `Retry-After` says when to ask again.",
};
const writing = {
  409: "The present state does not allow it, or the first request with this `Idempotency-Key` is being answered.",
  412: "`If-Match` asks for another state than the present one, whose `ETag` the answer has.",
  422: "The `Idempotency-Key` was used for another request.",
};
const withBody = { 413: "The body is larger than 1 MB.", 415: "The body is not JSON." };
const sometimes: Readonly<Record<number, string>> = {
  404: "There is no such thing.",
  409: "The present state does not allow it.",
  410: "The events were removed for their age.",
  422: "The account is not acceptable, or the `Idempotency-Key` was used for another request.",
  502: "AWS could not be asked.",
};

/** Makes the document from the routes themselves, so that it can't say anything else than what they do. */
export function describeApi(routes: readonly Route[], version: string): OpenApi {
  const schemas: Record<string, Json> = {};
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method]: describeRoute(route, schemas) };
  }
  toSchema(ProblemBody, schemas, "output");
  return {
    openapi: "3.1.0",
    info: {
      title: "Bulwark",
      version,
      description:
        "Control plane for the security baseline of an AWS Organization. Long work answers 202 with an operation: follow its `Location`. Errors are problem+json (RFC 9457) with a stable `type`.",
    },
    paths,
    components: { schemas, securitySchemes: { token: { type: "http", scheme: "bearer" } } },
  };
}

function describeRoute(route: Route, schemas: Record<string, Json>): Json {
  const { operationId, tag, summary, description, permission, team } = route;
  const own = team?.fields === undefined ? "its own accounts" : `its own accounts, ${team.fields.join(", ")} only`;
  const named = permission === undefined ? [] : rolesFor({ permission, team });
  const roles =
    permission === undefined
      ? undefined
      : `Roles: ${named.map((role) => (role === "team" ? `team (${own})` : role)).join(", ")}.`;
  return {
    operationId,
    tags: [tag],
    summary,
    description: [description, roles].filter(Boolean).join("\n\n") || summary,
    security: permission === undefined ? [] : [{ token: [] }],
    parameters: parameters(route, schemas),
    ...(route.body === undefined ? {} : { requestBody: requestBody(route, schemas) }),
    responses: responses(route, schemas),
  };
}

function parameters(route: Route, schemas: Record<string, Json>): Json[] {
  return [...fields(route.params, "path", schemas), ...fields(route.query, "query", schemas), ...headers(route)];
}

function headers(route: Route): Json[] {
  const header = (name: string, description: string) => ({
    ...{ name, in: "header", required: false, description },
    schema: { type: "string" },
  });
  if (isWrite(route)) {
    return [
      {
        ...header(
          "Idempotency-Key",
          "Makes it safe to send the request again: it gets the first answer. Kept for two days.",
        ),
        schema: { type: "string", minLength: 1, maxLength: 255 },
      },
      ...(route.etag ? [header("If-Match", "Only in the state that has one of these ETags.")] : []),
    ];
  }
  return route.etag ? [header("If-None-Match", "304 without a body where the ETag is one of these.")] : [];
}

function fields(schema: Route["params"], where: "path" | "query", schemas: Record<string, Json>): Json[] {
  if (schema === undefined) return [];
  const object = toSchema(schema, schemas, "input") as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(object.properties ?? {}).map(([name, { description, openapi, ...type }]) => ({
    name,
    in: where,
    required: where === "path" || (object.required ?? []).includes(name),
    ...(description === undefined ? {} : { description }),
    // In a query everything is text; a field's own `openapi` says what the text stands for.
    schema: openapi ?? type,
  }));
}

function requestBody(route: Route, schemas: Record<string, Json>): Json {
  const schema = toSchema(route.body as z.ZodType, schemas, "input");
  return { required: !route.bodyOptional, content: { "application/json": { schema } } };
}

function responses(route: Route, schemas: Record<string, Json>): Json {
  const problem = { schema: { $ref: "#/components/schemas/Problem" } };
  const failures: Record<number, string> = {
    ...always,
    ...(route.permission === undefined ? {} : authenticated),
    ...(route.body === undefined ? {} : withBody),
    ...(isWrite(route) ? writing : {}),
    ...Object.fromEntries((route.problems ?? []).map((status) => [status, sometimes[status]])),
  };
  const described = Object.entries(failures).map(([status, description]) => [
    status,
    { description, content: { "application/problem+json": problem } },
  ]);
  const tagged = route.method === "get" && route.etag === true;
  const answers: [string, Json][] = Object.entries(route.responses).map(([status, documented]) => [
    status,
    { ...answer(documented, schemas), ...(tagged ? { headers: { ETag: { schema: { type: "string" } } } } : {}) },
  ]);
  if (tagged) answers.push(["304", { description: "As `If-None-Match` knows it." }]);
  return Object.fromEntries([...described, ...answers]) as Json;
}

function answer({ description, schema, mediaType }: Documented, schemas: Record<string, Json>): Json {
  if (schema === undefined && mediaType === undefined) return { description };
  const type = schema === undefined ? { type: "string" } : toSchema(schema, schemas, "output");
  return { description, content: { [mediaType ?? "application/json"]: { schema: type } } };
}

/** A schema as JSON Schema; what has an id goes to the components. */
function toSchema(schema: z.ZodType, schemas: Record<string, Json>, io: "input" | "output"): Json {
  const {
    $schema: _,
    $defs = {},
    ...root
  } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json & { $defs?: Record<string, Json> };
  for (const [id, definition] of Object.entries($defs)) schemas[id] ??= relocate(definition);
  const { id, ...rest } = root as { id?: string };
  if (id === undefined) return relocate(rest);
  schemas[id] ??= relocate(rest);
  return { $ref: `#/components/schemas/${id}` };
}

function relocate(definition: Json): Json {
  const text = JSON.stringify(definition).replaceAll("#/$defs/", "#/components/schemas/");
  const { id: _, ...rest } = JSON.parse(text) as Json;
  return rest;
}
