/** What an operation does. `evidence` and approvals belong to later parts of the contract. */
export const operationKinds = ["onboard", "preview", "deploy", "drift_check", "repair", "offboard"] as const;
export type OperationKind = (typeof operationKinds)[number];

export const operationStatuses = [
  "queued",
  "running",
  "awaiting_approval",
  "succeeded",
  "failed",
  "cancelled",
] as const;
export type OperationStatus = (typeof operationStatuses)[number];

export type FinalStatus = "succeeded" | "failed" | "cancelled";

export function isFinal(status: OperationStatus): status is FinalStatus {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}

/** Resources by what was, or would be, done to them. */
export interface Changes {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly same: number;
  readonly import?: number | undefined;
}

/** How an operation came into being: a call to the API, an event of the organization, or the service's own clock. */
export const origins = ["api", "event", "schedule"] as const;
export type Origin = (typeof origins)[number];

export const adminStack = "admin";

/** Name of the baseline stack of a member account. */
export function stackOfAccount(accountId: string): string {
  return `account-${accountId}`;
}
