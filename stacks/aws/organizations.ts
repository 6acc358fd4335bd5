import {
  CreateAccountCommand,
  type CreateAccountStatus,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  DescribeOrganizationCommand,
  ListCreateAccountStatusCommand,
  ListParentsCommand,
  MoveAccountCommand,
  type Account as OrganizationsAccount,
  OrganizationsClient,
  paginateListAccounts,
  paginateListOrganizationalUnitsForParent,
  paginateListRoots,
} from "@aws-sdk/client-organizations";
import type { AwsCredentialIdentityProvider } from "@smithy/types";
import { callAws } from "./call-error.ts";

/** An account of the organization, as Bulwark needs it. */
export interface OrganizationAccount {
  readonly accountId: string;
  readonly name: string;
  readonly email: string;
  /** `State`, which replaced `Status` in 2026; the old field where only that is answered. */
  readonly state: "PENDING_ACTIVATION" | "ACTIVE" | "SUSPENDED" | "PENDING_CLOSURE" | "CLOSED";
}

/** What Bulwark asks of AWS Organizations, through its role in the management account. All throw `AwsCallError`. */
export interface Organizations {
  /** `{organizationId, managementAccountId}`. */
  describe(): Promise<{ readonly organizationId: string; readonly managementAccountId: string }>;
  /** The account, or undefined when it is not in the organization. */
  account(accountId: string): Promise<OrganizationAccount | undefined>;
  accounts(): Promise<readonly OrganizationAccount[]>;
  /** Ids of the organizational units above the account, nearest first, then the root's. */
  parentsOf(accountId: string): Promise<readonly string[]>;
  /** Ids of every organizational unit, for checking a caller's choice. */
  organizationalUnits(): Promise<ReadonlySet<string>>;
  /**
   * Creates an account and waits until it exists (usually a minute or two on AWS). Safe to call again after a crash:
   * `requestId` of the earlier try, the account that has the e-mail address, or the request under way is taken up.
   */
  createAccount(request: AccountRequest): Promise<string>;
  /** Moves the account under an organizational unit; nothing happens when it is there already. */
  moveAccount(accountId: string, organizationalUnitId: string): Promise<void>;
}

export interface AccountRequest {
  readonly name: string;
  readonly email: string;
  /** Id of the request that an earlier try made. */
  readonly requestId?: string;
  /** Told the request's id before waiting, so that it can be stored. */
  onRequested?(requestId: string): Promise<void>;
  readonly signal?: AbortSignal;
}

export interface OrganizationsConfig {
  readonly managementAccountId: string;
  /** Organizations is served from one region of the partition: us-east-1, us-gov-west-1, cn-northwest-1. */
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
  readonly endpoint?: string;
  /** Role that Organizations creates in new accounts. */
  readonly accessRoleName: string;
  readonly pollMs?: number;
}

/** AWS says an account request ended in FAILED. */
export class AccountCreationError extends Error {
  readonly reason: string;
  constructor(name: string, reason: string) {
    super(`creating account ${name}: AWS Organizations answered ${reason}`);
    this.name = "AccountCreationError";
    this.reason = reason;
  }
}

/** Makes the client. */
export function createOrganizationsClient(config: OrganizationsConfig): Organizations {
  const client = new OrganizationsClient({
    region: config.region,
    credentials: config.credentials,
    retryMode: "adaptive",
    maxAttempts: 6,
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
  });
  const place = (activity: string, operation: string) => ({
    activity,
    accountId: config.managementAccountId,
    region: config.region,
    call: `organizations:${operation}`,
  });

  async function createdStatus(requestId: string): Promise<CreateAccountStatus> {
    const answer = await callAws(place("following an account's creation", "DescribeCreateAccountStatus"), () =>
      client.send(new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: requestId })),
    );
    return answer.CreateAccountStatus ?? {};
  }

  async function requestUnderWay(name: string): Promise<string | undefined> {
    const answer = await callAws(place(`looking for a request to create ${name}`, "ListCreateAccountStatus"), () =>
      client.send(new ListCreateAccountStatusCommand({ States: ["IN_PROGRESS"] })),
    );
    return answer.CreateAccountStatuses?.find(({ AccountName }) => AccountName === name)?.Id;
  }

  async function accounts(): Promise<OrganizationAccount[]> {
    return callAws(place("listing the accounts of the organization", "ListAccounts"), async () => {
      const all: OrganizationAccount[] = [];
      for await (const page of paginateListAccounts({ client }, {})) all.push(...(page.Accounts ?? []).map(fromAws));
      return all;
    });
  }

  async function parent(childId: string): Promise<string | undefined> {
    const answer = await callAws(place(`finding the organizational unit of ${childId}`, "ListParents"), () =>
      client.send(new ListParentsCommand({ ChildId: childId })),
    );
    return answer.Parents?.[0]?.Id;
  }

  return {
    accounts,
    async describe() {
      const { Organization } = await callAws(place("describing the organization", "DescribeOrganization"), () =>
        client.send(new DescribeOrganizationCommand({})),
      );
      if (Organization?.Id === undefined || Organization.MasterAccountId === undefined) {
        throw new Error("describing the organization: AWS Organizations answered without its id");
      }
      return { organizationId: Organization.Id, managementAccountId: Organization.MasterAccountId };
    },
    async account(accountId) {
      const answer = await callAws(
        place(`describing account ${accountId}`, "DescribeAccount"),
        () => client.send(new DescribeAccountCommand({ AccountId: accountId })),
        ["AccountNotFoundException"],
      );
      return answer?.Account === undefined ? undefined : fromAws(answer.Account);
    },
    async parentsOf(accountId) {
      const parents: string[] = [];
      for (
        let id = await parent(accountId);
        id !== undefined;
        id = id.startsWith("r-") ? undefined : await parent(id)
      ) {
        parents.push(id);
      }
      return parents;
    },
    async organizationalUnits() {
      return callAws(place("listing the organizational units", "ListOrganizationalUnitsForParent"), async () => {
        const open: string[] = [];
        for await (const page of paginateListRoots({ client }, {}))
          open.push(...(page.Roots ?? []).map(({ Id }) => Id ?? ""));
        const found = new Set(open);
        for (let id = open.pop(); id !== undefined; id = open.pop()) {
          for await (const page of paginateListOrganizationalUnitsForParent({ client }, { ParentId: id })) {
            for (const { Id } of page.OrganizationalUnits ?? []) {
              if (Id === undefined) continue;
              found.add(Id);
              open.push(Id);
            }
          }
        }
        return found;
      });
    },
    async createAccount(request) {
      const existing = async () =>
        (await accounts()).find(({ email }) => email.toLowerCase() === request.email.toLowerCase());
      let requestId = request.requestId;
      if (requestId === undefined) {
        const found = await existing();
        if (found !== undefined) return found.accountId;
        requestId = await requestUnderWay(request.name);
      }
      if (requestId === undefined) {
        const answer = await callAws(place(`creating account ${request.name}`, "CreateAccount"), () =>
          client.send(
            new CreateAccountCommand({
              AccountName: request.name,
              Email: request.email,
              RoleName: config.accessRoleName,
            }),
          ),
        );
        requestId = answer.CreateAccountStatus?.Id;
        if (requestId === undefined)
          throw new Error(`creating account ${request.name}: AWS answered without a request id`);
      }
      await request.onRequested?.(requestId);
      for (;;) {
        request.signal?.throwIfAborted();
        const status = await createdStatus(requestId);
        if (status.State === "SUCCEEDED" && status.AccountId !== undefined) return status.AccountId;
        if (status.State === "FAILED") {
          throw new AccountCreationError(request.name, status.FailureReason ?? "FAILED without a reason");
        }
        await new Promise((resolve) => setTimeout(resolve, config.pollMs ?? 1000));
      }
    },
    async moveAccount(accountId, organizationalUnitId) {
      const source = await parent(accountId);
      if (source === organizationalUnitId || source === undefined) return;
      await callAws(place(`moving account ${accountId} to ${organizationalUnitId}`, "MoveAccount"), () =>
        client.send(
          new MoveAccountCommand({
            AccountId: accountId,
            SourceParentId: source,
            DestinationParentId: organizationalUnitId,
          }),
        ),
      );
    },
  };
}

function fromAws(account: OrganizationsAccount): OrganizationAccount {
  return {
    accountId: account.Id ?? "",
    name: account.Name ?? "",
    email: account.Email ?? "",
    state: (account.State ?? account.Status ?? "ACTIVE") as OrganizationAccount["state"],
  };
}
