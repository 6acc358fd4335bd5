import type { ColumnType, Generated } from "kysely";
import type { Extension } from "../../programs/extensions/extensions.ts";
import type { StackInputs } from "../../programs/inputs.ts";
import type { StackSecrets } from "../../stacks/messages.ts";
import type { ResourceStep, Verb } from "../../stacks/run.ts";
import type { AccountOrigin, AccountStatus } from "../accounts/account.ts";
import type { Readiness } from "../accounts/readiness.ts";
import type { Weakening } from "../accounts/weakenings.ts";
import type { RunRole } from "../aws.ts";
import type { ChangeStatus } from "../changes/change.ts";
import type { GuardReason } from "../guard/decide.ts";
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
  extensions: ColumnType<Extension[], string | undefined, string>;
  /** Of the extensions that weaken: who asked for them, and what was decided. */
  weakenings: ColumnType<Weakening[], string | undefined, string>;
  readiness: NullableJson<Readiness>;
  /** When somebody looks again; at once where it is null. */
  readinessDueAt: Date | null;
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
  /** Of all deployments that were begun since the last one that succeeded; null where there is none. */
  standingRegions: string[] | null;
  /** What was found and decided at the first deployment; kept until offboarding restores it. */
  adoptions: NullableJson<Record<string, unknown>[]>;
  drift: NullableJson<Record<string, unknown>>;
  resources: number | null;
  /** Names of the adopted resources that are in the state. */
  imported: NullableJson<string[]>;
  baselineVersion: string | null;
  /** Of the inputs and the program that the last finished `up` brought the stack to; null while one may be half done. */
  deployedHash: string | null;
  deployedAt: Date | null;
  lastOperationId: string | null;
  /** How the state's secrets are encrypted; not secret itself. */
  secrets: NullableJson<StackSecrets>;
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
  /** True from an attempt's begin until it is settled: where the next one finds it so, the former died. */
  attemptOpen: Generated<boolean>;
  /** Attempts that died, or whose run did. They are among `attempt`. */
  crashes: Generated<number>;
  /** When an attempt took over from one that had died. */
  resumedAt: Date | null;
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
  /** When the events and large results were removed for their age. */
  trimmedAt: Date | null;
}

/** A previewed diff that waits, or waited, for a decision. */
export interface ChangesTable {
  id: string;
  operationId: string;
  stack: string;
  accountId: string | null;
  status: ChangeStatus;
  /** Why it has to be approved. */
  reasons: Json<GuardReason[]>;
  counts: Json<Changes>;
  /** As in the preview: secrets masked. */
  steps: Json<ResourceStep[]>;
  diffHash: string;
  inputsHash: string;
  baseHash: string;
  programVersion: string;
  requestedBy: string;
  decidedBy: string | null;
  decidedAt: Date | null;
  comment: string | null;
  /** What became of it, for a person. */
  outcome: string | null;
  /** Since when AWS may have been changed by it. */
  applyBegunAt: Date | null;
  expiresAt: Date;
  createdAt: CreatedAt;
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
  durationMs: Generated<number>;
  /** The owner's process, so that others on its machine can prove it dead; see `processMark`. */
  ownerBoot: string | null;
  ownerPid: number | null;
  ownerStarted: string | null;
}

export interface RunsTable {
  id: Generated<number>;
  operationId: string;
  stack: string;
  /** Of the lease under which it ran. */
  fencingToken: number;
  verb: Verb;
  role: RunRole;
  /** With what a recovery would be done; gone once the run has ended well. */
  inputs: NullableJson<StackInputs>;
  host: string;
  bootId: string;
  session: number;
  sessionStarted: string;
  folder: string;
  engines: Generated<number[]>;
  /** URNs of resources that may have been created although their creation failed. */
  suspects: Generated<string[]>;
  begunAt: Generated<Date>;
  endedAt: Date | null;
  /** False where lock, pending operation or unknown resource may be left. */
  clean: boolean | null;
  recoveredAt: Date | null;
}

export interface TokensTable {
  id: string;
  name: string;
  role: string;
  /** Of a team's token, and of no other. */
  accounts: string[] | null;
  hash: Buffer;
  createdBy: string;
  createdAt: CreatedAt;
}

export interface AuditTable {
  id: Generated<number>;
  /** 1, 2, 3 ... without gaps: the place in the chain, given at the commit. */
  seq: ColumnType<number, never, never>;
  /** Of the entry before; 32 zero bytes for the first. */
  prevHash: ColumnType<Buffer, never, never>;
  hash: ColumnType<Buffer, never, never>;
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
  /** Of the request that is being answered just now; null once it has been. */
  claim: string | null;
  /** After this the claim is another's for the taking: its process died. */
  claimedUntil: Date | null;
  status: number | null;
  headers: NullableJson<Record<string, string>>;
  /** Text, so that it stays the same to the byte. */
  body: string | null;
  createdAt: CreatedAt;
}

/** One row: the last entry of the audit. */
export interface AuditHeadTable {
  single: Generated<boolean>;
  seq: number;
  hash: Buffer;
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
  changes: ChangesTable;
  operationEvents: OperationEventsTable;
  stackLeases: StackLeasesTable;
  runs: RunsTable;
  tokens: TokensTable;
  audit: AuditTable;
  auditHead: AuditHeadTable;
  idempotencyKeys: IdempotencyKeysTable;
  receivedEvents: ReceivedEventsTable;
}
