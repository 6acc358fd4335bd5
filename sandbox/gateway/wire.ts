/** An HTTP request as it was signed, with its whole body. */
export interface WireRequest {
  readonly method: string;
  /** Percent-encoded, as on the wire. */
  readonly path: string;
  /** Without the question mark, as on the wire. */
  readonly rawQuery: string;
  readonly query: URLSearchParams;
  /** In the order and spelling of the wire. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  header(name: string): string | undefined;
  readonly body: Buffer;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The path and query of a request target. A client that takes the gateway for its HTTP proxy sends a whole URL. */
export function originForm(target: string): string {
  return target.startsWith("http://") ? (/^http:\/\/[^/]*(\/.*)?$/.exec(target)?.[1] ?? "/") : target;
}

/** Makes a `WireRequest` of node's message parts. `target` is path and query; `rawHeaders` alternates names and values. */
export function wireRequest(method: string, target: string, rawHeaders: readonly string[], body: Buffer): WireRequest {
  const at = target.indexOf("?");
  const rawQuery = at < 0 ? "" : target.slice(at + 1);
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.push([rawHeaders[i] ?? "", rawHeaders[i + 1] ?? ""]);
  return {
    method,
    path: at < 0 ? target : target.slice(0, at),
    rawQuery,
    query: new URLSearchParams(rawQuery),
    headers,
    header: (name) => headers.find(([given]) => given.toLowerCase() === name.toLowerCase())?.[1],
    body,
  };
}
