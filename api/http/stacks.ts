import { z } from "zod";
import { AccountId } from "../../programs/identifiers.ts";
import { underWay } from "../operations/accept.ts";
import { whyAdminStays } from "../operations/offboard-admin.ts";
import type { OperationKind } from "../operations/operation.ts";
import { adminStack, stackOfAccount } from "../operations/operation.ts";
import { invalidField, Problem } from "../problem.ts";
import type { Db } from "../store/connection.ts";
import { findMembershipChange } from "../store/operations.ts";
import { findStack, lockStack, saveStack } from "../store/stacks.ts";
import { accept, acceptedResponses } from "./accepted.ts";
import { type AccountRoutesOptions, known, lockedAccount, requireAdmin, requireMember } from "./accounts.ts";
import { presentAdmin } from "./present.ts";
import { type Route, route } from "./route.ts";
import { AdminBody, accountIdParams, NothingRequest, RunRequestBody } from "./schemas.ts";

interface Verb {
  readonly path: string;
  readonly kind: OperationKind;
  readonly name: string;
  readonly does: string;
  readonly body: z.ZodType<{ refresh?: boolean | undefined }>;
}

/** The three verbs that every stack knows. */
const verbs: readonly Verb[] = [
  {
    path: "previews",
    kind: "preview",
    name: "preview",
    does: "Say what a deployment would do; changes nothing",
    body: RunRequestBody,
  },
  {
    path: "deployments",
    kind: "deploy",
    name: "deploy",
    does: "Bring the stack to what is wanted",
    body: RunRequestBody,
  },
  {
    path: "drift-checks",
    kind: "drift_check",
    name: "checkDrift",
    does: "Compare AWS with the recorded state",
    body: NothingRequest,
  },
];

export function stackRoutes(options: AccountRoutesOptions): Route[] {
  return [
    ...verbs.map((verb) => accountVerb(options, verb)),
    ...verbs.map((verb) => adminVerb(options, verb)),
    admin(options),
    adminLeaves(options),
  ];
}

function accountVerb(options: AccountRoutesOptions, { path, kind, name, does, body }: Verb): Route {
  return route({
    method: "post",
    path: `/accounts/:accountId/${path}`,
    operationId: `${name}Account`,
    tag: "accounts",
    summary: `${does} (one account)`,
    permission: "operate",
    team: { keptTo: "account" },
    params: accountIdParams,
    body,
    bodyOptional: true,
    etag: true,
    responses: acceptedResponses,
    problems: [404, 409, 422, 502],
    handle: (call) =>
      accept(options, call, async () => {
        const { accountId } = call.params;
        const { db } = options;
        // A preview is of use before onboarding, too: it tells what would be adopted.
        if (kind === "preview") await requireMember(options, accountId);
        else requireOnboarded(await known(db, accountId), kind);
        await requireAdmin(db);
        const current = (transaction: Db) => lockedAccount(transaction, accountId);
        return { kind, stack: stackOfAccount(accountId), accountId, request: { ...call.body }, current };
      }),
  });
}

function requireOnboarded(
  { accountId, status, deployedAt }: Awaited<ReturnType<typeof known>>,
  kind: OperationKind,
): void {
  const possible = kind === "deploy" ? status === "active" || status === "failed" : deployedAt !== null;
  if (possible) return;
  throw new Problem(
    "conflict",
    `Account ${accountId} is ${status}: onboard it with POST /accounts and wait until it is active.`,
    { accountId },
  );
}

function adminVerb(options: AccountRoutesOptions, { path, kind, name, does, body }: Verb): Route {
  return route({
    method: "post",
    path: `/admin/${path}`,
    operationId: `${name}Admin`,
    tag: "admin",
    summary: `${does} (the admin stack)`,
    permission: "operate",
    body,
    bodyOptional: true,
    etag: true,
    responses: acceptedResponses,
    problems: [409],
    handle: (call) =>
      accept(options, call, async () => {
        if (kind === "drift_check") await requireAdmin(options.db);
        const current = (transaction: Db) => lockedAdmin(transaction);
        return { kind, stack: adminStack, accountId: null, request: { ...call.body }, current };
      }),
  });
}

async function lockedAdmin(transaction: Db): Promise<object> {
  await lockStack(transaction, adminStack);
  return presentAdmin(await findStack(transaction, adminStack));
}

function admin({ db }: AccountRoutesOptions): Route {
  return route({
    method: "get",
    path: "/admin",
    operationId: "getAdmin",
    tag: "admin",
    summary: "The admin stack: whether it is deployed, its outputs, its drift",
    permission: "read",
    etag: true,
    responses: { 200: { description: "The admin stack.", schema: AdminBody } },
    handle: async () => ({ status: 200, body: presentAdmin(await findStack(db, adminStack)) }),
  });
}

function adminLeaves(options: AccountRoutesOptions): Route {
  const { db, settings } = options;
  return route({
    method: "delete",
    path: "/admin",
    operationId: "offboardAdmin",
    tag: "admin",
    summary: "Take the admin stack off again",
    description:
      "Once every account is offboarded: puts back what was adopted, destroys the rest, ends delegations and trusted access. Evidence and its keys stay, and the next `POST /admin/deployments` goes on with them. `confirm` repeats the management account's id.",
    permission: "administer",
    etag: true,
    query: z.strictObject({
      confirm: AccountId.optional().meta({ description: "Required: repeats the management account's id." }),
    }),
    responses: acceptedResponses,
    problems: [409],
    handle: (call) =>
      accept(options, call, async () => {
        const { management } = settings.accounts;
        if (call.query.confirm !== management) {
          throw invalidField("confirm", "must repeat the management account's id", `confirm=${management}`);
        }
        const running = await findMembershipChange(db, adminStack);
        if (running !== undefined) throw underWay(running);
        if ((await findStack(db, adminStack))?.inputs == null) {
          throw new Problem("admin-not-deployed", "The admin stack is not deployed: there is nothing to take off.");
        }
        const before = async (transaction: Db, lastOperationId: string) => {
          await lockStack(transaction, adminStack);
          const obstacle = await whyAdminStays(transaction);
          if (obstacle !== undefined) throw new Problem("conflict", `${obstacle.message}. ${obstacle.remedy}`);
          await saveStack(transaction, adminStack, { lastOperationId });
        };
        const current = (transaction: Db) => lockedAdmin(transaction);
        return { kind: "offboard" as const, stack: adminStack, accountId: null, request: {}, current, before };
      }),
  });
}
