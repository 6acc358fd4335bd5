import { IAMClient } from "@aws-sdk/client-iam";
import type { AwsCredentialIdentityProvider } from "@smithy/types";
import { membershipSessionPolicy } from "../programs/bootstrap/membership-session.ts";
import { readingSessionPolicy } from "../programs/bootstrap/reading-session.ts";
import { repairSessionPolicy } from "../programs/bootstrap/response-session.ts";
import { memberDeploymentRole } from "../programs/bootstrap/roles.ts";
import { chosenControls as choicesOf } from "../programs/control-choices.ts";
import type { BaselineInputs } from "../programs/inputs.ts";
import { outsideMember } from "../programs/outside-members.ts";
import { organizationsRegion } from "../programs/partition.ts";
import type { OrganizationSettings } from "../programs/settings.ts";
import { AwsCallError } from "../stacks/aws/call-error.ts";
import { endDelegations } from "../stacks/aws/delegations.ts";
import { renewInvitations } from "../stacks/aws/invitations.ts";
import { findLostMemberships, restoreMemberships } from "../stacks/aws/lost-memberships.ts";
import { endMemberships } from "../stacks/aws/memberships.ts";
import { createOrganizationsClient } from "../stacks/aws/organizations.ts";
import { enabledRegions } from "../stacks/aws/regions.ts";
import { createRoleChain, type RoleChain } from "../stacks/aws/role-chain.ts";
import { readRootCredentials, removeRootCredentials } from "../stacks/aws/root-credentials.ts";
import { removeServiceLinkedRoles } from "../stacks/aws/service-linked-roles.ts";
import type { SessionRequest } from "../stacks/aws/session.ts";
import { createDeploymentRoles } from "../stacks/bootstrap/deployment-role.ts";
import { readAccountInventory } from "../stacks/inventory/account.ts";
import { readAccountSettings } from "../stacks/inventory/account-settings.ts";
import { readGoverning } from "../stacks/inventory/governing.ts";
import { readInvitations } from "../stacks/inventory/invitations.ts";
import { readAdminInventory } from "../stacks/inventory/organization.ts";
import { readReadiness } from "../stacks/inventory/readiness.ts";
import { readStandingControls } from "../stacks/inventory/standing-controls.ts";
import type { Aws, MemberRole } from "./aws.ts";
import { createResponseAws } from "./response/response-of-organization.ts";

export interface AwsOfOrganizationOptions {
  readonly settings: OrganizationSettings;
  /** Where every call goes instead of AWS's own endpoints. */
  readonly endpoint?: string | undefined;
}

/** Name of the sessions in which readiness is asked for, where others carry their operation's id. */
const READINESS = "bulwark-readiness";

/** AWS as an organization's accounts give it: by assumed roles only. */
export function createAws({ settings, endpoint }: AwsOfOrganizationOptions): Aws & {
  /** The management role's credentials, renewed by themselves, for the account-event queue. */
  readonly managementCredentials: AwsCredentialIdentityProvider;
  /** Those of a session of the security account's role that can take from the queue of repairs and nothing else, renewed by themselves. */
  readonly repairCredentials: AwsCredentialIdentityProvider;
  readonly chain: RoleChain;
} {
  const { accounts, partition, homeRegion } = settings;
  const at = endpoint === undefined ? {} : { endpoint };
  const chain = createRoleChain({ settings, ...at });
  const session = (accountId: string, role: SessionRequest["role"], operationId: string, sessionPolicy?: string) =>
    chain.sessionFor({ accountId, role, operationId, ...(sessionPolicy === undefined ? {} : { sessionPolicy }) });
  const memberSession = (accountId: string, role: MemberRole, operationId: string) =>
    role === "deployment"
      ? session(accountId, "deployment", operationId)
      : session(accountId, "bootstrap", operationId, readingSessionPolicy());
  const membershipsOf = async (inputs: BaselineInputs, operationId: string) => {
    const { accountId, email, regions, admin } = inputs;
    const securityHub = inputs.features.securityHub.mode === "local";
    const credentials = await session(accounts.security, "deployment", operationId, membershipSessionPolicy(regions));
    const security = { accountId: accounts.security, credentials, ...at };
    return { accountId, email, regions, securityHub, detectorIds: admin.detectorIds, security };
  };
  const rootRequest = async (accountId: string, operationId: string) => {
    const credentials = await session(accounts.management, "management", operationId);
    const management = { accountId: accounts.management, credentials };
    return { accountId, management, partition, region: homeRegion, ...at };
  };
  const chosenControls = (region: string) =>
    choicesOf(settings.features.securityHub.disabledControls, { partition, homeRegion, region });
  const managementCredentials = chain.renewing({
    accountId: accounts.management,
    role: "management",
    operationId: "bulwark-service",
  });
  const repairCredentials = chain.renewing({
    ...{ accountId: accounts.security, role: "deployment", operationId: "bulwark-repairs" },
    sessionPolicy: repairSessionPolicy(settings),
  });
  const roles = createDeploymentRoles({
    chain,
    partition,
    region: homeRegion,
    documents: memberDeploymentRole(settings),
    ...at,
  });
  const documentsWith = (standing: readonly string[]) => {
    const regions = union(settings.regions, standing);
    return regions.length === settings.regions.length ? undefined : memberDeploymentRole({ ...settings, regions });
  };
  const organizations = createOrganizationsClient({
    managementAccountId: accounts.management,
    region: organizationsRegion(partition),
    credentials: managementCredentials,
    accessRoleName: settings.roles.bootstrap,
    ...at,
  });

  /** The organization has no way into such an account: its own administrator sets Bulwark's role up. */
  const enterOutside = async (accountId: string, operationId: string): Promise<void> => {
    try {
      await session(accountId, "deployment", operationId);
    } catch (error) {
      if (!(error instanceof AwsCallError) || error.failure !== "access_denied") throw error;
      const { region, call, cause } = error;
      throw new AwsCallError(
        { activity: `entering account ${accountId}, which is outside of the organization`, accountId, region, call },
        cause,
        `An administrator of account ${accountId} runs make bootstrap ARGS="--outside ${accountId}" there, and one of the management account runs make bootstrap, which lets the service go there. Then run the operation again.`,
      );
    }
  };

  return {
    organizations,
    response: createResponseAws({ settings, chain, endpoint }),
    managementCredentials,
    repairCredentials,
    chain,
    async ensureDeploymentRole(accountId, operationId, signal, standing) {
      if (outsideMember(settings, accountId) !== undefined) await enterOutside(accountId, operationId);
      else await roles.ensure(accountId, operationId, signal, documentsWith(standing));
    },
    async roleForReading(accountId, operationId, standing) {
      if (outsideMember(settings, accountId) !== undefined) {
        await enterOutside(accountId, operationId);
        return "deployment";
      }
      return (await roles.isCurrent(accountId, operationId, documentsWith(standing))) ? "deployment" : "reading";
    },
    async endMemberships(accountId, operationId, memberships) {
      const regions = memberships.map(({ region }) => region);
      const policy = membershipSessionPolicy(regions);
      const credentials = await session(accounts.security, "deployment", operationId, policy);
      const security = { accountId: accounts.security, credentials };
      return endMemberships({ accountId, security, memberships, ...at });
    },
    async lostMemberships(inputs, operationId) {
      return findLostMemberships(await membershipsOf(inputs, operationId));
    },
    async restoreMemberships(inputs, operationId, lost) {
      await restoreMemberships(await membershipsOf(inputs, operationId), lost);
    },
    async readInvitations({ accountId, regions }, operationId) {
      const credentials = await session(accounts.security, "deployment", operationId, membershipSessionPolicy(regions));
      return readInvitations({ accountId: accounts.security, credentials, ...at }, accountId, regions);
    },
    async renewInvitations({ accountId, email }, operationId, regions) {
      const credentials = await session(accounts.security, "deployment", operationId, membershipSessionPolicy(regions));
      const security = { accountId: accounts.security, credentials, ...at };
      await renewInvitations({ accountId, email, regions, security });
    },
    async removeServiceLinkedRoles(accountId, operationId, linked, signal) {
      const { expiration: _, ...credentials } = await session(accountId, "deployment", operationId);
      const iam = new IAMClient({ region: homeRegion, credentials, retryMode: "adaptive", maxAttempts: 5, ...at });
      try {
        return await removeServiceLinkedRoles({ iam, roles: linked, signal });
      } finally {
        iam.destroy();
      }
    },
    async endDelegations(operationId, delegations) {
      const credentials = await session(accounts.management, "management", operationId);
      const management = { accountId: accounts.management, credentials };
      return endDelegations({ management, region: organizationsRegion(partition), delegations, ...at });
    },
    async readRootCredentials(accountId, operationId) {
      return readRootCredentials(await rootRequest(accountId, operationId));
    },
    async removeRootCredentials(accountId, operationId) {
      return removeRootCredentials(await rootRequest(accountId, operationId));
    },
    removeDeploymentRole: (accountId, operationId) => roles.remove(accountId, operationId),
    async enabledRegions(accountId, operationId, role) {
      const credentials = await memberSession(accountId, role, operationId);
      return enabledRegions({ accountId, credentials, region: homeRegion, ...at });
    },
    async readAccount({ accountId, operationId, role, regions, detectorIds }) {
      const [member, security] = await Promise.all([
        memberSession(accountId, role, operationId),
        session(accounts.security, "deployment", operationId),
      ]);
      return readAccountInventory({
        member: { accountId, credentials: member, ...at },
        security: { accountId: accounts.security, credentials: security, ...at },
        regions,
        homeRegion,
        detectorIds,
        inspector: settings.features.inspector,
        chosenControls,
      });
    },
    async readReadiness({ accountId, regions, detectorIds, inspector }) {
      const [member, security] = await Promise.all([
        session(accountId, "deployment", READINESS),
        session(accounts.security, "deployment", READINESS, membershipSessionPolicy(regions)),
      ]);
      return readReadiness({
        member: { accountId, credentials: member, ...at },
        security: { accountId: accounts.security, credentials: security, ...at },
        ...{ regions, detectorIds, inspector },
      });
    },
    async readAccountSettings({ accountId, operationId, role, regions, open }) {
      const credentials = await memberSession(accountId, role, operationId);
      return readAccountSettings({ member: { accountId, credentials, ...at }, regions, homeRegion, open });
    },
    async readControls({ inputs, operationId, role, regions }) {
      const { standards } = inputs;
      const accountId = inputs.kind === "admin" ? accounts.security : inputs.accountId;
      const credentials =
        inputs.kind === "admin"
          ? await session(accountId, "deployment", operationId)
          : await memberSession(accountId, role, operationId);
      return readStandingControls({ accountId, credentials, ...at }, { partition, regions, standards });
    },
    async readGoverning(accountId, operationId) {
      const credentials = await session(accounts.security, "deployment", operationId);
      return readGoverning({ accountId: accounts.security, credentials, ...at }, homeRegion, accountId);
    },
    async readAdmin({ operationId, organizationId, recordedRegions }) {
      const [management, security, logArchive] = await Promise.all([
        session(accounts.management, "management", operationId),
        session(accounts.security, "deployment", operationId),
        session(accounts.logArchive, "deployment", operationId),
      ]);
      return readAdminInventory({
        management: { accountId: accounts.management, credentials: management, ...at },
        security: { accountId: accounts.security, credentials: security, ...at },
        logArchive: { accountId: accounts.logArchive, credentials: logArchive, ...at },
        recordedRegions,
        outsideMembers: settings.features.securityHub.outsideMembers.map(({ accountId }) => accountId),
        organizationId,
        organizationsRegion: organizationsRegion(partition),
        homeRegion,
        rootAccess: settings.features.rootAccess.enabled,
        regions: settings.regions,
        inspector: settings.features.inspector,
        chosenControls,
      });
    },
    async credentialsFor(inputs, operationId, role, standing) {
      const wanted: Record<string, ReturnType<typeof session>> = inputs.kind === "admin"
        ? {
            [accounts.management]: session(accounts.management, "management", operationId),
            [accounts.security]: session(accounts.security, "deployment", operationId),
            [accounts.logArchive]: session(accounts.logArchive, "deployment", operationId),
          }
        : {
            ...(role === "none" ? {} : { [inputs.accountId]: memberSession(inputs.accountId, role, operationId) }),
            // A baseline run manages one membership in the security account and must not be able to do more.
            [accounts.security]: session(
              accounts.security,
              "deployment",
              operationId,
              membershipSessionPolicy(union(inputs.regions, standing)),
            ),
          };
      const entries = Object.entries(wanted).map(async ([accountId, promise]) => [accountId, await promise] as const);
      return Object.fromEntries(await Promise.all(entries));
    },
  };
}

/** The first ones in their order, then what the others add. */
function union(regions: readonly string[], others: readonly string[]): string[] {
  return [...new Set([...regions, ...others])];
}
