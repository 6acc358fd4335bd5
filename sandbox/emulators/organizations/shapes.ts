import type { AccountStatus, Account as OrganizationsAccount } from "@aws-sdk/client-organizations";
import type { Account } from "../../gateway/emulator.ts";
import { pathOf } from "./hierarchy.ts";
import type { Organization } from "./organization.ts";

/**
 * The `Status` that `State` replaced in 2026; both are still answered. What `State` tells apart as SUSPENDED (by AWS),
 * CLOSED and PENDING_ACTIVATION was all SUSPENDED there. Source: Organizations user guide, "Monitor the state of your AWS accounts".
 */
const STATUS: Record<Account["state"], AccountStatus> = {
  PENDING_ACTIVATION: "SUSPENDED",
  ACTIVE: "ACTIVE",
  SUSPENDED: "SUSPENDED",
  PENDING_CLOSURE: "PENDING_CLOSURE",
  CLOSED: "SUSPENDED",
};

/** An account as DescribeAccount, ListAccounts and ListAccountsForParent answer it. */
export function accountShape(organization: Organization, account: Account): OrganizationsAccount {
  return { ...administratorShape(account), Paths: [pathOf(organization, account.id)] };
}

/** An account as ListDelegatedAdministrators answers it: the same without the paths. */
export function administratorShape(account: Account): Omit<OrganizationsAccount, "Paths"> {
  return {
    Id: account.id,
    Arn: account.arn,
    Email: account.email,
    Name: account.name,
    Status: STATUS[account.state],
    State: account.state,
    JoinedMethod: account.joinedMethod,
    JoinedTimestamp: account.joinedAt,
  };
}
