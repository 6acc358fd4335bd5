import type {
  Account,
  BatchGetAccountStatusRequest,
  BatchGetAccountStatusResponse,
  DisableRequest,
  DisableResponse,
  EnableRequest,
  EnableResponse,
  FailedAccount,
} from "@aws-sdk/client-inspector2";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { describe, describeState } from "./account-shapes.ts";
import { invalid } from "./rejections.ts";
import { accountStatus, ensureRoles, isOn, startDisabling, startEnabling, statusOf } from "./scanning.ts";
import {
  type Inspector,
  isAssociated,
  isMember,
  nothingEnabled,
  ownAdministration,
  type Place,
  type ScanType,
  scanTypes,
} from "./state.ts";

type Failure = Pick<FailedAccount, "errorCode" | "errorMessage">;

const noAccess: Failure = {
  errorCode: "ACCESS_DENIED",
  errorMessage: "Invoking account does not have access to this account",
};

/** Why scans cannot be enabled now. That they are on is no reason: AWS takes it as done. */
function enablingObstacle(place: Place, types: readonly ScanType[]): Failure | undefined {
  if (!types.some((type) => statusOf(place, type) === "DISABLING")) return undefined;
  return { errorCode: "DISABLE_IN_PROGRESS", errorMessage: "Disable is in progress for this account" };
}

/** Scans of Lambda code go with the standard scans of Lambda, which they need. */
function withDependents(types: readonly ScanType[]): readonly ScanType[] {
  return types.includes("LAMBDA") ? [...new Set<ScanType>([...types, "LAMBDA_CODE"])] : types;
}

/** Enable, Disable and what came of it: of the caller's account, and of its members where it administrates. */
export function accountOperations(inspector: Inspector): Record<string, Operation> {
  const { places } = inspector;

  /** The accounts that are asked for, with those out of reach apart. Nobody named means the caller. */
  function reach(call: Call<{ accountIds?: string[] | undefined }>) {
    const asked = call.input.accountIds?.length ? [...new Set(call.input.accountIds)] : [call.accountId];
    const administration = ownAdministration(inspector, call);
    // A membership that is still being made gives no access yet, which Terraform's provider waits for.
    const reached = (id: string) => id === call.accountId || administration?.members.get(id)?.status === "ENABLED";
    const failed: FailedAccount[] = asked.filter((id) => !reached(id)).map((accountId) => ({ accountId, ...noAccess }));
    return { reached: asked.filter(reached), failed };
  }

  /** Why an account's scans cannot be disabled now (user guide, "Deactivating Amazon Inspector"). */
  function disablingObstacle(call: Call<unknown>, accountId: string, types: readonly ScanType[]): Failure | undefined {
    const place = places.of(accountId, call.region);
    if (accountId === call.accountId && isMember(inspector, accountId, call.region)) return noAccess;
    if (types.some((type) => statusOf(place, type) === "ENABLING")) {
      return { errorCode: "ENABLE_IN_PROGRESS", errorMessage: "Enable is in progress for this account" };
    }
    const administration = inspector.administrations.get(call.region);
    const leavesNothing = scanTypes.every((type) => !isOn(place, type) || types.includes(type));
    const administrates =
      administration?.accountId === accountId && [...administration.members.values()].some(isAssociated);
    if (administrates && leavesNothing && accountStatus(place) !== "DISABLED") {
      return {
        errorCode: "DISASSOCIATE_ALL_MEMBERS",
        errorMessage: "All members must be disassociated before the delegated administrator can be disabled",
      };
    }
    return undefined;
  }

  return {
    Enable: async (call: Call<EnableRequest>): Promise<EnableResponse> => {
      const types = scanTypes.filter((type) => call.input.resourceTypes?.includes(type));
      const { reached, failed } = reach(call);
      const placeOf = (id: string) => places.of(id, call.region);
      if (
        types.includes("LAMBDA_CODE") &&
        !types.includes("LAMBDA") &&
        !reached.every((id) => isOn(placeOf(id), "LAMBDA"))
      ) {
        throw invalid("LAMBDA_CODE scanning requires LAMBDA scanning to be enabled", "FIELD_VALIDATION_FAILED");
      }
      const accounts: Account[] = [];
      for (const accountId of reached) {
        const place = placeOf(accountId);
        if (enablingObstacle(place, types) === undefined) await ensureRoles(inspector, accountId, types);
        const obstacle = enablingObstacle(place, types);
        if (obstacle === undefined) {
          startEnabling(inspector, place, types);
          accounts.push(describe(accountId, place));
        } else {
          failed.push({ ...describe(accountId, place), ...obstacle });
        }
      }
      return { accounts, failedAccounts: failed };
    },

    Disable: (call: Call<DisableRequest>): DisableResponse => {
      const { resourceTypes } = call.input;
      const types = withDependents(
        resourceTypes?.length ? scanTypes.filter((type) => resourceTypes.includes(type)) : scanTypes,
      );
      const { reached, failed } = reach(call);
      const accounts: Account[] = [];
      for (const accountId of reached) {
        const place = places.of(accountId, call.region);
        const obstacle = disablingObstacle(call, accountId, types);
        if (obstacle === undefined) {
          startDisabling(inspector, place, types, () => forgetIfDisabled(accountId, call.region));
          accounts.push(describe(accountId, place));
        } else {
          failed.push({ ...describe(accountId, place), ...obstacle });
        }
      }
      return { accounts, failedAccounts: failed };
    },

    BatchGetAccountStatus: (call: Call<BatchGetAccountStatusRequest>): BatchGetAccountStatusResponse => {
      const { reached, failed } = reach(call);
      return {
        accounts: reached.map((id) => describeState(id, places.of(id, call.region))),
        failedAccounts: failed,
      };
    },
  };

  /** An administrator that has disabled Inspector enables it in no new account (user guide, as above). */
  function forgetIfDisabled(accountId: string, region: string): void {
    const administration = inspector.administrations.get(region);
    if (administration?.accountId !== accountId) return;
    if (accountStatus(places.of(accountId, region)) === "DISABLED") administration.autoEnable = nothingEnabled();
  }
}
