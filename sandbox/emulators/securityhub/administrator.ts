import type { GetAdministratorAccountResponse, GetMasterAccountResponse } from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { end } from "./association.ts";
import { invalidAccess, notFound } from "./errors.ts";
import { describeInvitation } from "./invitations.ts";
import { requireHub } from "./lifecycle.ts";
import type { State } from "./state.ts";

/** A member's view of its administrator. The older names with "master" are what some clients still call. */
export function administratorOperations(state: State): Record<string, Operation> {
  const administrator = (call: Call<unknown>) => {
    requireHub(state, call);
    const bond = state.memberships.inForce(call.region, call.accountId);
    return bond && describeInvitation(bond);
  };

  const leave = (call: Call<unknown>) => {
    requireHub(state, call);
    const bond = state.memberships.inForce(call.region, call.accountId);
    if (bond === undefined) throw notFound(`Account ${call.accountId} has no administrator account`);
    if (bond.organization) {
      throw invalidAccess(
        `Account ${call.accountId} is managed through AWS Organizations: only its administrator can disassociate it`,
      );
    }
    end(state, bond, "Resigned");
    return {};
  };

  return {
    GetAdministratorAccount(call: Call<unknown>): GetAdministratorAccountResponse {
      const found = administrator(call);
      return found === undefined ? {} : { Administrator: found };
    },

    GetMasterAccount(call: Call<unknown>): GetMasterAccountResponse {
      const found = administrator(call);
      return found === undefined ? {} : { Master: found };
    },

    DisassociateFromAdministratorAccount: leave,
    DisassociateFromMasterAccount: leave,
  };
}
