import { IAMClient } from "@aws-sdk/client-iam";
import { AwsCallError } from "../aws/call-error.ts";
import type { RoleChain } from "../aws/role-chain.ts";
import type { SessionCredentials } from "../aws/session.ts";
import { ensureRole, type RoleDocuments, type RoleOutcome, type RolePlace, removeRole, roleVersion } from "./role.ts";

export interface DeploymentRoles {
  /**
   * Sees to it that the member account has Bulwark's deployment role in its current version, and that it can be
   * assumed. The role itself is used where it stands and is current; otherwise it is created or changed through
   * OrganizationAccountAccessRole, which Bulwark uses for nothing else. Throws `AwsCallError`.
   *
   * @param documents of this account's role, where it has to be another one than usual
   */
  ensure(accountId: string, operationId: string, signal?: AbortSignal, documents?: RoleDocuments): Promise<RoleOutcome>;
  /** Whether the account has the role in its current version, and it can be assumed. Changes nothing. Throws `AwsCallError`. */
  isCurrent(accountId: string, operationId: string, documents?: RoleDocuments): Promise<boolean>;
  /** Removes the role, its boundary and those that stand beside it from an account that was offboarded. Throws `AwsCallError`. */
  remove(accountId: string, operationId: string): Promise<void>;
}

export interface DeploymentRolesConfig {
  readonly chain: RoleChain;
  readonly partition: string;
  readonly region: string;
  readonly endpoint?: string;
  /** The role of a member account, as it should be. */
  readonly documents: RoleDocuments;
  /** How often a role that was just created is tried, a second apart: IAM is eventually consistent. */
  readonly attempts?: number;
}

/** Makes the keeper of the deployment roles in member accounts. */
export function createDeploymentRoles(config: DeploymentRolesConfig): DeploymentRoles {
  const { chain } = config;

  function placeIn(accountId: string, session: SessionCredentials): RolePlace {
    const { expiration: _, ...credentials } = session;
    const iam = new IAMClient({
      region: config.region,
      credentials,
      retryMode: "adaptive",
      maxAttempts: 5,
      ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    });
    return { iam, partition: config.partition, accountId, region: config.region };
  }

  async function isCurrent(accountId: string, operationId: string, documents = config.documents): Promise<boolean> {
    try {
      const session = await chain.sessionFor({ accountId, role: "deployment", operationId });
      const place = placeIn(accountId, session);
      try {
        return (await roleVersion(place, documents.roleName)) === documents.version;
      } finally {
        place.iam.destroy();
      }
    } catch (error) {
      // Denied means: the role is not there, or it trusts somebody else, or it may not read itself. All are mended below.
      if (error instanceof AwsCallError && error.failure === "access_denied") return false;
      throw error;
    }
  }

  async function untilAssumable(accountId: string, operationId: string, signal?: AbortSignal): Promise<void> {
    const attempts = config.attempts ?? 60;
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      try {
        await chain.sessionFor({ accountId, role: "deployment", operationId });
        return;
      } catch (error) {
        const propagating = error instanceof AwsCallError && error.failure === "access_denied";
        if (!propagating || attempt >= attempts) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }

  return {
    isCurrent,
    async ensure(accountId, operationId, signal, documents = config.documents) {
      if (await isCurrent(accountId, operationId, documents)) return "unchanged";
      signal?.throwIfAborted();
      const place = placeIn(accountId, await chain.sessionFor({ accountId, role: "bootstrap", operationId }));
      try {
        const outcome = await ensureRole(place, documents, { rewrite: true });
        await untilAssumable(accountId, operationId, signal);
        return outcome;
      } finally {
        place.iam.destroy();
      }
    },
    async remove(accountId, operationId) {
      const place = placeIn(accountId, await chain.sessionFor({ accountId, role: "bootstrap", operationId }));
      try {
        await removeRole(place, {
          roleName: config.documents.roleName,
          policyNames: [config.documents.boundary, ...(config.documents.boundariesOfOthers ?? [])].flatMap(
            (policy) => policy?.policyName ?? [],
          ),
        });
      } finally {
        place.iam.destroy();
      }
    },
  };
}
