import { AwsError } from "../emulator.ts";
import { type Reference, type ServiceModel, type Shape, shapeOf } from "../model/shapes.ts";
import type { WireRequest } from "../wire.ts";
import { readTimestamp } from "./timestamp.ts";

/** A form's parameters by the parts of their names: `Filter.1.Name` lies three deep. */
interface Branch {
  value?: string;
  readonly under: Map<string, Branch>;
}

/** The names that a protocol gives to members of a structure. */
export type NameOf = (name: string, member: Reference) => string;

/** The parameters of a request: those of its body, or in a GET of its query string. */
export function formOf(request: WireRequest): URLSearchParams {
  return request.body.length > 0 ? new URLSearchParams(request.body.toString("utf8")) : request.query;
}

/**
 * Turns a form's parameters into the operation's input. Parameters that the model does not have are left out. Throws
 * `InvalidParameterValue` on a text that is no value of its type.
 */
export function readForm(model: ServiceModel, input: Reference, form: URLSearchParams, nameOf: NameOf) {
  const root: Branch = { under: new Map() };
  for (const [name, value] of form) {
    let branch = root;
    for (const part of name.split(".")) {
      const next = branch.under.get(part) ?? { under: new Map() };
      branch.under.set(part, next);
      branch = next;
    }
    branch.value = value;
  }
  return fromBranch(model, input, root, "", nameOf) as Record<string, unknown>;
}

function fromBranch(model: ServiceModel, reference: Reference, branch: Branch, path: string, nameOf: NameOf): unknown {
  const shape = shapeOf(model, reference);
  const { member } = shape;
  if (shape.type === "structure") {
    const result: Record<string, unknown> = {};
    for (const [name, of] of Object.entries(shape.members ?? {})) {
      const key = nameOf(name, of);
      const found = branch.under.get(key);
      const value = found && fromBranch(model, of, found, path === "" ? key : `${path}.${key}`, nameOf);
      if (value !== undefined) result[name] = value;
    }
    return result;
  }
  if (shape.type === "list" && member !== undefined) {
    // The query protocol has one level more: `Names.member.1`.
    const items = branch.under.get(member.locationName ?? "member") ?? branch;
    return [...items.under]
      .filter(([key]) => /^\d+$/.test(key))
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([key, item]) => fromBranch(model, member, item, `${path}.${key}`, nameOf));
  }
  if (shape.type === "map") return mapOf(model, shape, branch, path, nameOf);
  return branch.value === undefined ? undefined : fromText(shape, branch.value, path);
}

/** `Attributes.entry.1.key` and `.value`. Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html, "map". */
function mapOf(model: ServiceModel, { key, value }: Shape, branch: Branch, path: string, nameOf: NameOf) {
  const result: Record<string, unknown> = {};
  const entries = branch.under.get("entry") ?? branch;
  for (const [at, { under }] of entries.under) {
    const name = under.get(key?.locationName ?? "key")?.value;
    const of = under.get(value?.locationName ?? "value");
    if (name === undefined || of === undefined || value === undefined) continue;
    result[name] = fromBranch(model, value, of, `${path}.entry.${at}.value`, nameOf);
  }
  return result;
}

function fromText({ type }: Shape, text: string, path: string): unknown {
  const value = parsed(type, text);
  if (value !== undefined) return value;
  throw new AwsError("InvalidParameterValue", `Invalid value '${text}' for ${path}. Expected a value of type ${type}.`);
}

/** Undefined when the text is no value of the type. */
function parsed(type: Shape["type"], text: string): unknown {
  switch (type) {
    case "boolean":
      return /^(true|false)$/i.test(text) ? text.toLowerCase() === "true" : undefined;
    case "integer":
    case "long":
      return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
    case "float":
    case "double":
      return text.trim() !== "" && !Number.isNaN(Number(text)) ? Number(text) : undefined;
    case "timestamp":
      return readTimestamp(text);
    case "blob":
      return new Uint8Array(Buffer.from(text, "base64"));
    default:
      return text;
  }
}
