import type { AccountSettingsInventory } from "../programs/account-inventory.ts";
import type { DelegationToEnd } from "../programs/admin/leaving.ts";
import type { Invitations } from "../programs/baseline/invitations.ts";
import type { ServiceLinkedRole } from "../programs/baseline/linked-services.ts";
import type { MembershipToEnd } from "../programs/baseline/memberships.ts";
import type { OpenSettings } from "../programs/baseline/settings-adoption.ts";
import type { CoreAccount } from "../programs/core-accounts.ts";
import type { BaselineInputs, StackInputs } from "../programs/inputs.ts";
import type { InspectorSettings } from "../programs/inspector-settings.ts";
import type { AccountInventory, AdminInventory, GoverningInventory } from "../programs/inventory.ts";
import type { RegionReadiness } from "../programs/readiness.ts";
import type { RootCredentials } from "../programs/root-credentials.ts";
import type { StandingControl } from "../programs/standing-controls.ts";
import type { KeptDelegation } from "../stacks/aws/delegations.ts";
import type { LostMembership } from "../stacks/aws/lost-memberships.ts";
import type { KeptMembership } from "../stacks/aws/memberships.ts";
import type { Organizations } from "../stacks/aws/organizations.ts";
import type { KeptServiceLinkedRole } from "../stacks/aws/service-linked-roles.ts";
import type { SessionCredentials } from "../stacks/aws/session.ts";
import type { ResponseAws } from "./response/response-aws.ts";

/** By which role a member is entered: Bulwark's own, or, to look only, the one that AWS made, held to reading. */
export type MemberRole = "deployment" | "reading";

/** By which a run enters a member: `none` where nobody can any more, and the run leaves alone what is in it. */
export type RunRole = MemberRole | "none";

/** What the service asks of AWS outside of stack runs. All of it throws `AwsCallError`. */
export interface Aws {
  readonly organizations: Organizations;
  /** Findings, incidents and what people ask of them. */
  readonly response: ResponseAws;
  /**
   * Creates Bulwark's own role in a member, or brings it up to date.
   *
   * @param standing regions where it has to keep its rights, though the settings may not name them any more
   */
  ensureDeploymentRole(
    accountId: string,
    operationId: string,
    signal: AbortSignal,
    standing: readonly string[],
  ): Promise<void>;
  /** The role for looking at a member without changing it: Bulwark's own where it is there in its present version. */
  roleForReading(accountId: string, operationId: string, standing: readonly string[]): Promise<MemberRole>;
  /** Ends a member's memberships in the security account's services; answers what AWS does not let end. */
  endMemberships(
    accountId: string,
    operationId: string,
    memberships: readonly MembershipToEnd[],
  ): Promise<readonly KeptMembership[]>;
  /** The memberships of a baseline that somebody has ended. */
  lostMemberships(inputs: BaselineInputs, operationId: string): Promise<readonly LostMembership[]>;
  restoreMemberships(inputs: BaselineInputs, operationId: string, lost: readonly LostMembership[]): Promise<void>;
  /** How the security account's Security Hub sees an account that it invites, in the regions of the inputs. */
  readInvitations(inputs: BaselineInputs, operationId: string): Promise<Invitations>;
  /** Invites an account again whose membership has ended. */
  renewInvitations(inputs: BaselineInputs, operationId: string, regions: readonly string[]): Promise<void>;
  /** Removes service-linked roles from a member, as far as AWS lets them go; answers what is kept, and why. */
  removeServiceLinkedRoles(
    accountId: string,
    operationId: string,
    roles: readonly ServiceLinkedRole[],
    signal: AbortSignal,
  ): Promise<readonly KeptServiceLinkedRole[]>;
  /** Ends what AWS Organizations still knows of delegations after the admin stack; answers what it does not let end. */
  endDelegations(operationId: string, delegations: readonly DelegationToEnd[]): Promise<readonly KeptDelegation[]>;
  /** What credentials a member's root user has, which takes a session of it by the management account. */
  readRootCredentials(accountId: string, operationId: string): Promise<RootCredentials>;
  /** Removes all of them; answers what was there. */
  removeRootCredentials(accountId: string, operationId: string): Promise<RootCredentials>;
  /** Removes Bulwark's own role from a member. */
  removeDeploymentRole(accountId: string, operationId: string): Promise<void>;
  /** Regions that an account has enabled, asked in the account. */
  enabledRegions(accountId: string, operationId: string, role: MemberRole): Promise<ReadonlySet<string>>;
  /** What a member holds of the things that its baseline manages. */
  readAccount(request: AccountReading): Promise<AccountInventory>;
  /** How far the services of a member are, by region. */
  readReadiness(request: ReadinessReading): Promise<Readonly<Record<string, RegionReadiness>>>;
  /** The networks of a member, and its own settings as far as they are open. */
  readAccountSettings(request: SettingsReading): Promise<AccountSettingsInventory>;
  /** Every control of a stack's standards in the hub of its account, that of the security account for the admin stack. */
  readControls(request: ControlsReading): Promise<readonly StandingControl[]>;
  /** The configuration policy that governs an account in central mode; undefined where none does. */
  readGoverning(accountId: string, operationId: string): Promise<GoverningInventory | undefined>;
  readAdmin(request: AdminReading): Promise<AdminInventory>;
  /** Short-lived credentials, by account id, of every account that a run of these inputs needs, also where the stack stands until now. */
  credentialsFor(
    inputs: StackInputs,
    operationId: string,
    role: RunRole,
    standing: readonly string[],
  ): Promise<Readonly<Record<string, SessionCredentials>>>;
}

export interface AdminReading {
  readonly operationId: string;
  readonly organizationId: string;
  /** Where each core account is recorded. */
  readonly recordedRegions: Readonly<Record<CoreAccount, readonly string[]>>;
}

export interface ControlsReading {
  readonly inputs: StackInputs;
  readonly operationId: string;
  /** By which role a member is entered. */
  readonly role: MemberRole;
  readonly regions: readonly string[];
}

export interface ReadinessReading {
  readonly accountId: string;
  readonly regions: readonly string[];
  /** The security account's detectors by region. */
  readonly detectorIds: Readonly<Record<string, string>>;
  /** The account's own, as it was deployed. */
  readonly inspector: Pick<InspectorSettings, "enabled" | "notIn">;
}

export interface SettingsReading {
  readonly accountId: string;
  readonly operationId: string;
  readonly role: MemberRole;
  readonly regions: readonly string[];
  readonly open: OpenSettings;
}

export interface AccountReading {
  readonly accountId: string;
  readonly operationId: string;
  readonly role: MemberRole;
  readonly regions: readonly string[];
  /** The security account's detectors by region. */
  readonly detectorIds: Readonly<Record<string, string>>;
}
