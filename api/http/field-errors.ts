import type { z } from "zod";
import { type FieldError, Problem } from "../problem.ts";

/**
 * The problem of a request that a schema refused: every wrong field by its path, with what is allowed. The schema is asked for its
 * field names, so that an unknown field is answered with the known ones.
 */
export function refuse(error: z.ZodError, schema: z.ZodType, where: "body" | "query" | "path"): Problem {
  const errors = error.issues.flatMap((issue) => describe(issue, schema, where));
  const detail = errors
    .map(
      ({ field, message, allowed }) => `${field}: ${message}${allowed === undefined ? "" : ` (allowed: ${allowed})`}`,
    )
    .join("; ");
  return new Problem("invalid-request", detail, { errors });
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodType, where: string): FieldError[] {
  const path = issue.path.map(String).join(".");
  const field = path === "" ? where : path;
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = fieldsAt(schema, issue.path);
      const allowed = known && (known.join(", ") || "no fields");
      const prefix = path === "" ? "" : `${path}.`;
      return issue.keys.map((key) => ({
        ...{ field: `${prefix}${key}`, message: "is not a known field" },
        ...(allowed === undefined ? {} : { allowed }),
      }));
    }
    case "invalid_value":
      return [{ field, message: "is not one of the allowed values", allowed: issue.values.map(String).join(", ") }];
    case "invalid_type":
      return [
        {
          field,
          message: issue.input === undefined ? "is missing" : "has the wrong type",
          allowed: article(issue.expected),
        },
      ];
    case "too_big":
      return [{ field, message: "is too large", allowed: `at most ${issue.maximum}${unit(issue.origin)}` }];
    case "too_small":
      return [{ field, message: "is too small", allowed: `at least ${issue.minimum}${unit(issue.origin)}` }];
    default: {
      const { allowed } = (issue as { params?: { allowed?: string } }).params ?? {};
      return [allowed === undefined ? { field, message: issue.message } : { field, message: issue.message, allowed }];
    }
  }
}

function unit(origin: string): string {
  return origin === "string" ? " characters" : origin === "array" ? " items" : "";
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** The fields of the object at a path; undefined where that depends on what was sent, as in a choice of several forms. */
function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] | undefined {
  const { shape, element, def } = schema as {
    shape?: Record<string, z.ZodType>;
    element?: z.ZodType;
    def: { innerType?: z.ZodType; in?: z.ZodType };
  };
  const inner = def.innerType ?? def.in;
  if (inner !== undefined) return fieldsAt(inner, path);
  const [first, ...rest] = path;
  if (first === undefined) return shape && Object.keys(shape);
  const next = typeof first === "number" ? element : shape?.[String(first)];
  return next && fieldsAt(next, rest);
}
