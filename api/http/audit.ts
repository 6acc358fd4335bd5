import { z } from "zod";
import { invalidField } from "../problem.ts";
import { type AuditHead, type AuditRow, listAudit, verifyAudit } from "../store/audit.ts";
import type { Db } from "../store/connection.ts";
import { page, pageQuery } from "./pages.ts";
import { type Route, route } from "./route.ts";
import { AuditEntryBody, AuditVerificationBody, pageOf } from "./schemas.ts";

const tag = "audit";
const text = z.string().min(1).max(200).optional();

const Noted = z.strictObject({
  entries: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "must be a whole number")
    .optional()
    .meta({ description: "`entries` of an earlier verification.", openapi: { type: "integer", minimum: 1 } }),
  head: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits")
    .optional()
    .meta({
      description: "`head` of that verification: a chain that was cut off or written anew since then is found out.",
    }),
});

/** Who did what and when, and the proof that nobody has changed the record. */
export function auditRoutes({ db }: { readonly db: Db }): Route[] {
  return [
    route({
      method: "get",
      path: "/audit",
      operationId: "listAudit",
      tag,
      summary: "What was done, the newest first",
      permission: "audit",
      query: z.strictObject({ ...pageQuery, actor: text, action: text, target: text }),
      responses: { 200: { description: "One page.", schema: pageOf("AuditEntry", AuditEntryBody) } },
      handle: async ({ query }) => {
        const { actor, action, target } = query;
        const body = await page({
          query,
          scope: { list: "audit", actor, action, target },
          key: /^\d{1,15}$/,
          fetch: (before, limit) => listAudit(db, { actor, action, target, before, limit }),
          keyOf: ({ seq }) => String(seq),
          present,
        });
        return { status: 200, body };
      },
    }),

    route({
      method: "get",
      path: "/audit/verify",
      operationId: "verifyAudit",
      tag,
      summary: "Whether the record is whole",
      description:
        "Computes every hash of the chain anew: an entry that was edited, removed, added or moved is found. Note `entries` and `head` outside of the database and send them next time: so whoever cuts off the end, or writes the whole chain anew, is found out too.",
      permission: "audit",
      query: Noted,
      responses: { 200: { description: "What was found.", schema: AuditVerificationBody } },
      handle: async ({ query }) => {
        const { ok, head, firstBroken } = await verifyAudit(db, notedHead(query));
        const body = { ok, entries: head.entries, head: head.hash.toString("hex") };
        return { status: 200, body: firstBroken === undefined ? body : { ...body, firstBroken } };
      },
    }),
  ];
}

function notedHead({ entries, head }: z.infer<typeof Noted>): AuditHead | undefined {
  if (entries === undefined && head === undefined) return undefined;
  if (entries !== undefined && head !== undefined) return { entries: Number(entries), hash: Buffer.from(head, "hex") };
  throw invalidField(
    entries === undefined ? "entries" : "head",
    "is missing",
    "entries and head of one verification, or neither",
  );
}

function present(row: AuditRow): z.infer<typeof AuditEntryBody> {
  const { seq, at, actor, action, target, requestId, detail, hash } = row;
  return {
    entry: seq,
    at: at.toISOString(),
    ...{ actor, action, target, detail },
    ...(requestId === null ? {} : { requestId }),
    hash: hash.toString("hex"),
  };
}
