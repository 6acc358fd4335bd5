import { randomBytes } from "node:crypto";
import { z } from "zod";
import { Problem } from "../problem.ts";
import { writeAudit } from "../store/audit.ts";
import type { Db } from "../store/connection.ts";
import { deleteToken, insertToken, listTokens } from "../store/tokens.ts";
import { bootstrapName, hashToken } from "./authentication.ts";
import { page, pageQuery } from "./pages.ts";
import { presentToken } from "./present.ts";
import { type Route, route } from "./route.ts";
import { NewTokenBody, pageOf, TokenBody, TokenRequest } from "./schemas.ts";

const tag = "tokens";

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
      handle: async ({ body: { name, role }, principal, requestId }) => {
        if (name === bootstrapName) throw taken(name);
        const token = `bulwark_${randomBytes(32).toString("base64url")}`;
        const id = `tok-${newId()}`;
        const row = await db.transaction().execute(async (transaction) => {
          const actor = principal.name;
          await writeAudit(transaction, {
            actor,
            action: "token.create",
            target: id,
            requestId,
            detail: { name, role },
          });
          return insertToken(transaction, { id, name, role, hash: hashToken(token), createdBy: actor });
        });
        if (row === undefined) throw taken(name);
        return { status: 201, body: { ...presentToken(row), token }, headers: { Location: `/tokens/${id}` } };
      },
    }),

    route({
      method: "get",
      path: "/tokens",
      operationId: "listTokens",
      tag,
      summary: "API tokens, without their secrets",
      permission: "administer",
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
      method: "delete",
      path: "/tokens/:tokenId",
      operationId: "deleteToken",
      tag,
      summary: "Revoke an API token, at once",
      permission: "administer",
      params: z.strictObject({ tokenId: z.string().max(100) }),
      responses: { 204: { description: "It is gone." } },
      problems: [404],
      handle: async ({ params: { tokenId }, principal, requestId }) => {
        const row = await db.transaction().execute(async (transaction) => {
          const actor = principal.name;
          await writeAudit(transaction, { actor, action: "token.delete", target: tokenId, requestId });
          return deleteToken(transaction, tokenId);
        });
        if (row === undefined) throw new Problem("not-found", `There is no token ${tokenId}.`);
        return { status: 204 };
      },
    }),
  ];
}

function taken(name: string): Problem {
  return new Problem("conflict", `There is a token named ${name}. Choose another name, or delete it first.`);
}
