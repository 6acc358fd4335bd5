import { z } from "zod";
import { decideWeakening } from "../accounts/decide-weakening.ts";
import type { Db } from "../store/connection.ts";
import { known, lockedAccount } from "./accounts.ts";
import { presentAccountDetail } from "./present.ts";
import { type Route, route } from "./route.ts";
import { AccountDetailBody, accountIdParams, WeakeningDecisionRequest } from "./schemas.ts";

export interface WeakeningRoutesOptions {
  readonly db: Db;
  readonly now: () => Date;
}

const params = accountIdParams.extend({
  type: z.string().max(100).meta({ description: "Of the entry: exception, remediationOff or suppression." }),
  name: z.string().max(100).meta({ description: "Of the entry." }),
});

/** The decisions on entries that weaken what the organization set. */
export function weakeningRoutes({ db, now }: WeakeningRoutesOptions): Route[] {
  return [
    decision("approve", "approved", {
      summary: "Approve an extension that weakens",
      description:
        "It counts from the account's next deployment until it expires: then the service deploys without it. Never by who asked for it.",
    }),
    decision("reject", "rejected", {
      summary: "Reject an extension that weakens",
      description:
        "It stays in the account's list and never counts, until it is asked for anew. Never by who asked for it.",
    }),
  ];

  function decision(
    verb: "approve" | "reject",
    verdict: "approved" | "rejected",
    told: { readonly summary: string; readonly description: string },
  ): Route {
    return route({
      method: "post",
      path: `/accounts/:accountId/extensions/:type/:name/${verb}`,
      operationId: `${verb}Extension`,
      tag: "accounts",
      ...told,
      permission: "approve",
      params,
      body: WeakeningDecisionRequest,
      etag: true,
      responses: { 200: { description: "The account.", schema: AccountDetailBody } },
      problems: [404, 409],
      handle: async (call) => {
        const { principal, requestId, body } = call;
        const { accountId, type, name } = call.params;
        await known(db, accountId);
        return call.write(async (transaction) => {
          call.requireMatch(await lockedAccount(transaction, accountId));
          const { requestedAt, comment } = body;
          const given = {
            accountId,
            type,
            name,
            verdict,
            requestedAt,
            comment,
            by: principal.name,
            requestId,
            now: now(),
          };
          await decideWeakening(transaction, given);
          return { status: 200, body: presentAccountDetail(await known(transaction, accountId)), representation: true };
        });
      },
    });
  }
}
