import { AwsError } from "../emulator.ts";
import { type Reference, type ServiceModel, shapeOf } from "../model/shapes.ts";
import { readTimestamp, writeTimestamp } from "./timestamp.ts";

/**
 * Turns parsed JSON into what AWS SDKs call the operation's input: member names of the model, `Date`, `Uint8Array`.
 * Unknown members and nulls are left out, as AWS does. Throws `SerializationException` on a value of another type.
 */
export function fromJson(model: ServiceModel, reference: Reference, value: unknown): unknown {
  const shape = shapeOf(model, reference);
  if (shape.document === true) return value;
  switch (shape.type) {
    case "structure": {
      const given = objectIn(value, "structure");
      const result: Record<string, unknown> = {};
      for (const [name, member] of Object.entries(shape.members ?? {})) {
        const item = given[member.locationName ?? name];
        if (item !== undefined && item !== null) result[name] = fromJson(model, member, item);
      }
      return result;
    }
    case "list": {
      if (!Array.isArray(value)) throw unexpected("list", value);
      const member = shape.member;
      return member === undefined ? value : value.map((item) => fromJson(model, member, item));
    }
    case "map": {
      const of = shape.value;
      const entries = Object.entries(objectIn(value, "map")).filter(([, item]) => item !== null);
      return Object.fromEntries(
        of === undefined ? entries : entries.map(([key, item]) => [key, fromJson(model, of, item)]),
      );
    }
    case "timestamp": {
      const date = readTimestamp(value);
      if (date === undefined) throw unexpected("timestamp", value);
      return date;
    }
    case "blob":
      if (typeof value !== "string") throw unexpected("blob", value);
      return new Uint8Array(Buffer.from(value, "base64"));
    case "float":
    case "double":
      if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
      if (typeof value !== "number") throw unexpected(shape.type, value);
      return value;
    case "integer":
    case "long":
      if (typeof value !== "number") throw unexpected(shape.type, value);
      return value;
    case "boolean":
      if (typeof value !== "boolean") throw unexpected("boolean", value);
      return value;
    default:
      if (typeof value !== "string") throw unexpected("string", value);
      return value;
  }
}

/** Turns an operation's output into JSON. `undefined` and null members are left out. */
export function toJson(model: ServiceModel, reference: Reference, value: unknown): unknown {
  const shape = shapeOf(model, reference);
  if (shape.document === true) return value;
  switch (shape.type) {
    case "structure": {
      const result: Record<string, unknown> = {};
      for (const [name, item] of Object.entries(value as object)) {
        const member = shape.members?.[name];
        if (member === undefined || member.location !== undefined || item === undefined || item === null) continue;
        result[member.locationName ?? name] = toJson(model, member, item);
      }
      return result;
    }
    case "list": {
      const member = shape.member;
      return member === undefined ? value : (value as unknown[]).map((item) => toJson(model, member, item));
    }
    case "map": {
      const of = shape.value;
      const entries = Object.entries(value as object);
      return Object.fromEntries(
        of === undefined ? entries : entries.map(([key, item]) => [key, toJson(model, of, item)]),
      );
    }
    case "timestamp":
      return writeTimestamp(value as Date, reference.timestampFormat ?? shape.timestampFormat ?? "unixTimestamp");
    case "blob":
      return Buffer.from(value as Uint8Array).toString("base64");
    default:
      return value;
  }
}

/** Parses a JSON body that must be an object; an empty one is `{}`. */
export function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new AwsError("SerializationException", "The request body is not valid JSON.");
  }
}

function objectIn(value: unknown, type: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unexpected(type, value);
  return value as Record<string, unknown>;
}

function unexpected(type: string, value: unknown): AwsError {
  const given = value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
  return new AwsError("SerializationException", `Expected a value of type ${type}, found ${given}.`);
}
