import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@smithy/types";
import { roleArn } from "../../programs/partition.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import { callAws } from "./call-error.ts";
import type { SessionCredentials, SessionRequest } from "./session.ts";

/** How the service reaches accounts: it assumes roles, and nothing else. */
export interface RoleChain {
  /**
   * A session of an hour, or one that was given for the same request less than a minute ago: the preparation of an operation
   * and its run need the same. Throws `AwsCallError` that names the account and the role.
   */
  sessionFor(request: SessionRequest): Promise<SessionCredentials>;
  /** A session of a role by its ARN, which needs no source identity: that for the state, or the bootstrap's way into an account. */
  sessionAs(roleArn: string, sessionName: string): Promise<SessionCredentials>;
  /** The same as `sessionFor`, renewed by itself five minutes before it ends: for clients that live as long as the service. */
  renewing(request: SessionRequest): AwsCredentialIdentityProvider;
}

export interface RoleChainConfig {
  readonly settings: Pick<OrganizationSettings, "partition" | "homeRegion" | "accounts" | "roles">;
  /** The service's own identity; the AWS SDK's default chain when left out. */
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  readonly endpoint?: string;
}

/**
 * Role chaining ends sessions after one hour, whatever the role's maximum is
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining).
 */
const SESSION_SECONDS = 3600;
const RENEW_BEFORE_MS = 5 * 60_000;
/** A run may take 55 minutes, so that a session which is shared for longer could end before it does. */
const SHARED_MS = 60_000;

/** Makes the role chain of an organization. */
export function createRoleChain(config: RoleChainConfig): RoleChain {
  const { settings } = config;
  const client = (credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider) =>
    new STSClient({
      region: settings.homeRegion,
      retryMode: "adaptive",
      maxAttempts: 5,
      ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
    });
  const base = client(config.credentials);

  async function assume(
    sts: STSClient,
    accountId: string,
    roleName: string,
    request: SessionRequest,
    sourceIdentity: boolean,
  ): Promise<SessionCredentials> {
    return assumeArn(sts, roleArn(settings.partition, accountId, roleName), accountId, request, sourceIdentity);
  }

  async function assumeArn(
    sts: STSClient,
    arn: string,
    accountId: string,
    request: Pick<SessionRequest, "operationId" | "sessionPolicy">,
    sourceIdentity: boolean,
  ): Promise<SessionCredentials> {
    const roleName = arn.slice(arn.lastIndexOf("/") + 1);
    const answer = await callAws(
      {
        activity: `assuming role ${roleName} in account ${accountId}`,
        accountId,
        region: settings.homeRegion,
        call: "sts:AssumeRole",
      },
      () =>
        sts.send(
          new AssumeRoleCommand({
            RoleArn: arn,
            RoleSessionName: request.operationId,
            DurationSeconds: SESSION_SECONDS,
            ...(sourceIdentity ? { SourceIdentity: request.operationId } : {}),
            ...(request.sessionPolicy === undefined ? {} : { Policy: request.sessionPolicy }),
          }),
        ),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken) {
      throw new Error(`assuming role ${arn}: AWS STS answered without credentials`);
    }
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: (Expiration ?? new Date(Date.now() + SESSION_SECONDS * 1000)).toISOString(),
    };
  }

  const shared = new Map<string, { readonly until: number; readonly session: Promise<SessionCredentials> }>();

  function sessionFor(request: SessionRequest): Promise<SessionCredentials> {
    const now = performance.now();
    for (const [key, { until }] of shared) if (until <= now) shared.delete(key);
    const { role, accountId, operationId, sessionPolicy = "" } = request;
    const key = [role, accountId, operationId, sessionPolicy].join(" ");
    const known = shared.get(key);
    if (known !== undefined) return known.session;
    const session = freshSession(request);
    shared.set(key, { until: now + SHARED_MS, session });
    // What was refused may be allowed by the next try.
    session.catch(() => shared.delete(key));
    return session;
  }

  async function freshSession(request: SessionRequest): Promise<SessionCredentials> {
    const { management } = settings.accounts;
    if (request.role === "management") return assume(base, management, settings.roles.management, request, true);
    if (request.role === "deployment") return assume(base, request.accountId, settings.roles.deployment, request, true);
    // OrganizationAccountAccessRole trusts the management account with sts:AssumeRole alone, and a source identity once
    // set persists through the chain and would need sts:SetSourceIdentity there: so neither hop sets one.
    const { sessionPolicy: _narrowed, ...hop } = request;
    const viaManagement = await assume(base, management, settings.roles.management, hop, false);
    const { expiration: _, ...keys } = viaManagement;
    const chained = client(keys);
    try {
      return await assume(chained, request.accountId, settings.roles.bootstrap, request, false);
    } finally {
      chained.destroy();
    }
  }

  return {
    sessionFor,
    sessionAs: (arn, operationId) => assumeArn(base, arn, arn.split(":")[4] ?? "", { operationId }, false),
    renewing(request) {
      let current: Promise<AwsCredentialIdentity> | undefined;
      let renewAt = 0;
      return () => {
        if (current === undefined || Date.now() >= renewAt) {
          renewAt = Number.POSITIVE_INFINITY;
          current = freshSession(request).then(
            ({ expiration, ...session }) => {
              renewAt = Date.parse(expiration) - RENEW_BEFORE_MS;
              return { ...session, expiration: new Date(expiration) };
            },
            (error: unknown) => {
              current = undefined;
              throw error;
            },
          );
        }
        return current;
      };
    },
  };
}
