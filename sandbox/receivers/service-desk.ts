import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export type DeskFields = Record<string, unknown>;
/** A desk in order, not answering (503), or doing what it is asked and losing the answer. */
export type DeskHealth = "up" | "down" | "answers lost";

/** The part of a Service Manager that a forwarder sees: it checks what it gets as the real one would, and keeps it. */
export interface ServiceDeskReceiver {
  readonly address: string;
  readonly incidents: DeskFields[];
  readonly changes: DeskFields[];
  /** Every request: method, path without query, status, and return code. */
  readonly requests: readonly {
    readonly method: string;
    readonly path: string;
    readonly status: number;
    readonly code: number;
  }[];
  /** `user:password` of those who may come in. */
  readonly logins: Set<string>;
  /** Ids of records that a person has open: a change of them answers ReturnCode 3. */
  readonly held: Set<string>;
  health: DeskHealth;
  stop(): Promise<void>;
}

export interface ServiceDeskOptions {
  readonly logins: readonly string[];
  readonly port?: number;
}

interface Answer {
  readonly status: number;
  readonly code: number;
  readonly body: object;
}

interface Table {
  readonly name: string;
  readonly key: string;
  readonly prefix: string;
  readonly required: readonly string[];
  readonly rows: DeskFields[];
}

const refused = (status: number, code: number, ...messages: string[]): Answer => ({
  status,
  code,
  body: { ReturnCode: code, Messages: messages },
});

/** Starts a receiver on 127.0.0.1, on a free port where none is given. */
export async function serviceDeskReceiver(options: ServiceDeskOptions): Promise<ServiceDeskReceiver> {
  const tables: Readonly<Record<string, Table>> = {
    incidents: {
      name: "Incident",
      key: "IncidentID",
      prefix: "IM",
      required: ["Title", "Description", "Service", "Impact", "Urgency", "AssignmentGroup"],
      rows: [],
    },
    changes: { name: "Change", key: "ChangeID", prefix: "C", required: ["Title", "Description"], rows: [] },
  };
  const requests: { method: string; path: string; status: number; code: number }[] = [];

  const given = ({ name, key, rows }: Table, row: DeskFields): Answer => {
    if (!rows.includes(row)) rows.push(row);
    return { status: 200, code: 0, body: { ReturnCode: 0, Messages: [`${name} ${row[key]} saved.`], [name]: row } };
  };

  const search = ({ name, rows }: Table, query: string | null): Answer => {
    const [, field, value] = /^(\w+)="([^"]*)"$/.exec(query ?? "") ?? [];
    if (field === undefined) return refused(400, 71, "The query can't be read");
    const found = rows.filter((row) => row[field] === value);
    if (found.length === 0) return refused(404, 9, "No (more) records found");
    const content = found.map((row) => ({ [name]: row }));
    return { status: 200, code: 0, body: { ReturnCode: 0, Messages: [], "@count": found.length, content } };
  };

  const change = (table: Table, row: DeskFields, fields: DeskFields, action: string | undefined): Answer => {
    if (receiver.held.has(String(row[table.key]))) return refused(200, 3, "Resource in use by another user");
    const closed = row.Status === "Closed";
    if (action === undefined && closed) return refused(200, 71, "A closed record can't be updated");
    if (action === "close" && closed) return refused(200, 71, "It is closed already");
    if (action === "close" && (!fields.ClosureCode || !fields.Solution)) {
      return refused(200, 71, "ClosureCode and Solution are required");
    }
    if (action === "reopen" && !closed) return refused(200, 71, "It is not closed");
    const status =
      action === "close" ? { Status: "Closed", ClosedBy: "bulwark" } : action === "reopen" ? { Status: "Open" } : {};
    Object.assign(row, fields, status);
    return given(table, row);
  };

  const answer = (request: IncomingMessage, url: URL, body: string): Answer => {
    if (receiver.health === "down") return { status: 503, code: -1, body: {} };
    const [scheme, login] = (request.headers.authorization ?? "").split(" ");
    const known = scheme === "Basic" && receiver.logins.has(Buffer.from(login ?? "", "base64").toString("utf8"));
    if (!known) return refused(401, -4, "Not Authorized");
    const [, , , rest, collection = "", key, action, verb] = url.pathname.split("/").map(decodeURIComponent);
    const table = Object.hasOwn(tables, collection) ? tables[collection] : undefined;
    if (rest !== "rest" || table === undefined) return refused(404, 70, "Invalid URI");
    const row = table.rows.find((one) => one[table.key] === key);
    if (request.method === "GET")
      return key === undefined
        ? search(table, url.searchParams.get("query"))
        : row
          ? given(table, row)
          : refused(404, 9, "No (more) records found");
    const fields = fieldsOf(body, table.name);
    if (fields === undefined) return refused(400, 70, `The body has no ${table.name} of texts and lists of texts`);
    if (request.method === "POST" && key === undefined) {
      const missing = table.required.filter((field) => !fields[field]?.length);
      // As Service Manager does where a form's validation fails: an error within HTTP 200.
      if (missing.length > 0) return refused(200, 71, ...missing.map((field) => `${field} is required`));
      return given(table, { [table.key]: `${table.prefix}${10_001 + table.rows.length}`, Status: "Open", ...fields });
    }
    if (row === undefined) return refused(404, 9, "No (more) records found");
    if (request.method === "PUT" && action === undefined) return change(table, row, fields, undefined);
    if (request.method === "POST" && action === "action" && (verb === "close" || verb === "reopen")) {
      return change(table, row, fields, verb);
    }
    return refused(405, 70, "Not supported");
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const { status, code, body } = answer(request, url, Buffer.concat(chunks).toString("utf8"));
    requests.push({ method: request.method ?? "", path: url.pathname, status, code });
    if (receiver.health === "answers lost" && request.method !== "GET") return void response.destroy();
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const receiver: ServiceDeskReceiver = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    incidents: tables.incidents?.rows ?? [],
    changes: tables.changes?.rows ?? [],
    requests,
    logins: new Set(options.logins),
    held: new Set(),
    health: "up",
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return receiver;
}

/** Texts and lists of texts by caption; undefined where the body is anything else. */
function fieldsOf(body: string, name: string): Record<string, string | string[]> | undefined {
  try {
    const read: unknown = JSON.parse(body);
    const fields = typeof read === "object" && read !== null ? (read as DeskFields)[name] : undefined;
    if (typeof fields !== "object" || fields === null) return undefined;
    const all = Object.values(fields).flat();
    return all.every((value) => typeof value === "string") ? (fields as Record<string, string | string[]>) : undefined;
  } catch {
    return undefined;
  }
}
