import type {
  AutomationRulesConfig,
  AwsSecurityFinding,
  ControlFindingGenerator,
  Insight,
  ParameterConfiguration,
} from "@aws-sdk/client-securityhub";
import { type Aws, type Regional, regional } from "../../gateway/emulator.ts";
import { Aggregators } from "./aggregators.ts";
import type { Place } from "./arns.ts";
import type { StandardKey } from "./catalog/standards.ts";
import { Central } from "./central.ts";
import { Memberships } from "./memberships.ts";
import { OrganizationAdmins } from "./organization-admins.ts";

/** An account's subscription to a standard. */
export interface Subscription {
  status: "PENDING" | "READY" | "DELETING";
  readonly input: Readonly<Record<string, string>>;
  /** Controls that were switched off in this standard, or on again, by control id. */
  readonly switched: Map<string, ControlSwitch>;
}

/** The last change of a control's status in one standard. */
export interface ControlSwitch {
  readonly status: "ENABLED" | "DISABLED";
  readonly reason?: string;
  readonly at: Date;
}

/** What an account has changed on a control across standards. */
export interface ControlSetting {
  parameters: Readonly<Record<string, ParameterConfiguration>>;
  reason?: string;
  updating: boolean;
}

/** A custom action. */
export interface ActionTarget {
  name: string;
  description: string;
}

/** An automation rule of an administrator, complete. */
export type AutomationRule = { [K in keyof AutomationRulesConfig]-?: NonNullable<AutomationRulesConfig[K]> } & {
  readonly tags: Map<string, string>;
};

/** The hub of one account in one region. */
export interface Hub {
  readonly arn: string;
  readonly subscribedAt: Date;
  autoEnableControls: boolean;
  controlFindingGenerator: ControlFindingGenerator;
  readonly tags: Map<string, string>;
  readonly subscriptions: Map<StandardKey, Subscription>;
  readonly controls: Map<string, ControlSetting>;
  readonly actionTargets: Map<string, ActionTarget>;
  /** Integrated products whose findings are taken, as `company/product`. */
  readonly products: Set<string>;
  /** By ARN, as the insights. */
  readonly automationRules: Map<string, AutomationRule>;
  readonly insights: Map<string, Insight>;
}

/** A finding where it was imported, with what the customer (not its provider) has set since. */
export interface StoredFinding {
  finding: AwsSecurityFinding;
  /** Fields that `BatchUpdateFindings` has set: the provider cannot change these any more. */
  readonly ownedByCustomer: Set<string>;
}

/** What Security Hub keeps for one account in one region. */
export interface AccountState {
  hub?: Hub;
  /** By product ARN and finding id. Outlives the hub: AWS keeps findings for 90 days after it is disabled. */
  findings: Map<string, StoredFinding>;
  disabledAt?: number;
}

/** Everything that the emulated Security Hub remembers. */
export interface State {
  readonly aws: Aws;
  readonly accounts: Regional<AccountState>;
  readonly memberships: Memberships;
  readonly organizationAdmins: OrganizationAdmins;
  readonly aggregators: Aggregators;
  readonly central: Central;
  /** The configuration policy that each account was last brought to, by account. */
  readonly configuredBy: Map<string, string>;
  /** The accounts that have come under a policy and are being brought to it. */
  readonly newcomers: Set<string>;
}

/** An empty Security Hub: no account has enabled it. */
export function createState(aws: Aws): State {
  const memberships = new Memberships();
  return {
    aws,
    accounts: regional<AccountState>(() => ({ findings: new Map() })),
    memberships,
    organizationAdmins: new OrganizationAdmins(aws.organization, memberships),
    aggregators: new Aggregators(),
    central: new Central(aws.organization),
    configuredBy: new Map(),
    newcomers: new Set(),
  };
}

/** The place of an account and region, with the partition of the organization. */
export function placeOf(state: State, at: { readonly accountId: string; readonly region: string }): Place {
  return { partition: state.aws.organization.partition, accountId: at.accountId, region: at.region };
}
