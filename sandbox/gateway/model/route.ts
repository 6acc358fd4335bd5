import type { OperationModel, ServiceModel } from "./shapes.ts";

export interface Route {
  readonly operation: OperationModel;
  /** Values of the path's labels, decoded. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface Router {
  /** The operation of a REST request: `path` as on the wire, percent-encoded. */
  byPath(method: string, path: string, query: URLSearchParams): Route | undefined;
}

interface Pattern {
  readonly operation: OperationModel;
  readonly method: string;
  readonly path: RegExp;
  readonly labels: readonly string[];
  readonly query: readonly (readonly [name: string, value: string])[];
  /** More fixed text is the better match: `/members/delete` before `/members/{id}`. */
  readonly fixed: number;
}

/** Compiles the URI templates of a model. Labels match one segment, `{name+}` matches several. */
export function createRouter(model: ServiceModel): Router {
  const patterns = Object.values(model.operations)
    .map(compile)
    .sort((a, b) => b.query.length - a.query.length || b.fixed - a.fixed);
  return {
    byPath(method, path, query) {
      const trimmed = withoutTrailingSlash(path);
      for (const pattern of patterns) {
        if (pattern.method !== method) continue;
        if (!pattern.query.every(([name, value]) => query.has(name) && (value === "" || query.get(name) === value))) {
          continue;
        }
        const match = pattern.path.exec(trimmed);
        if (match === null) continue;
        const labels = pattern.labels.map((name, i) => [name, decodeURIComponent(match[i + 1] ?? "")] as const);
        return { operation: pattern.operation, labels: Object.fromEntries(labels) };
      }
      return undefined;
    },
  };
}

function compile(operation: OperationModel): Pattern {
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
  };
}

function withoutTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
