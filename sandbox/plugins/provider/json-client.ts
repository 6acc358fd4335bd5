import { createHash, createHmac } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { ClientSettings } from "./place.ts";

/** A service of AWS that is called in JSON. */
export interface JsonService {
  /** Class of the SDK's client, by which errors name the service: `CloudWatchClient`. */
  readonly clientName: string;
  /** In the credential scope and in the host's name: `monitoring`. */
  readonly signingName: string;
}

/** One request: REST calls have a method and a path, others a header that names the operation. */
export interface JsonRequest {
  readonly operation: string;
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Without letters that a URL would have to escape. */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export type SendJson = (request: JsonRequest) => Promise<unknown>;

type Handler = (args: unknown) => Promise<unknown>;
type Middleware = (next: Handler, context: { clientName: string; commandName: string }) => Handler;

/**
 * A maker of clients for services whose package of the SDK is not installed: nothing but the plugins calls them. `calls` are made of what sends
 * a request. Errors are as the SDK's (name, `$metadata`), so that the plugins' words for them hold.
 */
export function jsonClientMaker<Calls extends object>(
  service: JsonService,
  calls: (send: SendJson) => Calls,
): (settings: ClientSettings) => Promise<Calls> {
  return async (settings) => {
    const middlewares: Middleware[] = [];
    const send: SendJson = (request) => {
      const context = { clientName: service.clientName, commandName: `${request.operation}Command` };
      const bare: Handler = () => sendWithRetries(service, settings, request);
      return middlewares.reduce((next, middleware) => middleware(next, context), bare)(request);
    };
    const middlewareStack = { add: (middleware: Middleware) => middlewares.push(middleware) };
    return Object.assign(calls(send), { middlewareStack });
  };
}

/** The same for a service whose calls name their operation in a header; `calls` are methods of the operations' names. */
export function rpcClientMaker<Calls extends object>(
  service: JsonService & { readonly target: string; readonly version: "1.0" | "1.1" },
  ...operations: readonly Capitalize<keyof Calls & string>[]
): (settings: ClientSettings) => Promise<Calls> {
  const headersOf = (operation: string) => ({
    "content-type": `application/x-amz-json-${service.version}`,
    "x-amz-target": `${service.target}.${operation}`,
  });
  return jsonClientMaker(service, (send) => {
    const calls = operations.map((operation) => [
      operation[0]?.toLowerCase() + operation.slice(1),
      (body: object) => send({ operation, body, headers: headersOf(operation) }),
    ]);
    return Object.fromEntries(calls) as Calls;
  });
}

/** Codes after which the SDKs try again, beside every answer of 500 and more. */
const PASSING = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/;

async function sendWithRetries(service: JsonService, settings: ClientSettings, request: JsonRequest): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendOnce(service, settings, request);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      error.$metadata.attempts = attempt;
      const passes = error.$metadata.httpStatusCode >= 500 || PASSING.test(error.name);
      if (!passes || attempt >= settings.maxAttempts) throw error;
      await delay(Math.random() * Math.min(20_000, 100 * 2 ** attempt));
    }
  }
}

class ServiceError extends Error {
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string; attempts: number };

  constructor(code: string, message: string, httpStatusCode: number, requestId: string) {
    super(message);
    this.name = code;
    this.$metadata = { httpStatusCode, requestId, attempts: 1 };
  }
}

async function sendOnce(service: JsonService, settings: ClientSettings, request: JsonRequest): Promise<unknown> {
  const base = settings.endpoint ?? `https://${service.signingName}.${settings.region}.amazonaws.com`;
  const url = new URL(request.path ?? "/", base);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
  const method = request.method ?? "POST";
  const body = request.body === undefined ? "" : JSON.stringify(request.body);
  const headers = await signed(service, settings, method, url, body, {
    "user-agent": settings.customUserAgent,
    "content-type": "application/json",
    ...request.headers,
  });
  const response = await fetch(url, { method, headers, ...(body === "" ? {} : { body }) });
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (response.ok) return answer;
  const type = response.headers.get("x-amzn-errortype") ?? answer.__type ?? answer.code ?? "UnknownError";
  const code = String(type).split(":")[0]?.split("#").at(-1) ?? "";
  const message = String(answer.message ?? answer.Message ?? "");
  throw new ServiceError(code, message, response.status, response.headers.get("x-amzn-requestid") ?? "");
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/** The headers with a signature (AWS General Reference, "Signature Version 4"). */
async function signed(
  { signingName }: JsonService,
  { region, credentials }: ClientSettings,
  method: string,
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const date = time.slice(0, 8);
  const sent: Record<string, string> = {
    ...headers,
    "x-amz-date": time,
    ...(sessionToken === undefined ? {} : { "x-amz-security-token": sessionToken }),
  };
  const toSign = { ...sent, host: url.host };
  const names = Object.keys(toSign).sort() as (keyof typeof toSign & string)[];
  const canonical = [
    method,
    url.pathname,
    [...url.searchParams]
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .sort()
      .join("&"),
    ...names.map((name) => `${name}:${toSign[name]?.trim()}`),
    "",
    names.join(";"),
    sha256(body),
  ].join("\n");
  const scope = `${date}/${region}/${signingName}/aws4_request`;
  const key = [date, region, signingName, "aws4_request"].reduce(hmac, Buffer.from(`AWS4${secretAccessKey}`));
  const signature = hmac(key, ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n")).toString("hex");
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}

const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
