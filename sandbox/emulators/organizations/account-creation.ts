import { IAMClient } from "@aws-sdk/client-iam";
import type {
  CreateAccountRequest,
  CreateAccountResponse,
  CreateAccountStatus,
  DescribeCreateAccountStatusRequest,
  DescribeCreateAccountStatusResponse,
  ListCreateAccountStatusRequest,
  ListCreateAccountStatusResponse,
} from "@aws-sdk/client-organizations";
import { type Aws, AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { requireManagement, requireReader } from "./access.ts";
import { ACCOUNT_ACCESS_ROLE, createAccountAccessRole } from "./account-access-role.ts";
import { constraint, invalidInput } from "./errors.ts";
import { accountJoined, createAccountResult } from "./events.ts";
import { addAccount, type Organization } from "./organization.ts";
import { listPage } from "./paging.ts";
import { checkTags, putTags } from "./tags.ts";

/** Milliseconds from the request to the new account; AWS needs some seconds to minutes. */
const CREATION = 1000;

/** Accounts that may be in creation at once. Source: Organizations quotas, "Member accounts you can concurrently create". */
const MAX_CONCURRENT = 5;

/** Creation of accounts: a request that ends SUCCEEDED or FAILED later, and an event that tells so. */
export function creationOperations(organization: Organization, aws: Aws): Record<string, Operation> {
  return {
    CreateAccount(call: Call<CreateAccountRequest>): CreateAccountResponse {
      requireManagement(organization, call);
      const { AccountName: name = "", RoleName: role = "", Tags: tags } = call.input;
      if (role.startsWith("AWSServiceRoleFor")) {
        throw invalidInput("INVALID_ROLE_NAME", "You specified a role name with a reserved prefix.");
      }
      checkTags(tags);
      const inProgress = [...organization.creations.values()].filter(({ State }) => State === "IN_PROGRESS");
      if (inProgress.length >= MAX_CONCURRENT) {
        throw constraint(
          "ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED",
          "You have exceeded the number of accounts that can be created at a time.",
        );
      }
      const status: CreateAccountStatus = {
        Id: `car-${aws.hex(32)}`,
        AccountName: name,
        State: "IN_PROGRESS",
        RequestedTimestamp: organization.now(),
      };
      organization.creations.set(status.Id ?? "", status);
      aws.later(CREATION, () => finish(organization, aws, status, call.input));
      return { CreateAccountStatus: { ...status } };
    },

    DescribeCreateAccountStatus(call: Call<DescribeCreateAccountStatusRequest>): DescribeCreateAccountStatusResponse {
      requireReader(organization, call);
      const status = organization.creations.get(call.input.CreateAccountRequestId ?? "");
      if (status === undefined) {
        throw new AwsError(
          "CreateAccountStatusNotFoundException",
          "You specified a create account request ID that doesn't exist.",
        );
      }
      return { CreateAccountStatus: status };
    },

    ListCreateAccountStatus(call: Call<ListCreateAccountStatusRequest>): ListCreateAccountStatusResponse {
      requireReader(organization, call);
      const { States: states = [] } = call.input;
      const wanted = [...organization.creations.values()].filter(
        ({ State }) => states.length === 0 || (State !== undefined && states.includes(State)),
      );
      const { items, ...rest } = listPage(wanted, call.input);
      return { CreateAccountStatuses: items, ...rest };
    },
  };
}

async function finish(
  organization: Organization,
  aws: Aws,
  status: CreateAccountStatus,
  input: CreateAccountRequest,
): Promise<void> {
  const email = input.Email?.toLowerCase();
  // An e-mail address belongs to one AWS account at most, in this organization or anywhere else.
  const taken = [...organization.accounts.values()].some((account) => account.email.toLowerCase() === email);
  const accountId = taken ? undefined : await create(organization, aws, input);
  status.CompletedTimestamp = organization.now();
  if (accountId === undefined) {
    status.State = "FAILED";
    status.FailureReason = taken ? "EMAIL_ALREADY_EXISTS" : "INTERNAL_FAILURE";
  } else {
    status.State = "SUCCEEDED";
    status.AccountId = accountId;
    await aws.putEvent(accountJoined(organization, accountId, "CREATED"));
  }
  await aws.putEvent(createAccountResult(organization, status));
}

/** The new account's id, or undefined if its role could not be made: then there is no account either. */
async function create(organization: Organization, aws: Aws, input: CreateAccountRequest): Promise<string | undefined> {
  const id = freeAccountId(organization, aws);
  organization.busy.add(id);
  addAccount(organization, {
    id,
    name: input.AccountName ?? "",
    email: input.Email ?? "",
    parentId: organization.rootId,
    joinedAt: organization.now(),
  });
  try {
    await organization.membershipChanged();
    await createAccountAccessRole(new IAMClient(aws.asRoot(id, "us-east-1")), {
      partition: organization.partition,
      managementAccountId: organization.managementAccountId,
      name: input.RoleName ?? ACCOUNT_ACCESS_ROLE,
    });
    putTags(organization, id, input.Tags);
    return id;
  } catch {
    organization.accounts.delete(id);
    await organization.membershipChanged();
    return undefined;
  } finally {
    organization.busy.delete(id);
  }
}

function freeAccountId(organization: Organization, aws: Aws): string {
  for (;;) {
    // Eleven hexadecimal digits are 1.7e13: enough for every twelve-digit number.
    const id = String(Number.parseInt(aws.hex(11), 16) % 1e12).padStart(12, "0");
    if (!id.startsWith("0") && !organization.accounts.has(id)) return id;
  }
}
