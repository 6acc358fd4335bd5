/** Who signed a call, as resolved by the one IAM of the sandbox. */
export interface Principal {
  /** `arn:aws:iam::<account>:root`, a user's ARN, or `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
  readonly arn: string;
  readonly accountId: string;
  readonly type: "Root" | "User" | "AssumedRole" | "FederatedUser";
  /** Role session name of an assumed role. */
  readonly sessionName?: string;
  readonly sourceIdentity?: string;
}

/** One parsed, validated and authorized AWS call. `Input` is the AWS SDK's input type of the operation. */
export interface Call<Input> {
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
  /** The account that is called: the principal's own. */
  readonly accountId: string;
  readonly region: string;
  readonly principal: Principal;
  readonly requestId: string;
}

/** Answers one operation. What it returns is checked against the service model before it is sent. Throws `AwsError`. */
// biome-ignore lint/suspicious/noExplicitAny: a table of operations holds handlers of different input types; each one is typed where it is written.
export type Operation = (call: Call<any>) => object | Promise<object>;

// biome-ignore lint/suspicious/noExplicitAny: as for Operation.
export type Guard = (call: Call<any>) => void | Promise<void>;

/** One IAM decision: may the caller do this to that. */
export interface Check {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

// biome-ignore lint/suspicious/noExplicitAny: as for Operation.
export type Decisions = (call: Call<any>) => readonly Check[] | Promise<readonly Check[]>;

/** An AWS service that the gateway serves itself. */
export interface Emulator {
  /** Signing name, as in the credential scope: `securityhub`, `access-analyzer`, `organizations`. */
  readonly signingName: string;
  /** Name of the botocore model folder: `securityhub`, `accessanalyzer`, `config`. */
  readonly model: string;
  /** All that is served of the service, or, where the service has another owner, what is not left to that. */
  readonly operations: Readonly<Record<string, Operation>>;
  /**
   * By operation that is left to the owner: throws what AWS answers when something that is kept here forbids the call. Its input is as
   * read, not validated. A call to moto is authorized by then; MiniStack authorizes itself, later.
   */
  readonly guards?: Readonly<Record<string, Guard>>;
  /**
   * By operation that is left to moto: the IAM decisions that it needs, where they are not `<signingName>:<operation>` on `*`. The input is
   * as read, not validated.
   */
  readonly decisions?: Readonly<Record<string, Decisions>>;
  /** Operations that check their input themselves, because AWS refuses single entries of a batch and takes the others. */
  readonly selfValidating?: readonly string[];
  /** By operation: lists that AWS answers empty although its model asks for an entry. As validation errors name them. */
  readonly emptyLists?: Readonly<Record<string, readonly string[]>>;
  /** By operation: members of its answer, however deep, that AWS fills with what its own model's pattern refuses. */
  readonly beyondModel?: Readonly<Record<string, readonly string[]>>;
  /** What AWS's console does and no API, by name. It checks what it is given, and throws what AWS would show. */
  readonly console?: Readonly<Record<string, (given: unknown) => Promise<void>>>;
  /**
   * IAM action and resources of a call where they differ from `<signingName>:<operation>` on `*`
   * (for example `access-analyzer:CreateAnalyzer` on the analyzer's ARN).
   */
  authorization?(call: Call<Record<string, unknown>>): {
    readonly actions?: readonly string[];
    readonly resources?: readonly string[];
    readonly context?: Readonly<Record<string, string | readonly string[]>>;
    /** A role that the caller gives a service by the call, and so must be allowed to pass to it. */
    readonly passes?: { readonly roleArn: string; readonly to: string };
  };
}

/** An error as AWS answers it: `code` is the shape name of the service model, e.g. `ResourceNotFoundException`. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, fields: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = "AwsError";
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** State of one kind, per account and region, made on first use. */
export interface Regional<State> {
  of(accountId: string, region: string): State;
  /** Every place that has been used so far. */
  entries(): Iterable<{ readonly accountId: string; readonly region: string; readonly state: State }>;
}

/** Makes a `Regional` whose places start as `initial()`. */
export function regional<State>(initial: (accountId: string, region: string) => State): Regional<State> {
  const places = new Map<string, { accountId: string; region: string; state: State }>();
  return {
    of(accountId, region) {
      const key = `${accountId}/${region}`;
      let place = places.get(key);
      if (place === undefined) {
        place = { accountId, region, state: initial(accountId, region) };
        places.set(key, place);
      }
      return place.state;
    },
    entries: () => places.values(),
  };
}

/** An account of the sandbox, in the organization or not. */
export interface Account {
  readonly id: string;
  readonly arn: string;
  name: string;
  email: string;
  state: "PENDING_ACTIVATION" | "ACTIVE" | "SUSPENDED" | "PENDING_CLOSURE" | "CLOSED";
  joinedMethod: "INVITED" | "CREATED";
  joinedAt: Date;
  /** The root's or an organizational unit's id; undefined outside the organization. */
  parentId?: string;
  /** Opt-in regions that the account has enabled, beside those that are enabled by default. */
  readonly optInRegions: Set<string>;
  /** Seconds after its first call in which the account still answers `OptInRequired`. */
  notReadySeconds?: number;
}

/** What other emulators may ask of AWS Organizations. Implemented by the Organizations emulator. */
export interface OrganizationView {
  readonly organizationId: string;
  readonly managementAccountId: string;
  readonly partition: string;
  account(accountId: string): Account | undefined;
  /** Every account of the organization, management included. */
  members(): readonly Account[];
  isMember(accountId: string): boolean;
  hasTrustedAccess(servicePrincipal: string): boolean;
  /** Called by services that turn on their trusted access by themselves, as the management account (Config's aggregators). */
  enableTrustedAccess(servicePrincipal: string): void;
  /** Accounts registered through Organizations for this service principal. */
  delegatedAdministrators(servicePrincipal: string): readonly string[];
  /** Ids from the account's parent up to the root. */
  parentsOf(accountId: string): readonly string[];
  /** Called by services that register a delegated administrator by their own API (Security Hub, GuardDuty, Inspector). */
  registerDelegatedAdministrator(accountId: string, servicePrincipal: string): void;
  deregisterDelegatedAdministrator(accountId: string, servicePrincipal: string): void;
}

export interface RootSessionRequest {
  readonly accountId: string;
  /** Name of the policy in `root-task/`. */
  readonly task: string;
  readonly seconds: number;
  readonly sourceIdentity: string | undefined;
}

export interface RootSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Seconds since the epoch. */
  readonly expiration: number;
}

/** A session of a role that a service wants for something of its own. */
export interface ServiceSessionRequest {
  readonly roleArn: string;
  /** `ssm.amazonaws.com`. */
  readonly service: string;
  /** `aws:SourceAccount` and `aws:SourceArn` for the role's trust policy. */
  readonly accountId: string;
  readonly sourceArn: string;
  readonly sessionName: string;
}

export interface ServiceSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** What the gateway lends every emulator. */
export interface Aws {
  readonly organization: OrganizationView;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Random identifier of hexadecimal digits. */
  hex(length: number): string;
  /** Runs `work` after `milliseconds`, unless the sandbox has closed. */
  later(milliseconds: number, work: () => void | Promise<void>): void;
  /** Puts an `aws.*` event on the default bus of an account and region, as the service itself would. */
  putEvent(event: {
    readonly accountId: string;
    readonly region: string;
    readonly source: string;
    readonly detailType: string;
    readonly detail: object;
    readonly resources?: readonly string[];
  }): Promise<void>;
  /** Opens a session of an account's root user that is held to one task. */
  openRootSession(wanted: RootSessionRequest): Promise<RootSession>;
  /** Assumes a role as a service; undefined where the role's trust policy does not let it in. */
  openServiceSession(wanted: ServiceSessionRequest): Promise<ServiceSession | undefined>;
  /** A session with the rights of a role's session that called: what a service does on its behalf. Undefined where that is over. */
  forwardSession(principal: Principal): Promise<ServiceSession | undefined>;
  /** Creates the service-linked role of a service in an account if it is not there, as services do when they are enabled. */
  ensureServiceLinkedRole(accountId: string, servicePrincipal: string): Promise<void>;
  /** AWS SDK settings (endpoint, region, root credentials of the account) for a call to another service of the sandbox. */
  asRoot(
    accountId: string,
    region: string,
  ): {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** The same for MiniStack itself: an operation that adds to what that answers would only meet itself at the gateway. */
  asRootBehind(accountId: string, region: string): ReturnType<Aws["asRoot"]>;
}

/** How a gateway-owned service is made. Each folder of `sandbox/emulators` exports one, listed in `owners.ts`. */
export type EmulatorFactory = (aws: Aws) => Emulator;
