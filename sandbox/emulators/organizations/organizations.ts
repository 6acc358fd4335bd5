import type { EmulatorFactory, OrganizationView } from "../../gateway/emulator.ts";
import { creationOperations } from "./account-creation.ts";
import { accountOperations } from "./accounts.ts";
import { authorizationOf } from "./authorization.ts";
import { type Controls, controlsOf } from "./controls.ts";
import { delegationOperations, deregister, register } from "./delegation.ts";
import { effectivePolicyOperations } from "./effective-policy.ts";
import { type Membership, memberOf, membershipOf, membersOf, parentsOf } from "./hierarchy.ts";
import { type Organization, type OrganizationSeed, organizationFrom } from "./organization.ts";
import { policyAttachmentOperations } from "./policy-attachments.ts";
import { policyOperations } from "./policy-operations.ts";
import { policyTypeOperations } from "./policy-types.ts";
import { tagOperations } from "./tags.ts";
import { enableTrustedAccess, trustedAccessOperations } from "./trusted-access.ts";
import { unitOperations } from "./units.ts";

/** What the Organizations emulator needs of the gateway before there is an `Aws`. */
export interface OrganizationsHooks {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Called with the whole table whenever an account came, went, moved or was closed, or a policy changed what binds it. The call or the
   * creation that caused it goes on when the promise resolves, so the new account's first call already meets the IAM that knows it.
   */
  membershipChanged(membership: Membership): void | Promise<void>;
}

/** AWS Organizations of the sandbox: the API, what other emulators may ask of it, and its table for IAM. */
export interface Organizations {
  readonly emulator: EmulatorFactory;
  readonly view: OrganizationView;
  /** Where every account stands now. */
  membership(): Membership;
  /** The service and resource control policies over every account. */
  controls(): Controls;
}

/**
 * Builds the Organizations emulator. Of its API it serves the tree, accounts and their creation and closure, trusted
 * access, delegated administrators, policies and tags; handshakes are not served.
 */
export function createOrganizations(seed: OrganizationSeed, hooks: OrganizationsHooks): Organizations {
  const organization: Organization = organizationFrom(seed, {
    now: () => new Date(hooks.now()),
    membershipChanged: async () => {
      await hooks.membershipChanged(membershipOf(organization));
    },
  });
  return {
    view: viewOf(organization),
    membership: () => membershipOf(organization),
    controls: () => controlsOf(organization),
    emulator: (aws) => ({
      signingName: "organizations",
      model: "organizations",
      operations: {
        ...accountOperations(organization, aws),
        ...creationOperations(organization, aws),
        ...unitOperations(organization, aws),
        ...trustedAccessOperations(organization),
        ...delegationOperations(organization),
        ...policyTypeOperations(organization),
        ...policyOperations(organization, aws),
        ...policyAttachmentOperations(organization),
        ...effectivePolicyOperations(organization),
        ...tagOperations(organization),
      },
      authorization: authorizationOf(organization),
    }),
  };
}

function viewOf(organization: Organization): OrganizationView {
  return {
    organizationId: organization.id,
    managementAccountId: organization.managementAccountId,
    partition: organization.partition,
    account: (accountId) => organization.accounts.get(accountId),
    members: () => membersOf(organization),
    isMember: (accountId) => memberOf(organization, accountId) !== undefined,
    hasTrustedAccess: (principal) => organization.trustedAccess.has(principal),
    enableTrustedAccess: (principal) => enableTrustedAccess(organization, principal),
    delegatedAdministrators: (principal) => [...(organization.delegations.get(principal)?.keys() ?? [])],
    parentsOf: (accountId) => parentsOf(organization, accountId),
    registerDelegatedAdministrator(accountId, principal) {
      // Services that delegate by their own API turn their trusted access on by themselves when they do.
      enableTrustedAccess(organization, principal);
      register(organization, accountId, principal);
    },
    deregisterDelegatedAdministrator(accountId, principal) {
      deregister(organization, accountId, principal);
    },
  };
}
