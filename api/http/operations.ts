import { z } from "zod";
import { AccountId } from "../../programs/identifiers.ts";
import { operationIdPattern } from "../ids.ts";
import { cancelWithin } from "../operations/accept.ts";
import { operationKinds, operationStatuses } from "../operations/operation.ts";
import { Problem } from "../problem.ts";
import type { Db } from "../store/connection.ts";
import { findOperation, listOperations, lockOperation } from "../store/operations.ts";
import type { Accepting } from "./accepted.ts";
import type { EventStreams } from "./event-stream.ts";
import { page, pageQuery } from "./pages.ts";
import { isOwn } from "./permissions.ts";
import { presentOperation } from "./present.ts";
import { type Route, route } from "./route.ts";
import { NothingRequest, OperationBody, operationIdParams, pageOf } from "./schemas.ts";

const tag = "operations";

export function operationRoutes(options: Accepting & { readonly streams: EventStreams }): Route[] {
  const { db, streams } = options;

  async function known(id: string, from: Db = db, own?: readonly string[]) {
    const row = operationIdPattern.test(id) ? await findOperation(from, id) : undefined;
    if (row === undefined || !isOwn(own, row.accountId)) {
      throw new Problem("not-found", `There is no operation ${id}.`);
    }
    return row;
  }

  return [
    route({
      method: "get",
      path: "/operations",
      operationId: "listOperations",
      tag,
      summary: "Operations, the newest first",
      permission: "read",
      team: { keptTo: "rows" },
      query: z.strictObject({
        ...pageQuery,
        status: z.enum(operationStatuses).optional(),
        kind: z.enum(operationKinds).optional(),
        accountId: AccountId.optional(),
      }),
      responses: { 200: { description: "One page.", schema: pageOf("Operation", OperationBody) } },
      handle: async ({ query, ownAccounts }) => {
        const { status, kind, accountId } = query;
        const among = ownAccounts();
        const body = await page({
          query,
          scope: { list: "operations", status, kind, accountId },
          key: operationIdPattern,
          fetch: (before, limit) => listOperations(db, { status, kind, accountId, among, before, limit }),
          keyOf: ({ id }) => id,
          present: presentOperation,
        });
        return { status: 200, body };
      },
    }),

    route({
      method: "get",
      path: "/operations/:operationId",
      operationId: "getOperation",
      tag,
      summary: "One operation with its result or error",
      permission: "read",
      team: { keptTo: "rows" },
      params: operationIdParams,
      etag: true,
      responses: { 200: { description: "The operation.", schema: OperationBody } },
      problems: [404],
      handle: async ({ params, ownAccounts }) => ({
        status: 200,
        body: presentOperation(await known(params.operationId, db, ownAccounts())),
      }),
    }),

    route({
      method: "post",
      path: "/operations/:operationId/cancel",
      operationId: "cancelOperation",
      tag,
      summary: "Cancel an operation",
      description:
        "A waiting operation ends at once. A running one finishes what is in flight and then ends; follow it to see what was done.",
      permission: "operate",
      params: operationIdParams,
      body: NothingRequest,
      bodyOptional: true,
      etag: true,
      responses: { 202: { description: "The operation as it is now.", schema: OperationBody } },
      problems: [404, 409],
      handle: (call) => {
        const { operationId: id } = call.params;
        return call.write(async (transaction) => {
          await lockOperation(transaction, id);
          call.requireMatch(presentOperation(await known(id, transaction)));
          const { principal, requestId } = call;
          const row = await cancelWithin(transaction, options, id, { actor: principal.name, requestId });
          return {
            status: 202,
            body: presentOperation(row ?? (await known(id, transaction))),
            headers: { Location: `/operations/${id}` },
            representation: true,
          };
        });
      },
    }),

    route({
      method: "get",
      path: "/operations/:operationId/events",
      operationId: "followOperation",
      tag,
      summary: "Follow an operation (server-sent events)",
      description:
        "Events `status`, `progress`, `step`, `diagnostic`, with ids from 1 upwards. `Last-Event-ID` replays what follows that id. The stream ends after the final status; a further request for nothing new answers 204. Events are kept for `BULWARK_RETENTION_DAYS` after the end.",
      permission: "read",
      team: { keptTo: "rows" },
      params: operationIdParams,
      responses: {
        200: { description: "The events.", mediaType: "text/event-stream" },
        204: { description: "The operation has ended and there is nothing after `Last-Event-ID`." },
      },
      problems: [404, 410],
      handle: async (call) => {
        await streams.serve(await known(call.params.operationId, db, call.ownAccounts()), call);
        return undefined;
      },
    }),
  ];
}
