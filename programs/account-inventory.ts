import type { SecurityContact } from "./account-settings.ts";

/** What a region of an account holds of EC2's settings for the region as a whole. */
export interface RegionalSettingsInventory {
  /** `block-all-sharing`, `block-new-sharing` or `unblocked`. */
  readonly snapshotSharing: string;
  /** `block-new-sharing` or `unblocked`. */
  readonly imageSharing: string;
  /** Only what was set. Names and values are those of the provider. */
  readonly instanceMetadata: {
    readonly httpEndpoint?: string;
    readonly httpPutResponseHopLimit?: number;
    readonly httpTokens?: string;
    readonly instanceMetadataTags?: string;
  };
}

/** A rule of a security group, in the provider's words; the protocol `-1` is any, with the ports 0. */
export interface SecurityGroupRule {
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly description?: string;
  readonly cidrBlocks?: readonly string[];
  readonly ipv6CidrBlocks?: readonly string[];
  readonly prefixListIds?: readonly string[];
  /** Ids of other groups; of another account's as `<account>/<id>`. */
  readonly securityGroups?: readonly string[];
  /** The group itself. */
  readonly self?: boolean;
}

/** The default security group of a VPC. */
export interface DefaultSecurityGroupInventory {
  readonly id: string;
  readonly ingress: readonly SecurityGroupRule[];
  readonly egress: readonly SecurityGroupRule[];
  readonly tags?: Readonly<Record<string, string>>;
  /** How many network interfaces use it. */
  readonly networkInterfaces: number;
}

/** A VPC that the account owns. */
export interface VpcInventory {
  readonly vpcId: string;
  readonly isDefault: boolean;
  /** Undefined where it was not asked for. */
  readonly defaultSecurityGroup?: DefaultSecurityGroupInventory;
}

/** A read-only picture of an account's own settings and networks, as far as it was asked for. */
export interface AccountSettingsInventory {
  readonly regions: Readonly<
    Record<string, { readonly settings?: RegionalSettingsInventory; readonly vpcs: readonly VpcInventory[] }>
  >;
  readonly securityContact?: SecurityContact;
}
