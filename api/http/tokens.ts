import { randomBytes } from "node:crypto";
import { z } from "zod";
import { isSamePerson, serviceName } from "../changes/change.ts";
import { eventSource } from "../consumer/account-event.ts";
import { Problem } from "../problem.ts";
import { writeAudit } from "../store/audit.ts";
import type { Db } from "../store/connection.ts";
import { deleteToken, findToken, insertToken, listTokens, lockToken, type TokenRow } from "../store/tokens.ts";
import { bootstrapName, hashToken } from "./authentication.ts";
import { page, pageQuery } from "./pages.ts";
import { presentToken } from "./present.ts";
import { type Route, route } from "./route.ts";
import { NewTokenBody, pageOf, TokenBody, TokenRequest } from "./schemas.ts";

const tag = "tokens";
/** Names under which the service itself writes the audit log, and asks for operations. */
const reservedNames = [bootstrapName, serviceName, eventSource];
const tokenIdParams = z.strictObject({ tokenId: z.string().max(100) });

export function tokenRoutes({ db, newId }: { readonly db: Db; readonly newId: () => string }): Route[] {
  return [
    route({
      method: "post",
      path: "/tokens",
      operationId: "createToken",
      tag,
      summary: "Make an API token",
      permission: "administer",
      body: TokenRequest,
      responses: { 201: { description: "The token, shown this once.", schema: NewTokenBody } },
      problems: [409],
      handle: (call) => {
        const { name, role } = call.body;
        const accounts = call.body.accounts === undefined ? null : [...new Set(call.body.accounts)].toSorted();
        if (reservedNames.some((reserved) => isSamePerson(reserved, name))) throw taken(name);
        const token = `bulwark_${randomBytes(32).toString("base64url")}`;
        const id = `tok-${newId()}`;
        const { principal, requestId } = call;
        const actor = principal.name;
        return call.write(async (transaction) => {
          const row = await insertToken(transaction, {
            ...{ id, name, role, accounts, hash: hashToken(token), createdBy: actor },
          });
          if (row === undefined) throw taken(name);
          await writeAudit(transaction, {
            actor,
            action: "token.create",
            target: id,
            requestId,
            detail: described({ name, role, accounts }),
          });
          return {
            status: 201,
            body: { ...presentToken(row), token },
            headers: { Location: `/tokens/${id}` },
            once: `This request made the token ${id} (${name}). Its secret was in the first answer, is not kept, and can't be shown again. If that answer was lost, delete it with DELETE /tokens/${id} and make another, with another Idempotency-Key.`,
          };
        });
      },
    }),

    route({
      method: "get",
      path: "/tokens",
      operationId: "listTokens",
      tag,
      summary: "API tokens, without their secrets",
      permission: "audit",
      query: z.strictObject(pageQuery),
      responses: { 200: { description: "One page.", schema: pageOf("Token", TokenBody) } },
      handle: async ({ query }) => ({
        status: 200,
        body: await page({
          query,
          scope: { list: "tokens" },
          key: /^tok-[0-9a-f-]{36}$/,
          fetch: (after, limit) => listTokens(db, { after, limit }),
          keyOf: ({ id }) => id,
          present: presentToken,
        }),
      }),
    }),

    route({
      method: "get",
      path: "/tokens/:tokenId",
      operationId: "getToken",
      tag,
      summary: "One API token, without its secret",
      permission: "audit",
      params: tokenIdParams,
      etag: true,
      responses: { 200: { description: "The token.", schema: TokenBody } },
      problems: [404],
      handle: async ({ params: { tokenId } }) => ({ status: 200, body: presentToken(await known(db, tokenId)) }),
    }),

    route({
      method: "delete",
      path: "/tokens/:tokenId",
      operationId: "deleteToken",
      tag,
      summary: "Revoke an API token, at once",
      permission: "administer",
      params: tokenIdParams,
      etag: true,
      responses: { 204: { description: "It is gone." } },
      problems: [404],
      handle: (call) =>
        call.write(async (transaction) => {
          const { principal, requestId, params } = call;
          const { tokenId } = params;
          await lockToken(transaction, tokenId);
          const token = await known(transaction, tokenId);
          call.requireMatch(presentToken(token));
          await deleteToken(transaction, tokenId);
          const entry = { actor: principal.name, action: "token.delete", target: tokenId, requestId };
          await writeAudit(transaction, { ...entry, detail: described(token) });
          return { status: 204 };
        }),
    }),
  ];
}

function described({ name, role, accounts }: Pick<TokenRow, "name" | "role" | "accounts">): Record<string, unknown> {
  return { name, role, ...(accounts === null ? {} : { accounts }) };
}

async function known(db: Db, tokenId: string): Promise<TokenRow> {
  const row = await findToken(db, tokenId);
  if (row !== undefined) return row;
  throw new Problem("not-found", `There is no token ${tokenId}.`);
}

function taken(name: string): Problem {
  return new Problem("conflict", `There is a token named ${name}. Choose another name, or delete it first.`);
}
