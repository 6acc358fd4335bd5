import { createHash, randomUUID } from "node:crypto";
import { z } from "zod";
import { AccountId } from "../../programs/identifiers.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import type { Listed } from "../../remediation/response/ledger.ts";
import { Problem } from "../problem.ts";
import { ofResponse } from "../response/deployed.ts";
import { wantedIncidents } from "../response/incidents.ts";
import { whyRefused } from "../response/refusal.ts";
import type { RequestKind } from "../response/request-kinds.ts";
import type { ResponseAws } from "../response/response-aws.ts";
import { writeAudit } from "../store/audit.ts";
import type { Db } from "../store/connection.ts";
import { idempotencyKeyOf } from "./idempotency.ts";
import { afterCursor, cursorOf, defaultLimit, pageQuery } from "./pages.ts";
import { isOwn, type Permission } from "./permissions.ts";
import {
  INCIDENT_STATES,
  presentRemediation,
  presentRemediationDetail,
  RemediationBody,
  type RemediationDetail,
  RemediationDetailBody,
  RequestedBody,
  SHELVES,
} from "./remediation-bodies.ts";
import { type Route, route } from "./route.ts";
import { NothingRequest, pageOf } from "./schemas.ts";

export interface RemediationRoutesOptions {
  readonly db: Db;
  readonly settings: Pick<OrganizationSettings, "features">;
  readonly response: Pick<ResponseAws, "ledger" | "send">;
  readonly now: () => Date;
}

const tag = "remediations";
const remediationIdParams = z.strictObject({ remediationId: z.string().max(128) });
const idPattern = /^[0-9a-f]{32}$/;

interface Verb {
  readonly kind: RequestKind;
  readonly permission: Permission;
  readonly forTeams?: true;
  readonly summary: string;
  readonly description: string;
}

const VERBS: readonly Verb[] = [
  {
    ...{ kind: "approve", permission: "approve", summary: "Approve the change that an incident asks for" },
    description: "The change is made as the ledger has planned it, unless the resource is otherwise by then.",
  },
  {
    ...{ kind: "reject", permission: "approve", summary: "Reject the change that an incident asks for" },
    description: "Nothing is changed; a finding that is made later asks again.",
  },
  {
    ...{ kind: "undo", permission: "respond", summary: "Take the last verified change of an incident back" },
    description:
      "Resources get back what was recorded of them. What somebody has changed since stays, and is told in the history. The kill switch does not stop it.",
  },
  {
    ...{ kind: "suppress", permission: "respond", summary: "Set an incident aside" },
    description: "Its finding is SUPPRESSED in Security Hub: nobody is called, nothing is changed, until it is lifted.",
  },
  {
    ...{ kind: "acknowledge", permission: "respond", forTeams: true, summary: "Say that you look after an incident" },
    description: "Nobody else is called. The first who says so does.",
  },
];

/** Incidents, and what people ask of them. */
export function remediationRoutes(options: RemediationRoutesOptions): Route[] {
  const { db, settings, now } = options;
  const { ledger, send } = options.response;

  /** Another team's is answered as what does not exist. */
  async function known(id: string, own: readonly string[] | undefined): Promise<Listed> {
    const incident = await ofResponse(settings, async () => (idPattern.test(id) ? ledger.listed(id) : undefined));
    if (incident !== undefined && isOwn(own, incident.account)) return incident;
    throw new Problem("not-found", `There is no incident ${id}. GET /remediations lists those that there are.`);
  }

  function detailOf(incident: Listed): Promise<RemediationDetail> {
    const { id, epoch, verified } = incident;
    return ofResponse(settings, async () => {
      const [about, history, ...lines] = await Promise.all([
        ledger.about(id),
        ledger.history(id),
        ...[...new Set([0, verified, epoch])].map((change) => ledger.lines(id, change)),
      ]);
      return {
        ...{ incident, answeredBy: about?.remediation ?? null, finding: about?.finding ?? null },
        ...{ history, lines: lines.flat() },
      };
    });
  }

  return [
    route({
      method: "get",
      path: "/remediations",
      operationId: "listRemediations",
      tag,
      summary: "Incidents and how they were answered, the newest first",
      description:
        "From the ledger, of which what was written a moment ago may be missing here. A page may have fewer items than its limit where a filter leaves few of many: `nextCursor` is null at the end.",
      permission: "read",
      team: { keptTo: "rows" },
      query: z.strictObject({
        ...pageQuery,
        shelf: z.enum(SHELVES).optional().meta({ description: "`open` unless asked for otherwise." }),
        account: AccountId.optional(),
        state: z.enum(INCIDENT_STATES).optional(),
      }),
      responses: { 200: { description: "One page.", schema: pageOf("Remediation", RemediationBody) } },
      problems: [409, 502],
      handle: async ({ query, ownAccounts }) => {
        const own = ownAccounts();
        const { shelf = "open", account, state, limit = defaultLimit, cursor } = query;
        const scope = { list: "remediations", shelf, account, state };
        const next = cursor === undefined ? undefined : afterCursor(cursor, scope, /^[\w-]{1,400}$/);
        const isAnybodys = account === undefined && state === undefined && own === undefined;
        const wanted = (incident: Listed) =>
          (account ?? incident.account) === incident.account &&
          (state ?? incident.state) === incident.state &&
          isOwn(own, incident.account);
        const page = await ofResponse(settings, () =>
          wantedIncidents(ledger, { shelf, limit, next }, isAnybodys ? undefined : wanted),
        );
        const nextCursor = page.next === undefined ? null : cursorOf(scope, page.next);
        return { status: 200, body: { items: page.items.map(presentRemediation), nextCursor } };
      },
    }),

    route({
      method: "get",
      path: "/remediations/:remediationId",
      operationId: "getRemediation",
      tag,
      summary: "One incident: its finding, its history, and what was or would be changed, before and after",
      permission: "read",
      team: { keptTo: "rows" },
      params: remediationIdParams,
      etag: true,
      responses: { 200: { description: "The incident.", schema: RemediationDetailBody } },
      problems: [404, 409, 502],
      handle: async ({ params, ownAccounts }) => {
        const incident = await known(params.remediationId, ownAccounts());
        return { status: 200, body: presentRemediationDetail(await detailOf(incident)) };
      },
    }),

    ...VERBS.map(request),
  ];

  function request({ kind, permission, forTeams, summary, description }: Verb): Route {
    return route({
      method: "post",
      path: `/remediations/:remediationId/${kind}`,
      operationId: `${kind}Remediation`,
      ...{ tag, summary, permission },
      description: `${description} The answer is in the incident's history once the responder has worked on it: a step that has the request's id.`,
      ...(forTeams === true ? { team: { keptTo: "rows" as const } } : {}),
      params: remediationIdParams,
      body: NothingRequest,
      bodyOptional: true,
      etag: true,
      responses: { 202: { description: "The responder will answer it.", schema: RequestedBody } },
      problems: [404, 409, 502],
      handle: async (call) => {
        const incident = await known(call.params.remediationId, call.ownAccounts());
        if (call.conditional) call.requireMatch(presentRemediationDetail(await detailOf(incident)));
        const refused = whyRefused(kind, incident);
        if (refused !== undefined) throw new Problem("conflict", refused, { accountId: incident.account });
        const { principal, requestId } = call;
        const key = idempotencyKeyOf(call.request);
        const id = `api:${key === undefined ? randomUUID() : ofPrincipal(principal.id, key)}`;
        const at = now().toISOString();
        // First the record, then the request: none has an effect that the audit does not know, and one that did not get out is sent again under its id.
        await writeAudit(db, {
          ...{ actor: principal.name, action: `remediation.${kind}`, target: incident.id, requestId },
          detail: { request: id, account: incident.account, state: incident.state },
        });
        await ofResponse(settings, () =>
          send({ id, kind, incident: incident.id, who: principal.name, source: "api", at }),
        );
        return call.write(async () => ({
          status: 202,
          body: { id, kind, remediation: incident.id, requestedBy: principal.name, requestedAt: at },
          headers: { Location: `/remediations/${incident.id}` },
        }));
      },
    });
  }
}

/** Keys are each principal's own, and longer than an id may be. */
function ofPrincipal(principal: string, key: string): string {
  return createHash("sha256")
    .update(JSON.stringify([principal, key]))
    .digest("hex");
}
