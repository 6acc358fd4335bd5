import assert from "node:assert/strict";
import { type Reference, type ServiceModel, type Shape, shapeOf } from "../../sandbox/gateway/model/shapes.ts";

/** An input that breaks one constraint of the model, and the member that does. */
export interface WrongInput {
  readonly kind: string;
  readonly member: string;
  /** Whether the member is the input's own, and not one of what is in it. */
  readonly own: boolean;
  readonly input: Record<string, unknown>;
}

/** What breaks a value of a shape, by the kind of constraint. */
type Breaks = Readonly<Record<string, unknown>>;

/** Deep enough for what is in a list of the input. */
const DEPTH = 4;
/** Longer ones say nothing more, and take long. */
const LONGEST = 5_000;
const STRANGE = ["!", " ~ ", "\u0007", "a b", "<>"];

/** For each kind of constraint that the model has for an operation's input, the first input that breaks it. */
export function wrongInputs(model: ServiceModel, input: Reference): WrongInput[] {
  const found = new Map<string, WrongInput>();
  const shape = shapeOf(model, input);
  const whole = example(model, input) as Record<string, unknown>;
  const visit = (at: Shape, put: (value: unknown) => Record<string, unknown>, depth: number): void => {
    const base = exampleOf(model, at) as Record<string, unknown>;
    for (const [name, reference] of Object.entries(at.members ?? {})) {
      if (reference.location === "header" || reference.location === "headers") continue;
      const note = (kind: string, value: Record<string, unknown>) => {
        if (!found.has(kind)) found.set(kind, { kind, member: name, own: depth === DEPTH, input: put(value) });
      };
      const isRequired = at.required?.includes(name) === true;
      if (isRequired && reference.location !== "uri") {
        const { [name]: _, ...rest } = base;
        note("required", rest);
      }
      const member = shapeOf(model, reference);
      for (const [kind, value] of Object.entries(breaks(model, member, reference))) {
        note(kind, { ...base, [name]: value });
      }
      if (depth === 0) continue;
      const inside = member.type === "list" && member.member !== undefined ? shapeOf(model, member.member) : member;
      if (inside.type !== "structure" || inside.document === true) continue;
      const around = (value: unknown) => put({ ...base, [name]: inside === member ? value : [value] });
      visit(inside, around, depth - 1);
    }
  };
  visit(shape, (value) => ({ ...whole, ...(value as object), ...removed(whole, value as object) }), DEPTH);
  return [...found.values()];
}

/** Members that the value lacks, as undefined. */
function removed(whole: object, value: object): Record<string, undefined> {
  return Object.fromEntries(
    Object.keys(whole)
      .filter((name) => !(name in value))
      .map((name) => [name, undefined]),
  );
}

/** The least that a shape takes; texts need not fit their patterns. */
function example(model: ServiceModel, reference: Reference): unknown {
  return exampleOf(model, shapeOf(model, reference));
}

function exampleOf(model: ServiceModel, shape: Shape): unknown {
  switch (shape.type) {
    case "structure": {
      const members = (shape.required ?? []).flatMap((name) => {
        const reference = shape.members?.[name];
        return reference === undefined ? [] : [[name, example(model, reference)] as const];
      });
      return Object.fromEntries(members);
    }
    case "list": {
      const { member, min = 0 } = shape;
      return member === undefined ? [] : Array.from({ length: min }, () => example(model, member));
    }
    case "map":
      return {};
    case "boolean":
      return true;
    case "timestamp":
      return new Date(0);
    case "blob":
      return new Uint8Array(Math.max(1, shape.min ?? 1));
    case "string":
    case "character":
      return shape.enum?.[0] ?? "x".repeat(Math.max(1, shape.min ?? 1));
    default:
      return shape.min ?? 1;
  }
}

function breaks(model: ServiceModel, shape: Shape, { location }: Reference): Breaks {
  const { min = 0, max = Number.POSITIVE_INFINITY } = shape;
  switch (shape.type) {
    case "string":
      return {
        ...(shape.enum === undefined ? {} : { enum: "NoneOfThem" }),
        // An empty label is another path, and an empty parameter none.
        ...(min > 0 && location === undefined ? { short: "" } : {}),
        ...(max < LONGEST ? { long: "x".repeat(max + 1) } : {}),
        ...against(shape.pattern),
      };
    case "integer":
    case "long":
    case "float":
    case "double":
      return {
        ...(shape.min === undefined ? {} : { small: min - 1 }),
        ...(max <= Number.MAX_SAFE_INTEGER - 1 ? { big: max + 1 } : {}),
      };
    case "list": {
      const { member } = shape;
      if (member === undefined) return {};
      return {
        ...(min > 0 && location === undefined ? { few: [] } : {}),
        ...(max <= 200 ? { many: Array.from({ length: max + 1 }, () => example(model, member)) } : {}),
      };
    }
    default:
      return {};
  }
}

/** A text that JavaScript's reading of the pattern refuses. */
function against(pattern: string | undefined): Breaks {
  if (pattern === undefined) return {};
  try {
    const whole = new RegExp(`^(?:${pattern})$`, "su");
    const text = STRANGE.find((each) => !whole.test(each));
    return text === undefined ? {} : { pattern: text };
  } catch {
    // Java's alone.
    return {};
  }
}

/** What the SDK's client makes of the answer: an error, or not. */
export async function answerTo(client: object, operation: string, input: object): Promise<unknown> {
  const method = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`;
  const send = Reflect.get(client, method) as ((input: object) => Promise<object>) | undefined;
  assert.ok(send, `the client has no ${method}`);
  return send.call(client, input).catch((error: unknown) => error);
}
