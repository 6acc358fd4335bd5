import { z } from "zod";
import type { Extension } from "../../programs/extensions/extensions.ts";
import { AccountId } from "../../programs/identifiers.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import { accountStatuses } from "../accounts/account.ts";
import { accountOutside, whyCoreAccount, whyNotMember } from "../accounts/eligibility.ts";
import { quietedBy } from "../accounts/environments.ts";
import { withinSharedLimits } from "../accounts/shared-limits.ts";
import type { Aws } from "../aws.ts";
import { stackOfCreation, underWay } from "../operations/accept.ts";
import { adminStack, stackOfAccount } from "../operations/operation.ts";
import { type FieldError, invalidField, Problem, unknownAccount } from "../problem.ts";
import {
  type AccountUpdate,
  findAccount,
  listAccounts,
  lockAccount,
  saveAccount,
  updateAccount,
} from "../store/accounts.ts";
import { writeAudit } from "../store/audit.ts";
import type { Db } from "../store/connection.ts";
import { findCreation, findMembershipChange } from "../store/operations.ts";
import { findStack } from "../store/stacks.ts";
import { type Accepting, accept, acceptedResponses } from "./accepted.ts";
import { requirePermitted, settled, weakeningsOf } from "./account-extensions.ts";
import { page, pageQuery } from "./pages.ts";
import { mayCall, type Principal } from "./permissions.ts";
import { presentAccountDetail, presentListedAccount, presentReadiness } from "./present.ts";
import { type Route, route } from "./route.ts";
import {
  AccountDetailBody,
  AccountPatch,
  AccountReadinessBody,
  AccountRequest,
  accountIdParams,
  ListedAccountBody,
  pageOf,
} from "./schemas.ts";

export interface AccountRoutesOptions extends Accepting {
  readonly aws: Aws;
  readonly settings: OrganizationSettings;
  readonly now: () => Date;
}

const tag = "accounts";

export function accountRoutes(options: AccountRoutesOptions): Route[] {
  const { db } = options;
  return [
    route({
      method: "post",
      path: "/accounts",
      operationId: "onboardAccount",
      tag,
      summary: "Onboard an account",
      description:
        "An existing account by its id, or one to be created. An account that is active already is a conflict: deploy it with `POST /accounts/{accountId}/deployments`.",
      permission: "operate",
      body: AccountRequest,
      responses: acceptedResponses,
      problems: [409, 422, 502],
      handle: (call) =>
        accept(options, call, async () => {
          const { accountId, ...rest } = call.body;
          requirePermitted(options, rest.extensions);
          settled(options, [], rest.extensions ?? [], call.principal.name);
          if (accountId === undefined) return prepareCreation(options, rest);
          const { principal, requestId } = call;
          return prepareExisting(options, accountId, { ...rest, principal, requestId });
        }),
    }),

    route({
      method: "get",
      path: "/accounts",
      operationId: "listAccounts",
      tag,
      summary: "Accounts that Bulwark knows, by id",
      permission: "read",
      team: { keptTo: "rows" },
      query: z.strictObject({ ...pageQuery, status: z.enum(accountStatuses).optional() }),
      responses: { 200: { description: "One page.", schema: pageOf("Account", ListedAccountBody) } },
      handle: async ({ query, ownAccounts }) => ({
        status: 200,
        body: await page({
          query,
          scope: { list: "accounts", status: query.status },
          key: /^\d{12}$/,
          fetch: (after, limit) => listAccounts(db, { status: query.status, among: ownAccounts(), after, limit }),
          keyOf: ({ accountId }) => accountId,
          present: presentListedAccount,
        }),
      }),
    }),

    route({
      method: "get",
      path: "/accounts/:accountId",
      operationId: "getAccount",
      tag,
      summary: "One account, with its stack's outputs and what was adopted",
      permission: "read",
      team: { keptTo: "account" },
      params: accountIdParams,
      etag: true,
      responses: { 200: { description: "The account.", schema: AccountDetailBody } },
      problems: [404],
      handle: async ({ params }) => ({ status: 200, body: presentAccountDetail(await known(db, params.accountId)) }),
    }),

    route({
      method: "get",
      path: "/accounts/:accountId/readiness",
      operationId: "getAccountReadiness",
      tag,
      summary: "Whether what was deployed to an account works",
      permission: "read",
      team: { keptTo: "account" },
      params: accountIdParams,
      responses: { 200: { description: "What AWS said when it was asked last.", schema: AccountReadinessBody } },
      problems: [404],
      handle: async ({ params }) => ({ status: 200, body: presentReadiness(await known(db, params.accountId)) }),
    }),

    route({
      method: "patch",
      path: "/accounts/:accountId",
      operationId: "updateAccount",
      tag,
      summary: "Change owner, environment or extensions",
      description:
        "Changes what is recorded. Extensions reach the account with its next deployment: `POST /accounts/{accountId}/deployments`. An environment whose findings are scored lower, or suppressed, is for an administrator to give: it weakens without an end.",
      permission: "operate",
      team: { keptTo: "account", fields: ["extensions"] },
      params: accountIdParams,
      body: AccountPatch,
      etag: true,
      responses: { 200: { description: "The account.", schema: AccountDetailBody } },
      problems: [404, 409],
      handle: (call) => {
        const { params, body, principal, requestId } = call;
        const { accountId } = params;
        requirePermitted(options, body.extensions);
        const { extensions, ...named } = body;
        const actor = principal.name;
        const update: AccountUpdate = {
          ...(defined(named) as Pick<AccountUpdate, "owner" | "environment">),
          ...(extensions === undefined ? {} : { extensions: extensions ?? [] }),
        };
        return call.write(async (transaction) => {
          call.requireMatch(await lockedAccount(transaction, accountId));
          const { environment: from } = await known(transaction, accountId);
          const { environment: to = from } = update;
          requireAsLoud(options, principal, { accountId, from, to });
          const weakenings =
            update.extensions && settled(options, await weakeningsOf(transaction, accountId), update.extensions, actor);
          const write = async () => {
            await updateAccount(transaction, accountId, { ...update, ...(weakenings && { weakenings }) });
          };
          if (takesMore(body)) {
            await withinSharedLimits(transaction, { ...options, mayKnow: call.ownAccounts() }, { write });
          } else await write();
          await writeAudit(transaction, {
            actor,
            action: "account.update",
            target: accountId,
            requestId,
            detail: { ...update },
          });
          const answer = presentAccountDetail(await known(transaction, accountId));
          return { status: 200, body: answer, representation: true };
        });
      },
    }),

    route({
      method: "delete",
      path: "/accounts/:accountId",
      operationId: "offboardAccount",
      tag,
      summary: "Offboard an account",
      description:
        "Ends its memberships, puts back what was adopted, destroys the rest. The evidence stays. `confirm` repeats the account id. Of an account that AWS Organizations calls closed, only what the security account has goes; of one that is suspended or has left the organization that is done with `abandon=true`.",
      permission: "operate",
      params: accountIdParams,
      etag: true,
      // Required; the handler asks for it, since it knows which id it has to repeat.
      query: z.strictObject({
        confirm: AccountId.optional().meta({ description: "Required: repeats the account id." }),
        abandon: z.literal("true").optional().meta({
          description:
            "Leaves in the account what was deployed to it: for one that is suspended or has left the organization.",
        }),
      }),
      responses: acceptedResponses,
      problems: [404, 409],
      handle: (call) =>
        accept(options, call, async () => {
          const { accountId } = call.params;
          if (call.query.confirm !== accountId) {
            throw invalidField("confirm", "must repeat the account id", `confirm=${accountId}`);
          }
          return prepareOffboarding(db, accountId, call.query.abandon === "true");
        }),
    }),
  ];
}

/** The account's row, or 404. */
export async function known(db: Db, accountId: string) {
  const row = await findAccount(db, accountId);
  if (row !== undefined) return row;
  throw unknownAccount(accountId);
}

/**
 * The account as GET answers it, so that nobody changes it before the transaction ends. The stack's row is locked first, as an operation
 * that ends does.
 *
 * @throws Problem 404
 */
export async function lockedAccount(transaction: Db, accountId: string): Promise<object> {
  await lockAccount(transaction, accountId);
  return presentAccountDetail(await known(transaction, accountId));
}

/** Asks AWS whether the account may be a member. */
export async function requireMember({ aws, settings }: AccountRoutesOptions, accountId: string) {
  const core = whyCoreAccount(accountId, settings);
  if (core !== undefined) throw refused(core, accountId);
  const found = await aws.organizations.account(accountId);
  const obstacle = whyNotMember(accountId, found, settings);
  const account = found ?? accountOutside(accountId, settings);
  if (account === undefined || obstacle !== undefined) throw refused(obstacle, accountId);
  return account;
}

function refused(error: FieldError | undefined, accountId?: string): Problem {
  const detail =
    error === undefined ? "the account is unknown" : `${error.field}: ${error.message}. Allowed: ${error.allowed}`;
  return new Problem("not-acceptable-account", detail, { accountId, errors: error === undefined ? [] : [error] });
}

/** @throws Problem 409 where the admin stack is not deployed, or is being taken off */
export async function requireAdmin(db: Db): Promise<void> {
  const leaving = await findMembershipChange(db, adminStack);
  if (leaving !== undefined) throw underWay(leaving);
  const admin = await findStack(db, adminStack);
  if (admin?.deployedAt != null) return;
  throw new Problem(
    "admin-not-deployed",
    "This needs the admin stack: deploy it with POST /admin/deployments, wait until it has succeeded, then ask again.",
  );
}

interface Details {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly organizationalUnitId?: string | undefined;
  readonly owner?: string | undefined;
  readonly environment?: string | undefined;
  readonly extensions?: readonly Extension[] | undefined;
}

interface Move {
  readonly accountId: string;
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * An account whose findings would be told less loudly is moved by somebody who may approve that, too: else it would be a suppression without an approver or an
 * end.
 *
 * @throws Problem 403
 */
function requireAsLoud({ settings }: AccountRoutesOptions, { role }: Principal, { accountId, from, to }: Move): void {
  const quieted = quietedBy(from, to, settings.features.securityHub.automationRules);
  if (quieted.length === 0 || mayCall(role, { permission: "approve" })) return;
  const message = `from ${from ?? "none"} to ${to ?? "none"} would quiet findings of account ${accountId}: ${quieted.join(", ")}`;
  const allowed = "an environment that is as loud, or the same change by an administrator";
  throw new Problem(
    "forbidden",
    `The token's role is ${role}; environment ${message}. Have an administrator change it.`,
    {
      accountId,
      errors: [{ field: "environment", message, allowed }],
    },
  );
}

async function prepareExisting(
  options: AccountRoutesOptions,
  accountId: string,
  details: Details & { readonly principal: Principal; readonly requestId: string },
) {
  const { owner, environment, extensions, principal, requestId } = details;
  const by = { actor: principal.name, requestId };
  const said = defined({ owner, environment, extensions });
  const { db } = options;
  const { name, email } = await requireMember(options, accountId);
  const stack = stackOfAccount(accountId);
  const running = await findMembershipChange(db, stack);
  if (running !== undefined) throw underWay(running);
  const row = await findAccount(db, accountId);
  if (row?.status === "active") {
    throw new Problem(
      "conflict",
      `Account ${accountId} is active already. Deploy its baseline anew with POST /accounts/${accountId}/deployments.`,
      { accountId, ...(row.lastOperationId === null ? {} : { operationId: row.lastOperationId }) },
    );
  }
  if (row !== undefined && row.status !== "offboarded") {
    requireAsLoud(options, principal, { accountId, from: row.environment, to: environment ?? null });
  }
  await requireAdmin(db);
  return {
    kind: "onboard" as const,
    stack,
    accountId,
    request: { accountId, ...said },
    before: async (transaction: Db, lastOperationId: string) => {
      await lockAccount(transaction, accountId);
      const former = await findAccount(transaction, accountId);
      const weakenings = extensions && settled(options, former?.weakenings ?? [], extensions, by.actor);
      const write = () =>
        saveAccount(transaction, {
          ...{ accountId, name, email, lastOperationId },
          ...{ owner: owner ?? null, environment: environment ?? null, extensions, weakenings },
          origin: row?.origin ?? "request",
          status: "onboarding",
        });
      // What an account that comes back had before counts again, too. All others need not wait for each other.
      const had =
        former !== undefined && (former.environment ?? former.extensions[0] ?? former.weakenings[0]) !== undefined;
      if (had || takesMore(details)) await withinSharedLimits(transaction, options, { write });
      else await write();
      if (Object.keys(said).length === 0) return;
      await writeAudit(transaction, { ...by, action: "account.update", target: accountId, detail: said });
    },
  };
}

async function prepareCreation(options: AccountRoutesOptions, details: Details) {
  const { db, aws } = options;
  const { name = "", email = "", organizationalUnitId } = details;
  const running = await findCreation(db, email);
  if (running !== undefined) throw underWay(running);
  const [accounts, units] = await Promise.all([
    aws.organizations.accounts(),
    organizationalUnitId === undefined ? undefined : aws.organizations.organizationalUnits(),
  ]);
  const taken = accounts.find((account) => account.email.toLowerCase() === email.toLowerCase());
  if (taken !== undefined) {
    const message = `is the address of account ${taken.accountId} already`;
    throw refused({ field: "email", message, allowed: `a new address, or accountId ${taken.accountId}` });
  }
  if (organizationalUnitId !== undefined && units?.has(organizationalUnitId) === false) {
    const message = `${organizationalUnitId} is not in the organization`;
    throw refused({
      field: "organizationalUnitId",
      message,
      allowed: [...units].filter((id) => id.startsWith("ou-")).join(", "),
    });
  }
  await requireAdmin(db);
  return {
    kind: "onboard" as const,
    stack: stackOfCreation(email),
    accountId: null,
    request: defined({ ...details, name, email }),
    before: async (transaction: Db) => {
      if (takesMore(details)) await withinSharedLimits(transaction, options, { creation: details });
    },
  };
}

async function prepareOffboarding(db: Db, accountId: string, abandon: boolean) {
  const row = await known(db, accountId);
  const stack = stackOfAccount(accountId);
  const running = await findMembershipChange(db, stack);
  if (running !== undefined) throw underWay(running);
  if (row.status === "offboarded")
    throw new Problem("conflict", `Account ${accountId} is offboarded already.`, { accountId });
  return {
    kind: "offboard" as const,
    stack,
    accountId,
    request: { accountId, formerStatus: row.status, ...(abandon ? { abandon } : {}) },
    current: (transaction: Db) => lockedAccount(transaction, accountId),
    before: async (transaction: Db, lastOperationId: string) => {
      await updateAccount(transaction, accountId, { status: "offboarding", lastOperationId });
    },
  };
}

/** Whether a request may take of the limits that accounts share. */
function takesMore({ environment, extensions }: { environment?: unknown; extensions?: unknown }): boolean {
  return environment !== undefined || extensions !== undefined;
}

function defined(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
