import type { Account } from "../response/responder.ts";
import { AccountResponse } from "../response/settings.ts";
import type { Parameters } from "./parameters.ts";

/** Whose an account is, as its baseline tells; nulls where it tells nothing. Rejects where that can't be read. */
export function accountReader(parameters: Parameters, path: string): (accountId: string) => Promise<Account> {
  return async (accountId) => {
    const { owner = null, environment = null } = (await parameters.read(`${path}/${accountId}`, AccountResponse)) ?? {};
    return { owner, environment };
  };
}
