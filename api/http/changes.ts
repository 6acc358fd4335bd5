import { z } from "zod";
import { AccountId } from "../../programs/identifiers.ts";
import { changeIdPattern, changeStatuses } from "../changes/change.ts";
import { type DecideOptions, decideChange, type Verdict } from "../changes/decide.ts";
import { Problem } from "../problem.ts";
import { findChange, listChanges } from "../store/changes.ts";
import type { Db } from "../store/connection.ts";
import { ChangeBody, ChangeDetailBody, DecisionRequest, presentChange, presentChangeDetail } from "./change-bodies.ts";
import { page, pageQuery } from "./pages.ts";
import { isOwn } from "./permissions.ts";
import { type Route, route } from "./route.ts";
import { pageOf } from "./schemas.ts";

export interface ChangeRoutesOptions extends DecideOptions {
  readonly db: Db;
}

const tag = "changes";
const changeIdParams = z.strictObject({ changeId: z.string().max(100) });

export function changeRoutes(options: ChangeRoutesOptions): Route[] {
  const { db } = options;

  async function known(id: string, own?: readonly string[]) {
    const row = changeIdPattern.test(id) ? await findChange(db, id) : undefined;
    if (row === undefined || !isOwn(own, row.accountId)) throw new Problem("not-found", `There is no change ${id}.`);
    return row;
  }

  return [
    route({
      method: "get",
      path: "/changes",
      operationId: "listChanges",
      tag,
      summary: "Changes that wait or waited for approval, the newest first",
      permission: "read",
      team: { keptTo: "rows" },
      query: z.strictObject({
        ...pageQuery,
        status: z.enum(changeStatuses).optional(),
        accountId: AccountId.optional(),
      }),
      responses: { 200: { description: "One page.", schema: pageOf("Change", ChangeBody) } },
      handle: async ({ query, ownAccounts }) => {
        const { status, accountId } = query;
        const among = ownAccounts();
        const body = await page({
          query,
          scope: { list: "changes", status, accountId },
          key: changeIdPattern,
          fetch: (before, limit) => listChanges(db, { status, accountId, among, before, limit }),
          keyOf: ({ id }) => id,
          present: presentChange,
        });
        return { status: 200, body };
      },
    }),

    route({
      method: "get",
      path: "/changes/:changeId",
      operationId: "getChange",
      tag,
      summary: "One change: what would be done, resource by resource, and why it was stopped",
      permission: "read",
      team: { keptTo: "rows" },
      params: changeIdParams,
      etag: true,
      responses: { 200: { description: "The change.", schema: ChangeDetailBody } },
      problems: [404],
      handle: async ({ params, ownAccounts }) => ({
        status: 200,
        body: presentChangeDetail(await known(params.changeId, ownAccounts())),
      }),
    }),

    decision("approve", "approved", {
      summary: "Approve a change",
      description:
        "Its operation goes on: it is previewed once more and applied if it is still what was approved. Never by who asked for the operation.",
    }),
    decision("reject", "rejected", {
      summary: "Reject a change",
      description: "Its operation ends as `cancelled`; nothing is done. Never by who asked for the operation.",
    }),
  ];

  function decision(
    verb: "approve" | "reject",
    verdict: Verdict["verdict"],
    told: { readonly summary: string; readonly description: string },
  ): Route {
    return route({
      method: "post",
      path: `/changes/:changeId/${verb}`,
      operationId: `${verb}Change`,
      tag,
      ...told,
      permission: "approve",
      params: changeIdParams,
      body: DecisionRequest,
      bodyOptional: true,
      etag: true,
      responses: { 200: { description: "The change as it is now.", schema: ChangeDetailBody } },
      problems: [404, 409],
      handle: async (call) => {
        const { principal, requestId, body } = call;
        const { id: changeId } = await known(call.params.changeId);
        return call.write(async (transaction) => {
          const given = { changeId, verdict, by: principal.name, requestId, comment: body.comment };
          const change = await decideChange(transaction, options, given, (current) =>
            call.requireMatch(presentChangeDetail(current)),
          );
          return {
            status: 200,
            body: presentChangeDetail(change),
            headers: { Location: `/operations/${change.operationId}` },
            representation: true,
          };
        });
      },
    });
  }
}
