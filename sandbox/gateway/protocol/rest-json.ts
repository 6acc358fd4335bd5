import { AwsError } from "../emulator.ts";
import type { OperationModel, Reference, ServiceModel } from "../model/shapes.ts";
import { shapeOf } from "../model/shapes.ts";
import type { WireRequest, WireResponse } from "../wire.ts";
import { fromJson, parseBody, toJson } from "./json-body.ts";
import type { Protocol } from "./protocol.ts";
import { readTimestamp, writeTimestamp } from "./timestamp.ts";
import { validationException } from "./validation-exception.ts";

/** REST with JSON: method and path name the operation. */
export const restJson: Protocol = {
  format: "rest-json",
  route({ service, router }, request) {
    const route = router.byPath(request);
    if (route !== undefined) return route;
    const { serviceId } = service.metadata;
    throw new AwsError(
      "UnknownOperationException",
      `${serviceId} has no operation at ${request.method} ${request.path}.`,
      404,
    );
  },
  read: (model, { operation, labels }, request) => readRestJson(model, operation, labels, request),
  invalid: validationException,
  write: writeRestJson,
};

/** Reads the input of a rest-json operation from path labels, query string, headers, and body or payload. */
function readRestJson(
  model: ServiceModel,
  operation: OperationModel,
  labels: Readonly<Record<string, string>>,
  request: WireRequest,
): Record<string, unknown> {
  if (operation.input === undefined) return {};
  const shape = shapeOf(model, operation.input);
  const input: Record<string, unknown> = {};
  let inBody = false;
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const wireName = member.locationName ?? name;
    if (member.location === undefined) inBody = true;
    else {
      const value = readOutsideBody(model, member, wireName, labels, request);
      if (value !== undefined) input[name] = value;
    }
  }
  if (shape.payload !== undefined) {
    const payload = shape.members?.[shape.payload];
    if (payload !== undefined && request.body.length > 0)
      input[shape.payload] = readPayload(model, payload, request.body);
  } else if (inBody) {
    const body = fromJson(model, operation.input, parseBody(request.body)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(body)) {
      if (shape.members?.[name]?.location === undefined) input[name] = value;
    }
  }
  return input;
}

/** Writes the output of a rest-json operation. */
function writeRestJson(model: ServiceModel, operation: OperationModel, output: Record<string, unknown>): WireResponse {
  const headers: Record<string, string> = { "content-type": "application/json" };
  let status = operation.http.responseCode ?? 200;
  if (operation.output === undefined) return { status, headers, body: Buffer.alloc(0) };
  const shape = shapeOf(model, operation.output);
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const value = output[name];
    if (value === undefined || value === null) continue;
    if (member.location === "statusCode") status = value as number;
    else if (member.location === "header") headers[member.locationName ?? name] = headerText(model, member, value);
    else if (member.location === "headers") {
      for (const [key, text] of Object.entries(value as Record<string, string>)) {
        headers[`${member.locationName ?? ""}${key}`] = text;
      }
    }
  }
  if (shape.payload === undefined) {
    return { status, headers, body: Buffer.from(JSON.stringify(toJson(model, operation.output, output))) };
  }
  const member = shape.members?.[shape.payload];
  const value = output[shape.payload];
  if (member === undefined || value === undefined) return { status, headers, body: Buffer.alloc(0) };
  const raw = shapeOf(model, member).type;
  if (raw === "blob") return { status, headers, body: Buffer.from(value as Uint8Array) };
  if (raw === "string") return { status, headers, body: Buffer.from(value as string) };
  return { status, headers, body: Buffer.from(JSON.stringify(toJson(model, member, value))) };
}

function readPayload(model: ServiceModel, member: Reference, body: Buffer): unknown {
  const type = shapeOf(model, member).type;
  if (type === "blob") return new Uint8Array(body);
  return type === "string" ? body.toString("utf8") : fromJson(model, member, parseBody(body));
}

function readOutsideBody(
  model: ServiceModel,
  member: Reference,
  wireName: string,
  labels: Readonly<Record<string, string>>,
  request: WireRequest,
): unknown {
  const shape = shapeOf(model, member);
  if (member.location === "uri") return fromText(model, member, labels[wireName]);
  if (member.location === "header") return fromText(model, member, request.header(wireName));
  if (member.location === "headers") {
    const prefix = wireName.toLowerCase();
    const found = request.headers.filter(([name]) => name.toLowerCase().startsWith(prefix));
    return found.length === 0
      ? undefined
      : Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]));
  }
  if (shape.type === "list" && shape.member !== undefined) {
    const element = shape.member;
    const values = request.query.getAll(wireName);
    return values.length === 0 ? undefined : values.map((value) => fromText(model, element, value));
  }
  if (shape.type === "map") return request.query.size > 0 ? Object.fromEntries(request.query) : undefined;
  return fromText(model, member, request.query.get(wireName) ?? undefined);
}

function fromText(model: ServiceModel, member: Reference, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  switch (shapeOf(model, member).type) {
    case "integer":
    case "long":
    case "float":
    case "double":
      return Number(text);
    case "boolean":
      return text === "true";
    case "timestamp":
      return readTimestamp(text);
    case "list":
      return text.split(",").map((part) => part.trim());
    default:
      return text;
  }
}

function headerText(model: ServiceModel, member: Reference, value: unknown): string {
  const shape = shapeOf(model, member);
  if (shape.type === "timestamp") {
    return String(writeTimestamp(value as Date, member.timestampFormat ?? shape.timestampFormat ?? "rfc822"));
  }
  return Array.isArray(value) ? value.join(",") : String(value);
}
