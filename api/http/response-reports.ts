import { z } from "zod";
import { AccountId } from "../../programs/identifiers.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import { SEVERITIES } from "../../remediation/forwarders/incident.ts";
import type { Line, Listed } from "../../remediation/response/ledger.ts";
import { backlog, observed, timeToResolve } from "../../remediation/response/reports.ts";
import type { Shelf } from "../../remediation/response/shelf.ts";
import { ofResponse } from "../response/deployed.ts";
import { allIncidents } from "../response/incidents.ts";
import type { ResponseAws } from "../response/response-aws.ts";
import { isOwn } from "./permissions.ts";
import { type Route, route } from "./route.ts";

export interface ReportRoutesOptions {
  readonly settings: Pick<OrganizationSettings, "features">;
  readonly response: Pick<ResponseAws, "ledger">;
  readonly now: () => Date;
}

/** Incidents of one report: some 20 MB while it is made. */
const MOST = 10_000;
/** Those of which each change is read, in one call each. */
const MOST_OBSERVED = 2_000;
const AT_ONCE = 10;
const DAY = 24 * 60 * 60 * 1000;
const DAYS = 30;

const duration = z.int().meta({ description: "Milliseconds." });
const account = AccountId.optional();

const ObservedRow = z.object({
  ...{ remediation: z.string(), control: z.string(), account: z.string(), incidents: z.int() },
  changes: z.int().meta({ description: "Resources that would have been changed." }),
  left: z.int().meta({ description: "Those that would have been left: protected, refused, not readable." }),
});
const TimeToResolveRow = z.object({
  ...{ severity: z.enum(SEVERITIES), control: z.string(), count: z.int() },
  ...{ median: duration, p90: duration, p95: duration, longest: duration },
});
const BacklogRow = z.object({
  ...{ account: z.string(), severity: z.enum(SEVERITIES), count: z.int() },
  acknowledged: z.int().meta({ description: "Those that somebody looks after." }),
  oldest: z.string().meta({ description: "When the oldest of them was opened." }),
});

function reportOf(id: string, row: z.ZodObject) {
  return z
    .object({
      asOf: z.iso.datetime(),
      incidents: z.int().meta({ description: "That were counted." }),
      complete: z.boolean().meta({ description: "Whether those are all; else they are the newest of them." }),
      rows: z.array(row),
    })
    .meta({ id });
}
export const ObservedReportBody = reportOf("ObservedReport", ObservedRow);
export const TimeToResolveReportBody = reportOf("TimeToResolveReport", TimeToResolveRow);
export const BacklogReportBody = reportOf("BacklogReport", BacklogRow);

const tag = "reports";
const shared = { method: "get", tag, permission: "read", team: { keptTo: "rows" }, problems: [409, 502] } as const;

/** What the ledger tells of many incidents. */
export function reportRoutes({ settings, response: { ledger }, now }: ReportRoutesOptions): Route[] {
  const read = (
    shelf: Shelf,
    own: readonly string[] | undefined,
    {
      account,
      state,
      after,
    }: { readonly account: string | undefined; readonly state?: string; readonly after?: string },
    most = MOST,
  ) =>
    ofResponse(settings, () =>
      allIncidents(
        ledger,
        { shelf, after },
        (incident) =>
          isOwn(own, incident.account) &&
          (account ?? incident.account) === incident.account &&
          (state ?? incident.state) === incident.state,
        most,
      ),
    );
  const answer = ({ items, complete }: Awaited<ReturnType<typeof read>>, rows: readonly object[]) => ({
    status: 200,
    body: { asOf: now().toISOString(), incidents: items.length, complete, rows },
  });

  async function dryRuns(items: readonly Listed[]): Promise<Readonly<Record<string, readonly Line[]>>> {
    const lines: Record<string, readonly Line[]> = {};
    for (let at = 0; at < items.length; at += AT_ONCE) {
      await Promise.all(
        items.slice(at, at + AT_ONCE).map(async ({ id }) => {
          lines[id] = await ledger.lines(id, 0);
        }),
      );
    }
    return lines;
  }

  return [
    route({
      ...shared,
      path: "/reports/observed",
      operationId: "reportObserved",
      summary: "What would have been changed where remediations may only observe",
      description:
        "By remediation, control and account, the most changes first: what to look at before a mode is raised.",
      query: z.strictObject({ account }),
      responses: { 200: { description: "The report.", schema: ObservedReportBody } },
      handle: async ({ query, ownAccounts }) => {
        const found = await read("open", ownAccounts(), { account: query.account, state: "observed" }, MOST_OBSERVED);
        const lines = await ofResponse(settings, () => dryRuns(found.items));
        return answer(found, observed(found.items, lines));
      },
    }),

    route({
      ...shared,
      path: "/reports/time-to-resolve",
      operationId: "reportTimeToResolve",
      summary: "How long incidents were open that are well now",
      description: "By severity and control, the slowest first. What was suppressed or ignored is none of it.",
      query: z.strictObject({
        account,
        days: z
          .string()
          .regex(/^[1-9]\d{0,2}$/, "must be a whole number from 1 to 400")
          .transform(Number)
          .refine((days) => days <= 400, "must be a whole number from 1 to 400")
          .optional()
          .meta({
            description: "Incidents that ended in as many days until now.",
            openapi: { type: "integer", minimum: 1, maximum: 400, default: DAYS },
          }),
      }),
      responses: { 200: { description: "The report.", schema: TimeToResolveReportBody } },
      handle: async ({ query, ownAccounts }) => {
        const after = new Date(now().getTime() - (query.days ?? DAYS) * DAY).toISOString();
        const found = await read("closed", ownAccounts(), { account: query.account, after });
        return answer(found, timeToResolve(found.items));
      },
    }),

    route({
      ...shared,
      path: "/reports/backlog",
      operationId: "reportBacklog",
      summary: "What is still open",
      description: "By account and severity, the most first.",
      query: z.strictObject({ account }),
      responses: { 200: { description: "The report.", schema: BacklogReportBody } },
      handle: async ({ query, ownAccounts }) => {
        const found = await read("open", ownAccounts(), { account: query.account });
        return answer(found, backlog(found.items));
      },
    }),
  ];
}
