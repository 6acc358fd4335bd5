import type { AccountState, FailedAccount, ResourceScanType, Status } from "@aws-sdk/client-inspector2";
import type { Place } from "../../provider/place.ts";
import { waitFor } from "../../provider/waiting.ts";
import { inspector2Client } from "./client.ts";

/** Every type of scan, as the real provider knows them. */
export const scanTypes: readonly ResourceScanType[] = ["EC2", "ECR", "LAMBDA", "LAMBDA_CODE", "CODE_REPOSITORY"];

export interface AccountStatus {
  readonly accountId: string;
  readonly status: Status | undefined;
  readonly scans: ReadonlyMap<ResourceScanType, Status | undefined>;
}

function statusFrom({ accountId = "", state, resourceState }: AccountState): AccountStatus {
  const { ec2, ecr, lambda, lambdaCode, codeRepository } = resourceState ?? {};
  const states = { EC2: ec2, ECR: ecr, LAMBDA: lambda, LAMBDA_CODE: lambdaCode, CODE_REPOSITORY: codeRepository };
  return {
    accountId,
    status: state?.status,
    scans: new Map(scanTypes.map((type) => [type, states[type]?.status])),
  };
}

/** What Inspector does in the accounts; those out of reach are left out. */
export async function accountStatuses(place: Place, accountIds: readonly string[]): Promise<AccountStatus[]> {
  const inspector = await place.client(inspector2Client);
  const { accounts = [] } = await inspector.batchGetAccountStatus({ accountIds: [...accountIds] });
  return accounts.map(statusFrom);
}

const pending: readonly (Status | undefined)[] = ["ENABLING", "DISABLING", "SUSPENDING"];

/** An account whose scans are all off although it is on is still on its way. */
function isUnderWay({ status, scans }: AccountStatus): boolean {
  const states = [...scans.values()];
  return (
    pending.includes(status) ||
    states.some((state) => pending.includes(state)) ||
    (status === "ENABLED" && states.every((state) => state === "DISABLED"))
  );
}

const patience = 300_000;

/** Waits until nothing is under way and something is on. */
export function waitEnabled(place: Place, accountIds: readonly string[]): Promise<AccountStatus[]> {
  return waitFor({ within: patience, signal: place.cancelled }, async () => {
    const statuses = await accountStatuses(place, accountIds);
    if (statuses.every(({ status }) => status === "DISABLED") || statuses.some(isUnderWay)) return undefined;
    return statuses;
  });
}

/** Waits until Inspector is off in all of the accounts. */
export async function waitDisabled(place: Place, accountIds: readonly string[]): Promise<void> {
  await waitFor({ within: patience, signal: place.cancelled }, async () => {
    const statuses = await accountStatuses(place, accountIds);
    return statuses.every(({ status }) => status === "DISABLED") ? true : undefined;
  });
}

/** What the real provider tries again: a membership may not be known everywhere yet, or a change is under way. */
const passing: readonly FailedAccount["errorCode"][] = [
  "ACCESS_DENIED",
  "SSM_THROTTLED",
  "EVENTBRIDGE_THROTTLED",
  "ENABLE_IN_PROGRESS",
  "DISABLE_IN_PROGRESS",
  "SUSPEND_IN_PROGRESS",
];

function failure(failed: readonly FailedAccount[]): Error {
  return new Error(
    failed.map((each) => `account ${each.accountId}: ${each.errorCode}: ${each.errorMessage}`).join("\n"),
  );
}

/** Asks to enable until no account fails, or one fails for good. Fails with the accounts' own errors. */
export async function enable(
  place: Place,
  accountIds: readonly string[],
  types: readonly ResourceScanType[],
): Promise<void> {
  const inspector = await place.client(inspector2Client);
  const end = Date.now() + patience;
  await waitFor({ within: 2 * patience, signal: place.cancelled, atMost: 10_000 }, async () => {
    const { failedAccounts = [] } = await inspector.enable({ accountIds: [...accountIds], resourceTypes: [...types] });
    if (failedAccounts.length === 0) return true;
    const passes = failedAccounts.every(({ errorCode }) => passing.includes(errorCode));
    if (!passes || Date.now() > end) throw failure(failedAccounts);
    return undefined;
  });
}

/** Switches Inspector off in the accounts and waits for it. Accounts out of reach are none of its business any more. */
export async function disableAccounts(place: Place, accountIds: readonly string[]): Promise<void> {
  const inspector = await place.client(inspector2Client);
  const asked = { accountIds: [...accountIds], resourceTypes: [...scanTypes] };
  const { failedAccounts = [] } = await inspector.disable(asked);
  const failed = failedAccounts.filter(({ errorCode }) => errorCode !== "ACCESS_DENIED");
  if (failed.length > 0) throw failure(failed);
  const out = new Set(failedAccounts.map(({ accountId }) => accountId));
  const left = accountIds.filter((id) => !out.has(id));
  if (left.length > 0) await waitDisabled(place, left);
}
