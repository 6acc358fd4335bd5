import type { WireRequest } from "../wire.ts";
import { type OperationModel, type ServiceModel, shapeOf } from "./shapes.ts";

export interface Route {
  readonly operation: OperationModel;
  /** Values of the path's labels, decoded. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface Router {
  /** The operation of a REST request: its `path` as on the wire, percent-encoded. */
  byPath(request: Pick<WireRequest, "method" | "path" | "query" | "header">): Route | undefined;
}

interface Pattern {
  readonly operation: OperationModel;
  readonly method: string;
  readonly path: RegExp;
  readonly labels: readonly string[];
  readonly query: readonly (readonly [name: string, value: string])[];
  /** More fixed text is the better match: `/members/delete` before `/members/{id}`. */
  readonly fixed: number;
  /** What the operation must have beside its path: tells CopyObject from PutObject, whose path is the same. */
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
}

/** Compiles the URI templates of a model. Labels match one segment, `{name+}` matches several. */
export function createRouter(model: ServiceModel): Router {
  const patterns = Object.values(model.operations)
    .map((operation) => compile(model, operation))
    .sort((a, b) => b.query.length - a.query.length || b.fixed - a.fixed || requirements(b) - requirements(a));
  return {
    byPath({ method, path, query, header }) {
      const trimmed = withoutTrailingSlash(path);
      let incomplete: Route | undefined;
      for (const pattern of patterns) {
        if (pattern.method !== method) continue;
        if (!pattern.query.every(([name, value]) => query.has(name) && (value === "" || query.get(name) === value))) {
          continue;
        }
        const match = pattern.path.exec(trimmed);
        if (match === null) continue;
        const labels = pattern.labels.map((name, i) => [name, decodeURIComponent(match[i + 1] ?? "")] as const);
        const route = { operation: pattern.operation, labels: Object.fromEntries(labels) };
        const complete =
          pattern.requiredQuery.every((name) => query.has(name)) &&
          pattern.requiredHeaders.every((name) => header(name) !== undefined);
        if (complete) return route;
        incomplete ??= route; // Validation will say what it lacks.
      }
      return incomplete;
    },
  };
}

function requirements(pattern: Pattern): number {
  return pattern.requiredQuery.length + pattern.requiredHeaders.length;
}

function compile(model: ServiceModel, operation: OperationModel): Pattern {
  const [path = "/", query = ""] = operation.http.requestUri.split("?");
  const labels: string[] = [];
  const source = withoutTrailingSlash(path)
    .split(/(\{[^}]+\})/)
    .map((part) => {
      const label = /^\{([^}+]+)(\+?)\}$/.exec(part);
      if (label === null) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      labels.push(label[1] ?? "");
      return label[2] === "+" ? "(.+)" : "([^/]+)";
    })
    .join("");
  return {
    operation,
    method: operation.http.method,
    path: new RegExp(`^${source}$`),
    labels,
    query: [...new URLSearchParams(query)],
    fixed: path.replace(/\{[^}]+\}/g, "").length,
    requiredQuery: requiredAt(model, operation, "querystring"),
    requiredHeaders: requiredAt(model, operation, "header"),
  };
}

function requiredAt(model: ServiceModel, operation: OperationModel, location: "querystring" | "header"): string[] {
  const shape = operation.input && shapeOf(model, operation.input);
  return (shape?.required ?? []).flatMap((name) => {
    const member = shape?.members?.[name];
    return member?.location === location ? [member.locationName ?? name] : [];
  });
}

function withoutTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
