import {
  CreateAccountCommand,
  type CreateAccountStatus,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  DescribeOrganizationCommand,
  ListParentsCommand,
  MoveAccountCommand,
  type Account as OrganizationsAccount,
  OrganizationsClient,
  paginateListAccounts,
  paginateListCreateAccountStatus,
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
   * `requestId` of the earlier try, the account that has the e-mail address, or a request under way is taken up. Of a request
   * under way AWS tells the account's name and not its e-mail address, so it may be somebody else's for the same name: its
   * account is this one only if the address is.
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
  /** Told the id of the request that was made for this account, before waiting, so that it can be stored. */
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

/** For life an organization keeps its id and its management account; every preparation asks, and AWS allows few calls a second. */
const DESCRIBED_MS = 5 * 60_000;

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

  async function requestsUnderWay(name: string): Promise<string[]> {
    return callAws(place(`looking for a request to create ${name}`, "ListCreateAccountStatus"), async () => {
      const found: string[] = [];
      for await (const page of paginateListCreateAccountStatus({ client }, { States: ["IN_PROGRESS"] })) {
        for (const { AccountName, Id } of page.CreateAccountStatuses ?? []) {
          if (AccountName === name && Id !== undefined) found.push(Id);
        }
      }
      return found;
    });
  }

  /** Waits until a request has ended, well or not. */
  async function ended(requestId: string, signal: AbortSignal | undefined): Promise<CreateAccountStatus> {
    for (;;) {
      signal?.throwIfAborted();
      const status = await createdStatus(requestId);
      if (status.State === "FAILED" || (status.State === "SUCCEEDED" && status.AccountId !== undefined)) return status;
      await new Promise((resolve) => setTimeout(resolve, config.pollMs ?? 1000));
    }
  }

  async function accounts(): Promise<OrganizationAccount[]> {
    return callAws(place("listing the accounts of the organization", "ListAccounts"), async () => {
      const all: OrganizationAccount[] = [];
      for await (const page of paginateListAccounts({ client }, {})) all.push(...(page.Accounts ?? []).map(fromAws));
      return all;
    });
  }

  async function account(accountId: string): Promise<OrganizationAccount | undefined> {
    const answer = await callAws(
      place(`describing account ${accountId}`, "DescribeAccount"),
      () => client.send(new DescribeAccountCommand({ AccountId: accountId })),
      ["AccountNotFoundException"],
    );
    return answer?.Account === undefined ? undefined : fromAws(answer.Account);
  }

  /** The account that has the request's e-mail address, there already or made by a request that is under way. */
  async function madeBefore({ name, email, signal }: AccountRequest): Promise<string | undefined> {
    const isIt = (one: OrganizationAccount | undefined) => one?.email.toLowerCase() === email.toLowerCase();
    // The requests first: what ends between the two calls is an account by then.
    const underWay = await requestsUnderWay(name);
    const found = (await accounts()).find(isIt);
    if (found !== undefined) return found.accountId;
    for (const requestId of underWay) {
      const { AccountId } = await ended(requestId, signal);
      if (AccountId !== undefined && isIt(await account(AccountId))) return AccountId;
    }
    return undefined;
  }

  async function requestAccount({ name, email }: AccountRequest): Promise<string> {
    const answer = await callAws(place(`creating account ${name}`, "CreateAccount"), () =>
      client.send(new CreateAccountCommand({ AccountName: name, Email: email, RoleName: config.accessRoleName })),
    );
    const requestId = answer.CreateAccountStatus?.Id;
    if (requestId === undefined) throw new Error(`creating account ${name}: AWS answered without a request id`);
    return requestId;
  }

  async function describe() {
    const { Organization } = await callAws(place("describing the organization", "DescribeOrganization"), () =>
      client.send(new DescribeOrganizationCommand({})),
    );
    if (Organization?.Id === undefined || Organization.MasterAccountId === undefined) {
      throw new Error("describing the organization: AWS Organizations answered without its id");
    }
    return { organizationId: Organization.Id, managementAccountId: Organization.MasterAccountId };
  }

  let described: { readonly until: number; readonly answer: ReturnType<typeof describe> } | undefined;

  async function parent(childId: string): Promise<string | undefined> {
    const answer = await callAws(place(`finding the organizational unit of ${childId}`, "ListParents"), () =>
      client.send(new ListParentsCommand({ ChildId: childId })),
    );
    return answer.Parents?.[0]?.Id;
  }

  return {
    accounts,
    account,
    describe() {
      if (described === undefined || described.until <= performance.now()) {
        const answer = describe();
        described = { until: performance.now() + DESCRIBED_MS, answer };
        answer.catch(() => {
          described = undefined;
        });
      }
      return described.answer;
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
      let { requestId } = request;
      if (requestId === undefined) {
        const found = await madeBefore(request);
        if (found !== undefined) return found;
        requestId = await requestAccount(request);
      }
      await request.onRequested?.(requestId);
      const { AccountId, FailureReason } = await ended(requestId, request.signal);
      if (AccountId === undefined) {
        throw new AccountCreationError(request.name, FailureReason ?? "FAILED without a reason");
      }
      return AccountId;
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
