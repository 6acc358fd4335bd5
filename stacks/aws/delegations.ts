import {
  DeregisterDelegatedAdministratorCommand,
  DisableAWSServiceAccessCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import type { DelegationToEnd } from "../../programs/admin/leaving.ts";
import { AwsCallError, callAws } from "./call-error.ts";
import type { SessionCredentials } from "./session.ts";

export interface DelegationsEnd {
  /** The management account and a session in it. */
  readonly management: { readonly accountId: string; readonly credentials: SessionCredentials };
  /** Where AWS Organizations answers. */
  readonly region: string;
  readonly delegations: readonly DelegationToEnd[];
  readonly endpoint?: string;
}

/** What AWS Organizations does not let end, in its words. */
export interface KeptDelegation {
  readonly service: string;
  readonly what: string;
  readonly reason: string;
}

/** Refused for good: by a policy of the organization, or because something still rests on it. */
const REFUSALS = ["AccessDeniedException", "ConstraintViolationException"];

/**
 * Ends registrations of delegated administrators and then the trusted access that they need, one after the other, as AWS Organizations
 * takes them. What has ended already is passed over. Throws `AwsCallError`, but for what AWS refuses.
 *
 * @returns what is kept
 */
export async function endDelegations(request: DelegationsEnd): Promise<readonly KeptDelegation[]> {
  const { management, region, endpoint } = request;
  const { expiration: _, ...credentials } = management.credentials;
  const client = new OrganizationsClient({
    ...{ region, credentials, retryMode: "adaptive", maxAttempts: 6 },
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const place = (activity: string, call: string) => ({
    activity,
    accountId: management.accountId,
    region,
    call: `organizations:${call}`,
  });
  const kept: KeptDelegation[] = [];
  try {
    for (const { service: ServicePrincipal, administrator: AccountId, trusted } of request.delegations) {
      const keep = (what: string) => (reason: string) => kept.push({ service: ServicePrincipal, what, reason });
      if (AccountId !== undefined) {
        await orKeep(
          () =>
            callAws(
              place(`deregistering account ${AccountId} from ${ServicePrincipal}`, "DeregisterDelegatedAdministrator"),
              () => client.send(new DeregisterDelegatedAdministratorCommand({ AccountId, ServicePrincipal })),
              ["AccountNotRegisteredException"],
            ),
          keep(`registration of account ${AccountId} as its administrator`),
        );
      }
      if (trusted) {
        await orKeep(
          () =>
            callAws(place(`ending trusted access of ${ServicePrincipal}`, "DisableAWSServiceAccess"), () =>
              client.send(new DisableAWSServiceAccessCommand({ ServicePrincipal })),
            ),
          keep("trusted access to the organization"),
        );
      }
    }
  } finally {
    client.destroy();
  }
  return kept;
}

async function orKeep(call: () => Promise<unknown>, keep: (reason: string) => void): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof AwsCallError) || !REFUSALS.includes(error.awsCode)) throw error;
    keep(`${error.awsCode}: ${error.cause instanceof Error ? error.cause.message : error.message}`);
  }
}
