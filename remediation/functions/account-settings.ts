import type { Account } from "../response/responder.ts";
import { AccountResponse } from "../response/settings.ts";
import type { Organization } from "./organization.ts";
import type { Parameters } from "./parameters.ts";

/** Whose an account is, as its baseline tells, nulls where it tells nothing; and the units above it. Rejects where one can't be read. */
export function accountReader(
  parameters: Parameters,
  path: string,
  { unitsAbove }: Pick<Organization, "unitsAbove">,
): (accountId: string) => Promise<Account> {
  return async (accountId) => {
    const [told, units = []] = await Promise.all([
      parameters.read(`${path}/${accountId}`, AccountResponse),
      unitsAbove(accountId),
    ]);
    return { owner: told?.owner ?? null, environment: told?.environment ?? null, units };
  };
}
