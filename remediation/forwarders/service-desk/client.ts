import { z } from "zod";
import type { Fields } from "./mapping.ts";
import type { DeskRecord } from "./sync.ts";

/** A desk that did not do what it was asked. `permanent`: it will never take it as it is. */
export class DeskError extends Error {
  override readonly name = "DeskError";
  readonly permanent: boolean;

  constructor(message: string, permanent: boolean, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.permanent = permanent;
  }
}

/** A kind of record, as the desk exposes it. */
export interface Kind {
  readonly collection: string;
  readonly name: string;
  readonly key: string;
  readonly reference: string;
}

export interface DeskClient {
  /** Records of which the reference is `id`, the first made first. */
  find(kind: Kind, id: string): Promise<readonly DeskRecord[]>;
  create(kind: Kind, fields: Fields): Promise<DeskRecord>;
  update(kind: Kind, key: string, fields: Fields): Promise<void>;
  act(kind: Kind, key: string, action: string, fields: Fields): Promise<void>;
}

export interface DeskOptions {
  /** Of the desk, without a path. */
  readonly address: string;
  /** `user:password`; `fresh` where the one of before was refused. */
  readonly credentials: (fresh: boolean) => Promise<string>;
  /** Of one request, in milliseconds. */
  readonly timeout?: number;
}

const answerSchema = z.looseObject({
  ReturnCode: z.int(),
  Messages: z.array(z.unknown()).optional(),
  content: z.array(z.record(z.string(), z.unknown())).optional(),
});
type Answer = z.infer<typeof answerSchema>;

/** Return codes of Service Manager: nothing found; held or changed by somebody else at the moment. */
const NONE = 9;
const PASSING: ReadonlySet<number> = new Set([3, 51]);
const PASSING_STATUS: ReadonlySet<number> = new Set([401, 403, 408, 409, 423, 425, 429]);

/**
 * HP (Micro Focus) Service Manager's REST API ("RESTful Commands", "Web Service: Incident" of its Web Services Guide). A `ReturnCode` other than 0
 * is an error whatever the
 * HTTP status. Throws `DeskError`; what is refused for the credentials passes, because somebody will mend them.
 */
export function deskClient(options: DeskOptions): DeskClient {
  const record = (kind: Kind, answer: Answer, activity: string): DeskRecord => {
    const found = z.record(z.string(), z.unknown()).safeParse(answer[kind.name]);
    if (found.success) return found.data;
    throw new DeskError(`${activity}: the desk answers without ${kind.name}`, false);
  };
  const path = ({ collection }: Kind, ...rest: readonly string[]): string =>
    ["/SM/9/rest", collection, ...rest.map(encodeURIComponent)].join("/");
  return {
    async find(kind, id) {
      const query = new URLSearchParams({ query: `${kind.reference}="${quoted(id)}"`, view: "expand" });
      const activity = `searching ${kind.collection} of ${id}`;
      const answer = await call(options, activity, "GET", `${path(kind)}?${query}`);
      if (answer.ReturnCode === NONE) return [];
      // One that is found comes as itself from some releases, and several always as "content".
      const found =
        answer.content?.map((entry) => entry[kind.name]) ?? [answer[kind.name]].filter((one) => one !== undefined);
      const records = z.array(z.record(z.string(), z.unknown())).parse(found);
      // What does not bear the reference is not ours, however the desk read the query.
      const ours = records.filter((one) => one[kind.reference] === id);
      return ours.toSorted((a, b) => String(a[kind.key]).localeCompare(String(b[kind.key]), "en", { numeric: true }));
    },
    async create(kind, fields) {
      const activity = `creating ${kind.name}`;
      return record(kind, await call(options, activity, "POST", path(kind), { [kind.name]: fields }), activity);
    },
    async update(kind, key, fields) {
      await call(options, `updating ${kind.name} ${key}`, "PUT", path(kind, key), { [kind.name]: fields });
    },
    async act(kind, key, action, fields) {
      await call(options, `${action} of ${kind.name} ${key}`, "POST", path(kind, key, "action", action), {
        [kind.name]: fields,
      });
    },
  };
}

/** Ids are plain by their schema; this is for whoever widens it. */
function quoted(text: string): string {
  if (/["\\\p{Cc}]/u.test(text))
    throw new DeskError(`searching the desk: ${JSON.stringify(text)} can't stand in a query`, true);
  return text;
}

async function call(
  options: DeskOptions,
  activity: string,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const first = await send(options, activity, method, path, body, false);
  const { status, text } = first.status === 401 ? await send(options, activity, method, path, body, true) : first;
  const read = answerSchema.safeParse(json(text));
  const passing = status >= 500 || PASSING_STATUS.has(status);
  if (!read.success) {
    // A proxy's page or a wrong address tells nothing of the record.
    throw new DeskError(`${activity}: the desk answers ${status} and no JSON of its own: ${text.slice(0, 200)}`, false);
  }
  const { ReturnCode, Messages = [] } = read.data;
  if (ReturnCode === NONE && method === "GET") return read.data;
  if (ReturnCode === 0 && status >= 200 && status < 300) return read.data;
  const told = Messages.map((message) => (typeof message === "string" ? message : JSON.stringify(message)))
    .join("; ")
    .slice(0, 1000);
  throw new DeskError(
    `${activity}: the desk answers ${status}, ReturnCode ${ReturnCode}: ${told}`,
    !passing && !PASSING.has(ReturnCode),
  );
}

async function send(
  { address, credentials, timeout = 15_000 }: DeskOptions,
  activity: string,
  method: string,
  path: string,
  body: object | undefined,
  fresh: boolean,
): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(new URL(path, address), {
      method,
      redirect: "error",
      signal: AbortSignal.timeout(timeout),
      headers: {
        accept: "application/json",
        authorization: `Basic ${Buffer.from(await credentials(fresh)).toString("base64")}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new DeskError(`${activity}: ${error instanceof Error ? error.message : String(error)}`, false, error);
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
