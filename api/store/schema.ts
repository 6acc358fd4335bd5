import type { ColumnType, Generated } from "kysely";
import type { AccountOrigin, AccountStatus } from "../accounts/account.ts";
import type { Changes, OperationKind, OperationStatus, Origin } from "../operations/operation.ts";
import type { ProblemDocument } from "../problem.ts";

/** A jsonb column: read as a value, written as text made by `json()`. */
type Json<Value> = ColumnType<Value, string, string>;
type NullableJson<Value> = ColumnType<Value | null, string | null | undefined, string | null>;
type CreatedAt = ColumnType<Date, never, never>;

export interface AccountsTable {
  accountId: string;
  name: string;
  email: string;
  origin: AccountOrigin;
  status: AccountStatus;
  owner: string | null;
  environment: string | null;
  lastOperationId: string | null;
  onboardedAt: Date | null;
  createdAt: CreatedAt;
  updatedAt: Generated<Date>;
}

export interface StacksTable {
  name: string;
  accountId: string | null;
  /** The inputs document of the last run that changed the stack. */
  inputs: NullableJson<Record<string, unknown>>;
  outputs: NullableJson<Record<string, unknown>>;
  /** What was found and decided at the first deployment; kept until offboarding restores it. */
  adoptions: NullableJson<Record<string, unknown>[]>;
  drift: NullableJson<Record<string, unknown>>;
  resources: number | null;
  /** Names of the adopted resources that are in the state. */
  imported: NullableJson<string[]>;
  baselineVersion: string | null;
  deployedAt: Date | null;
  lastOperationId: string | null;
  createdAt: CreatedAt;
  updatedAt: Generated<Date>;
}

export interface OperationsTable {
  id: string;
  /** The operation's job in the queue: the id's UUID. */
  jobId: string;
  /** Operations with the same key are done one after another. */
  queueKey: string;
  kind: OperationKind;
  stack: string;
  accountId: string | null;
  status: OperationStatus;
  origin: Origin;
  requestedBy: string;
  requestId: string | null;
  request: Json<Record<string, unknown>>;
  /** What earlier attempts found out and later ones must not do again. */
  progress: Json<Record<string, unknown>>;
  attempt: Generated<number>;
  retryAt: Date | null;
  fencingToken: number | null;
  cancelRequestedAt: Date | null;
  cancelRequestedBy: string | null;
  changes: NullableJson<Changes>;
  result: NullableJson<Record<string, unknown>>;
  error: NullableJson<ProblemDocument>;
  lastEventId: Generated<number>;
  createdAt: CreatedAt;
  startedAt: Date | null;
  finishedAt: Date | null;
}

export interface OperationEventsTable {
  operationId: string;
  /** 1, 2, 3 ... within the operation. */
  id: number;
  at: Generated<Date>;
  type: string;
  data: Json<Record<string, unknown>>;
}

export interface StackLeasesTable {
  stack: string;
  /** Instance id of the process that holds it. */
  owner: string;
  operationId: string;
  /** Grows with every acquisition of any stack. */
  token: number;
  expiresAt: Date;
}

export interface TokensTable {
  id: string;
  name: string;
  role: string;
  hash: Buffer;
  createdBy: string;
  createdAt: CreatedAt;
}

export interface AuditTable {
  id: Generated<number>;
  at: Generated<Date>;
  actor: string;
  action: string;
  target: string;
  requestId: string | null;
  detail: Json<Record<string, unknown>>;
}

export interface IdempotencyKeysTable {
  principal: string;
  key: string;
  fingerprint: Buffer;
  operationId: string;
  /** The body of the first answer; `json`, not `jsonb`, so that it stays the same to the byte. */
  answer: Json<Record<string, unknown>>;
  createdAt: CreatedAt;
}

/** EventBridge events that were taken in, so that a second delivery does nothing. */
export interface ReceivedEventsTable {
  id: string;
  detailType: string;
  outcome: string;
  receivedAt: CreatedAt;
}

export interface Schema {
  accounts: AccountsTable;
  stacks: StacksTable;
  operations: OperationsTable;
  operationEvents: OperationEventsTable;
  stackLeases: StackLeasesTable;
  tokens: TokensTable;
  audit: AuditTable;
  idempotencyKeys: IdempotencyKeysTable;
  receivedEvents: ReceivedEventsTable;
}
