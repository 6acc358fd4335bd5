import type { z } from "zod";
import { adminStack, stackOfAccount } from "../operations/operation.ts";
import type { AccountDetailRow, AccountRow } from "../store/accounts.ts";
import type { OperationRow } from "../store/operations.ts";
import type { StackRow } from "../store/stacks.ts";
import type { TokenRow } from "../store/tokens.ts";
import type {
  AccountBody,
  AccountDetailBody,
  AccountReadinessBody,
  AdminBody,
  DriftBody,
  ListedAccountBody,
  OperationBody,
  ProblemBody,
  TokenBody,
} from "./schemas.ts";

// Rows as the API shows them. Members without a value are left out.

export function presentOperation(row: OperationRow): z.infer<typeof OperationBody> {
  const { email, because } = row.request as { email?: string; because?: string };
  return {
    id: row.id,
    kind: row.kind,
    target: {
      stack: row.stack,
      ...(row.accountId === null ? {} : { accountId: row.accountId }),
      ...(email === undefined ? {} : { email }),
    },
    status: row.status,
    how: row.origin,
    requestedBy: row.requestedBy,
    ...some("because", because),
    createdAt: row.createdAt.toISOString(),
    ...time("startedAt", row.startedAt),
    ...time("finishedAt", row.finishedAt),
    ...(row.attempt === 0 ? {} : { attempt: row.attempt }),
    ...time("retryAt", row.retryAt),
    ...time("cancelRequestedAt", row.cancelRequestedAt),
    ...some("changes", row.changes),
    ...some("error", row.error as z.infer<typeof ProblemBody> | null),
    ...some("result", row.result),
  };
}

export function presentAccount(row: AccountRow): z.infer<typeof AccountBody> {
  return {
    accountId: row.accountId,
    name: row.name,
    email: row.email,
    how: row.origin,
    status: row.status,
    ...some("owner", row.owner),
    ...some("environment", row.environment),
    stack: stackOfAccount(row.accountId),
    regions: row.regions ?? [],
    ...some("baselineVersion", row.baselineVersion),
    ...some("resources", row.resources),
    ...some("drift", row.drift as z.infer<typeof DriftBody> | null),
    ...some("lastOperation", row.lastOperationId),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    ...time("onboardedAt", row.onboardedAt),
    ...time("deployedAt", row.deployedAt),
  };
}

/** An account in a list. Its readiness is observed, not written, so that it is no part of what has an ETag. */
export function presentListedAccount(row: AccountRow): z.infer<typeof ListedAccountBody> {
  return { ...presentAccount(row), readiness: presentReadiness(row) };
}

/** What was seen at the last look; of an account that is not active nothing counts. */
export function presentReadiness({ status, readiness }: AccountRow): z.infer<typeof AccountReadinessBody> {
  if (status !== "active" || readiness === null) return { ready: false, missing: [] };
  return { ...readiness, missing: [...readiness.missing] };
}

export function presentAccountDetail(row: AccountDetailRow): z.infer<typeof AccountDetailBody> {
  return {
    ...presentAccount(row),
    extensions: row.extensions.map((entry) => ({ ...entry })),
    weakenings: row.weakenings.map(({ entry, ...rest }) => ({
      ...{ type: entry.type, name: entry.name, expires: entry.expires, ...rest },
      entry: { ...entry },
    })),
    ...some("outputs", row.outputs),
    adoptions: row.adoptions ?? [],
  };
}

export function presentAdmin(row: StackRow | undefined): z.infer<typeof AdminBody> {
  if (row === undefined) return { stack: adminStack, deployed: false, adoptions: [] };
  return {
    stack: adminStack,
    deployed: row.deployedAt !== null,
    ...time("deployedAt", row.deployedAt),
    ...some("resources", row.resources),
    ...some("baselineVersion", row.baselineVersion),
    ...some("drift", row.drift as z.infer<typeof DriftBody> | null),
    ...some("lastOperation", row.lastOperationId),
    ...some("outputs", row.outputs),
    adoptions: row.adoptions ?? [],
  };
}

export function presentToken(row: TokenRow): z.infer<typeof TokenBody> {
  const { id, name, createdBy, createdAt } = row;
  const role = row.role as z.infer<typeof TokenBody>["role"];
  return { id, name, role, ...some("accounts", row.accounts), createdBy, createdAt: createdAt.toISOString() };
}

function some<Key extends string, Value>(key: Key, value: Value | null): { [K in Key]?: NonNullable<Value> } {
  return (value === null || value === undefined ? {} : { [key]: value }) as { [K in Key]?: NonNullable<Value> };
}

function time<Key extends string>(key: Key, value: Date | null): { [K in Key]?: string } {
  return some(key, value === null ? null : value.toISOString());
}
