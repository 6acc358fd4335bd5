import type { Invitations } from "./baseline/invitations.ts";
import type { CoreAccount } from "./core-accounts.ts";
import type { PlanState } from "./guardduty-plans.ts";
import type { PasswordPolicy } from "./settings.ts";

/** A Security Hub CSPM hub and the standards that it is subscribed to. */
export interface HubInventory {
  readonly hubArn: string;
  readonly autoEnableControls: boolean;
  readonly controlFindingGenerator: string;
  readonly standards: readonly { readonly standardsArn: string; readonly subscriptionArn: string }[];
  /** Of the controls that the settings choose, those of standards that are on. */
  readonly controls?: readonly {
    readonly controlId: string;
    readonly standardsArn: string;
    /** `ENABLED` or `DISABLED`. */
    readonly status: string;
    readonly reason?: string;
  }[];
  /** ARNs of its subscriptions to products, AWS's own included. */
  readonly products?: readonly string[];
  /** The Security Hub administrator, where the account is a member of one. */
  readonly administratorAccountId?: string;
}

/** A GuardDuty detector. There is at most one per account and region. */
export interface DetectorInventory {
  readonly id: string;
  readonly enable: boolean;
  /** `FIFTEEN_MINUTES`, `ONE_HOUR` or `SIX_HOURS`. */
  readonly findingPublishingFrequency: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** The protection plans that Bulwark sets, as they are. */
  readonly plans?: readonly PlanState[];
  /** The GuardDuty administrator, where the account is a member of one. */
  readonly administratorAccountId?: string;
}

/** Which resource types a configuration recorder records; the field names are those of AWS Config. */
export interface RecordingGroupInventory {
  readonly allSupported: boolean;
  readonly includeGlobalResourceTypes: boolean;
  readonly resourceTypes?: readonly string[];
  readonly exclusionByResourceTypes?: readonly string[];
  /** `ALL_SUPPORTED_RESOURCE_TYPES`, `INCLUSION_BY_RESOURCE_TYPES` or `EXCLUSION_BY_RESOURCE_TYPES`. */
  readonly recordingStrategy?: string;
}

/** The customer-managed configuration recorder of a region. There is at most one. */
export interface RecorderInventory {
  readonly name: string;
  readonly roleArn: string;
  readonly recordingGroup: RecordingGroupInventory;
  readonly recordingMode?: {
    /** `CONTINUOUS` or `DAILY`. */
    readonly recordingFrequency: string;
    /** AWS Config takes at most one. */
    readonly overrides?: readonly {
      readonly description?: string;
      readonly resourceTypes: readonly string[];
      readonly recordingFrequency: string;
    }[];
  };
  /** Whether the recorder is running. */
  readonly recording: boolean;
}

/** The delivery channel of a region. There is at most one. */
export interface DeliveryChannelInventory {
  readonly name: string;
  readonly s3BucketName: string;
  readonly s3KeyPrefix?: string;
  readonly s3KmsKeyArn?: string;
  readonly snsTopicArn?: string;
  /** `One_Hour`, `Three_Hours`, `Six_Hours`, `Twelve_Hours` or `TwentyFour_Hours`. */
  readonly deliveryFrequency?: string;
}

/** How the security account already sees the account: read there, not in the member. Only associated members count. */
export interface MembershipInventory {
  readonly securityHub?: { readonly email?: string };
  /** `detectorId` is the security account's. */
  readonly guardDuty?: { readonly detectorId: string; readonly email: string };
  readonly inspector?: true;
}

/** What Systems Manager does for the hosts of a region already, apart from what Bulwark set up. */
export interface HostInventory {
  /** The role of default host management, where that is on. */
  readonly managementRole?: string;
  /** An association that gathers inventory. AWS refuses a host a second one. */
  readonly inventoryAssociationId?: string;
  /** Ids of patch baselines of the account's own that are a default, by operating system. */
  readonly defaultPatchBaselines?: Readonly<Record<string, string>>;
}

/** What one region of an account holds of the things that a baseline manages. */
export interface RegionInventory {
  readonly hub?: HubInventory;
  readonly detector?: DetectorInventory;
  readonly recorder?: RecorderInventory;
  readonly deliveryChannel?: DeliveryChannelInventory;
  /** The scans of Inspector that are on: `EC2`, `ECR`, ... */
  readonly inspectorScans?: readonly string[];
  readonly ebsEncryptionByDefault: boolean;
  readonly hosts?: HostInventory;
  readonly membership?: MembershipInventory;
}

/** The S3 public access block of an account. */
export interface PublicAccessBlockInventory {
  readonly blockPublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly ignorePublicAcls: boolean;
  readonly restrictPublicBuckets: boolean;
}

/** A read-only picture of a member account, taken before its first deployment. */
export interface AccountInventory {
  readonly accountId: string;
  readonly regions: Readonly<Record<string, RegionInventory>>;
  readonly passwordPolicy?: PasswordPolicy;
  readonly publicAccessBlock?: PublicAccessBlockInventory;
  /** Service names whose service-linked role exists, for example `config.amazonaws.com`. */
  readonly serviceLinkedRoles: readonly string[];
}

/** The services whose delegated administrator Bulwark registers, by their service principal. */
/** A configuration policy and how far AWS is with an account that it governs. */
export interface GoverningInventory {
  readonly policyId: string;
  /** `PENDING`, `SUCCESS` or `FAILED`. */
  readonly status: string;
  readonly message?: string;
  readonly enabled: boolean;
  /** ARNs of its standards, in the home region. */
  readonly standardArns: readonly string[];
}

/** The three services whose delegated administrator Bulwark registers, by their service principal. */
export type DelegatedService =
  | "securityhub.amazonaws.com"
  | "guardduty.amazonaws.com"
  | "access-analyzer.amazonaws.com"
  | "inspector2.amazonaws.com"
  | "config.amazonaws.com"
  | "config-multiaccountsetup.amazonaws.com";

/** What one region of the security account holds of the things that the admin stack manages. */
export interface AdminRegionInventory {
  readonly hub?: HubInventory;
  readonly detector?: DetectorInventory;
  /** Analyzers of type `ORGANIZATION`. */
  readonly organizationAnalyzers: readonly {
    readonly name: string;
    readonly arn: string;
    readonly tags?: Readonly<Record<string, string>>;
  }[];
  /** Organization administrators as the management account sees them through the services' own calls. */
  readonly securityHubAdministrator?: string;
  readonly guardDutyAdministrator?: string;
  readonly inspectorAdministrator?: string;
  /** The scans of Inspector that are on in both accounts that Bulwark switches on before it delegates. */
  readonly inspectorScans?: { readonly management: readonly string[]; readonly security: readonly string[] };
  /** Where the detector exports findings to; it has one destination at most. */
  readonly findingsExport?: {
    readonly id: string;
    readonly destinationArn: string;
    readonly kmsKeyArn: string;
    readonly tags?: Readonly<Record<string, string>>;
  };
}

/** The recorders of a core account by region, and whether AWS Config's service-linked role is there. */
export interface CoreRecorderInventory {
  readonly hasRole: boolean;
  readonly regions: Readonly<Record<string, Pick<RegionInventory, "recorder" | "deliveryChannel">>>;
}

/** A read-only picture of the organization and its security account, taken before the admin stack's first deployment. */
export interface AdminInventory {
  readonly organizationId: string;
  /** Account ids registered through Organizations, by service principal. */
  readonly delegatedAdministrators: Readonly<Partial<Record<DelegatedService, readonly string[]>>>;
  /** Account ids that administer services of optional features, by service principal. */
  readonly optionalAdministrators?: Readonly<Record<string, readonly string[]>>;
  /** Features of central root access that are on; undefined where Bulwark may not read them, because it does not want any. */
  readonly rootAccess?: readonly string[];
  /** Types of policies that are enabled in the organization's root. */
  readonly enabledPolicyTypes?: readonly string[];
  /** Service principals with trusted access. */
  readonly trustedServices: readonly string[];
  readonly regions: Readonly<Record<string, AdminRegionInventory>>;
  /** Accounts outside of the organization that the security account has as members, invited or former: their state by region. */
  readonly outsideMembers?: Readonly<Record<string, Invitations>>;
  /** What records the core accounts, where that is wanted. */
  readonly coreRecorders?: Readonly<Partial<Record<CoreAccount, CoreRecorderInventory>>>;
  /** The security account's finding aggregator, which lives in one region. */
  readonly findingAggregator?: {
    readonly arn: string;
    readonly region: string;
    readonly linkingMode: string;
    readonly specifiedRegions?: readonly string[];
  };
}
