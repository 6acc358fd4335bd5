import { createHash } from "node:crypto";
import { z } from "zod";
import { AccountId } from "../../programs/identifiers.ts";
import { SEVERITIES } from "../../remediation/forwarders/incident.ts";
import { AwsCallError } from "../../stacks/aws/call-error.ts";
import { invalidField } from "../problem.ts";
import type { FindingsRead } from "../response/cached-findings.ts";
import { type FindingsQuestion, MOST_ACCOUNTS, MOST_FINDINGS, RECORD_STATES, WORKFLOWS } from "../response/finding.ts";
import type { Db } from "../store/connection.ts";
import { requireAdmin } from "./accounts.ts";
import { afterCursor, cursorOf, defaultLimit, pageQueryOf } from "./pages.ts";
import { isOwn } from "./permissions.ts";
import { type Route, route } from "./route.ts";

export interface FindingRoutesOptions {
  readonly db: Db;
  readonly findings: (question: FindingsQuestion) => Promise<FindingsRead>;
  readonly now: () => Date;
}

const time = z.string().meta({ description: "ISO 8601, as its product wrote it." });

export const FindingBody = z
  .object({
    ...{ id: z.string(), productArn: z.string(), product: z.string().nullable() },
    ...{ account: z.string(), region: z.string().nullable(), title: z.string(), description: z.string() },
    ...{ severity: z.string().nullable(), workflow: z.string().nullable(), recordState: z.string().nullable() },
    compliance: z.string().nullable().meta({ description: "What a check came to; null where it was none." }),
    control: z.string().nullable(),
    types: z.array(z.string()),
    resources: z.array(z.object({ type: z.string(), id: z.string() })),
    note: z.string().nullable(),
    ...{ createdAt: time, updatedAt: time },
    recommendation: z.object({ text: z.string().nullable(), url: z.string().nullable() }).nullable(),
  })
  .meta({ id: "Finding", description: "As Security Hub has it." });

export const FindingPageBody = z
  .object({
    items: z.array(FindingBody),
    nextCursor: z.string().nullable(),
    asOf: z.iso.datetime().meta({ description: "When Security Hub said so: at most a minute ago." }),
  })
  .meta({ id: "FindingPage" });

/** A group of accounts, and the token of Security Hub, whose form is its own. */
const KEY = /^(\d{1,2}):(.*)$/s;
/** Characters: all of a request's head has 16 KB. */
const LONGEST_CURSOR = 8_000;

export function findingRoutes({ db, findings, now }: FindingRoutesOptions): Route[] {
  return [
    route({
      method: "get",
      path: "/findings",
      operationId: "listFindings",
      tag: "findings",
      summary: "Findings of all accounts and regions, the latest changed first",
      description:
        "From Security Hub, which lets an account ask three times in a second: the same question within a minute is answered from memory (`asOf` says of when), and where too many questions wait, the answer is 503 with `Retry-After`. A page may have fewer items than its limit. A team of more than 20 accounts gets them 20 after 20, each part in that order.",
      permission: "read",
      team: { keptTo: "rows" },
      query: z.strictObject({
        ...pageQueryOf(MOST_FINDINGS, LONGEST_CURSOR),
        account: AccountId.optional(),
        severity: z.enum(SEVERITIES).optional(),
        workflow: z.enum(WORKFLOWS).optional(),
        control: z
          .string()
          .regex(/^[A-Za-z0-9.-]{1,64}$/, "must be the id of a control, such as S3.8")
          .optional(),
        recordState: z.enum(RECORD_STATES).optional().meta({ description: "ACTIVE unless asked for otherwise." }),
      }),
      responses: { 200: { description: "One page.", schema: FindingPageBody } },
      problems: [409, 502],
      handle: async ({ query, ownAccounts }) => {
        const own = ownAccounts();
        await requireAdmin(db);
        const { account, severity, workflow, control, recordState = "ACTIVE", limit = defaultLimit, cursor } = query;
        const scope = {
          ...{ list: "findings", account, severity, workflow, control, recordState },
          ...(own === undefined ? {} : { of: fingerprint(own) }),
        };
        const after = cursor === undefined ? "0:" : afterCursor(cursor, scope, KEY);
        const [, part = "0", token = ""] = KEY.exec(after) ?? [];
        const groups = groupsOf(own, account);
        const at = Number(part);
        const accounts = groups[at];
        if (accounts === undefined) {
          return { status: 200, body: { items: [], nextCursor: null, asOf: now().toISOString() } };
        }
        const asked = { accounts: accounts.length === 0 ? undefined : accounts, severity, workflow, control };
        const read = await findings({ ...asked, recordState, limit, next: token || undefined }).catch((error) => {
          if (token === "" || !(error instanceof AwsCallError) || error.failure !== "invalid_request") throw error;
          throw invalidField("cursor", "is none that Security Hub takes (any more)", "no cursor: begin anew");
        });
        const next = read.next !== undefined ? `${at}:${read.next}` : at + 1 < groups.length ? `${at + 1}:` : undefined;
        const body = {
          // Whatever a token leads to: nothing beyond the caller's accounts.
          items: read.items.filter((finding) => isOwn(own, finding.account)),
          nextCursor: next === undefined ? null : cursorOf(scope, next),
          asOf: read.asOf,
        };
        return { status: 200, body };
      },
    }),
  ];
}

/** The accounts to ask for, as many at once as a filter takes; one empty group is all accounts, none at all is nothing to ask. Pure. */
function groupsOf(own: readonly string[] | undefined, account: string | undefined): readonly (readonly string[])[] {
  if (account !== undefined) return isOwn(own, account) ? [[account]] : [];
  if (own === undefined) return [[]];
  const sorted = [...new Set(own)].sort();
  return Array.from({ length: Math.ceil(sorted.length / MOST_ACCOUNTS) }, (_, index) =>
    sorted.slice(index * MOST_ACCOUNTS, (index + 1) * MOST_ACCOUNTS),
  );
}

/** So that a cursor ends with the accounts that it was made for. */
function fingerprint(accounts: readonly string[]): string {
  return createHash("sha256")
    .update([...accounts].sort().join())
    .digest("base64url")
    .slice(0, 22);
}
