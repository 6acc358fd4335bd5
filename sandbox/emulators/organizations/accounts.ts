import type {
  CloseAccountRequest,
  DescribeAccountRequest,
  DescribeAccountResponse,
  DescribeOrganizationResponse,
  ListAccountsForParentRequest,
  ListAccountsForParentResponse,
  ListAccountsRequest,
  ListAccountsResponse,
  MoveAccountRequest,
  RemoveAccountFromOrganizationRequest,
} from "@aws-sdk/client-organizations";
import { type Account, type Aws, AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { requireAccount, requireManagement, requireMember, requireReader } from "./access.ts";
import { concurrentModification, constraint } from "./errors.ts";
import { accountDeparted, closeAccountResult } from "./events.ts";
import { isParent, membersOf } from "./hierarchy.ts";
import { arnOf, type Organization } from "./organization.ts";
import { listPage } from "./paging.ts";
import { accountShape } from "./shapes.ts";
import { requireParent } from "./units.ts";

/** Milliseconds that an account spends in PENDING_CLOSURE; on AWS it is minutes. */
const CLOSURE = 1000;

/** Days that a created account has to stay. Source: `WAIT_PERIOD_ACTIVE` of ConstraintViolationException. */
const WAIT_DAYS = 4;

/** The organization itself and the accounts in it. */
export function accountOperations(organization: Organization, aws: Aws): Record<string, Operation> {
  return {
    DescribeOrganization(call: Call<unknown>): DescribeOrganizationResponse {
      requireMember(organization, call);
      const management = requireAccount(organization, organization.managementAccountId);
      return {
        Organization: {
          Id: organization.id,
          Arn: arnOf(organization, "organization"),
          FeatureSet: "ALL",
          MasterAccountId: management.id,
          MasterAccountArn: management.arn,
          MasterAccountEmail: management.email,
          AvailablePolicyTypes: [{ Type: "SERVICE_CONTROL_POLICY", Status: "ENABLED" }],
        },
      };
    },

    DescribeAccount(call: Call<DescribeAccountRequest>): DescribeAccountResponse {
      requireReader(organization, call);
      return { Account: accountShape(organization, requireAccount(organization, call.input.AccountId)) };
    },

    ListAccounts(call: Call<ListAccountsRequest>): ListAccountsResponse {
      requireReader(organization, call);
      const accounts = membersOf(organization).map((account) => accountShape(organization, account));
      const { items, ...rest } = listPage(accounts, call.input);
      return { Accounts: items, ...rest };
    },

    ListAccountsForParent(call: Call<ListAccountsForParentRequest>): ListAccountsForParentResponse {
      requireReader(organization, call);
      requireParent(organization, call.input.ParentId);
      const accounts = membersOf(organization).filter((account) => account.parentId === call.input.ParentId);
      const { items, ...rest } = listPage(
        accounts.map((account) => accountShape(organization, account)),
        call.input,
      );
      return { Accounts: items, ...rest };
    },

    async MoveAccount(call: Call<MoveAccountRequest>) {
      requireManagement(organization, call);
      const { AccountId: id, SourceParentId: source = "", DestinationParentId: destination = "" } = call.input;
      const account = requireAccount(organization, id);
      // A parent that exists but does not hold the account is as unknown to the service as one that does not exist.
      if (!isParent(organization, source) || account.parentId !== source) {
        throw new AwsError("SourceParentNotFoundException", "You specified a source parent that doesn't exist.");
      }
      if (!isParent(organization, destination)) {
        throw new AwsError(
          "DestinationParentNotFoundException",
          "You specified a destination parent that doesn't exist.",
        );
      }
      if (destination === source) {
        throw new AwsError("DuplicateAccountException", "The account is already present in the specified destination.");
      }
      refuseBusy(organization, account);
      account.parentId = destination;
      await organization.membershipChanged();
      return {};
    },

    CloseAccount(call: Call<CloseAccountRequest>) {
      requireManagement(organization, call);
      const account = requireAccount(organization, call.input.AccountId);
      if (account.id === organization.managementAccountId) {
        throw constraint("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You can't close the management account.");
      }
      if (account.state === "CLOSED") {
        throw new AwsError("AccountAlreadyClosedException", "The provided account is already closed.");
      }
      if (account.state === "PENDING_CLOSURE") {
        throw new AwsError("ConflictException", "The provided account is already being closed.");
      }
      refuseBusy(organization, account);
      const requested = organization.now();
      account.state = "PENDING_CLOSURE";
      organization.busy.add(account.id);
      aws.later(CLOSURE, async () => {
        account.state = "CLOSED";
        organization.busy.delete(account.id);
        await organization.membershipChanged();
        await aws.putEvent(
          closeAccountResult(organization, { accountId: account.id, requested, completed: organization.now() }),
        );
      });
      return {};
    },

    async RemoveAccountFromOrganization(call: Call<RemoveAccountFromOrganizationRequest>) {
      requireManagement(organization, call);
      await depart(organization, aws, requireAccount(organization, call.input.AccountId), "REMOVED");
      return {};
    },

    async LeaveOrganization(call: Call<unknown>) {
      await depart(organization, aws, requireMember(organization, call), "LEFT");
      return {};
    },
  };
}

async function depart(organization: Organization, aws: Aws, account: Account, method: "REMOVED" | "LEFT") {
  if (account.id === organization.managementAccountId) {
    throw new AwsError(
      "MasterCannotLeaveOrganizationException",
      "You can't remove a management account from an organization.",
    );
  }
  if ([...organization.delegations.values()].some((administrators) => administrators.has(account.id))) {
    throw constraint(
      "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
      "The account is registered as a delegated administrator. Deregister it first.",
    );
  }
  const days = (organization.now().getTime() - account.joinedAt.getTime()) / 86_400_000;
  if (account.joinedMethod === "CREATED" && days < WAIT_DAYS) {
    throw constraint(
      "WAIT_PERIOD_ACTIVE",
      "This operation requires a wait period. Try again four days after the account was created.",
    );
  }
  refuseBusy(organization, account);
  delete account.parentId;
  organization.tags.delete(account.id);
  await organization.membershipChanged();
  await aws.putEvent(accountDeparted(organization, account.id, method));
}

function refuseBusy(organization: Organization, account: Account): void {
  if (organization.busy.has(account.id)) throw concurrentModification();
}
