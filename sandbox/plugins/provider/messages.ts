import struct_pb from "google-protobuf/google/protobuf/struct_pb.js";
import type { Value, Values } from "./property.ts";

/** Marks what a plain object stands for (`resource.SigKey` of the Pulumi SDK). */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";

/** Whether a value stands for an archive. */
export function isArchive(value: Value | undefined): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    (value as Values)[signature] === archiveSignature
  );
}

/** Values as the engine sent them, without the wrapping of secrets and outputs. */
export function fromStruct(struct: struct_pb.Struct | undefined): Values {
  return struct ? (unwrapped(struct.toJavaScript() as Value) as Values) : {};
}

function unwrapped(value: Value | undefined): Value {
  if (value === undefined || value === null || typeof value !== "object") return value ?? null;
  if (Array.isArray(value)) return value.map(unwrapped);
  const member = value as Values;
  if (member[signature] === secretSignature || member[signature] === outputSignature) return unwrapped(member.value);
  return Object.fromEntries(Object.entries(member).map(([name, inner]) => [name, unwrapped(inner)]));
}

/** Values as the engine takes them; what is undefined is left out. */
export function toStruct(values: Values): struct_pb.Struct {
  return struct_pb.Struct.fromJavaScript(present(values) as Record<string, struct_pb.JavaScriptValue>);
}

function present(value: Value | undefined): Value {
  if (value === undefined || value === null || typeof value !== "object") return value ?? null;
  if (Array.isArray(value)) return value.map(present);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, present(member)]),
  );
}
