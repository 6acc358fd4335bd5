import { z } from "zod";

/** Where AWS turns to about the security of an account. The limits are those of Account Management's API, PutAlternateContact. */
export const SecurityContact = z.strictObject({
  name: z.string().min(1).max(64),
  title: z.string().min(1).max(50),
  email: z
    .string()
    .max(254)
    .regex(/^[\w+=.#|!&-]+@[\w.-]+\.\w+$/, "must be an e-mail address"),
  phone: z
    .string()
    .max(25)
    .regex(/^[\s0-9()+-]+$/, "may hold digits, spaces, parentheses, plus and minus signs"),
});
export type SecurityContact = z.infer<typeof SecurityContact>;

/** What members' baselines set of the account and of its regions and networks. What is switched off stays as Bulwark left it. */
export const AccountSettings = z.strictObject({
  enabled: z.boolean().default(true),
  /** Whether EBS snapshots can be shared with everyone; `block-all-sharing` also hides those that are shared already. */
  snapshotSharing: z.enum(["block-all-sharing", "block-new-sharing", "off"]).default("block-all-sharing"),
  /** Whether AMIs can be shared with everyone; those that are shared already stay so. */
  imageSharing: z.enum(["block-new-sharing", "off"]).default("block-new-sharing"),
  /** How instances answer for their metadata unless their launch says otherwise: with IMDSv2 only. */
  instanceMetadata: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Network hops that an answer may take; 2 reach containers on the instance. */
      hopLimit: z.int().min(1).max(64).default(2),
    })
    .prefault({}),
  /** Without it no contact is set. */
  securityContact: SecurityContact.optional(),
  /** Takes every rule away from the default security groups. */
  defaultSecurityGroups: z
    .strictObject({
      enabled: z.boolean().default(true),
      vpcs: z.enum(["all", "default"]).default("all"),
      /** What becomes of a group that network interfaces use: closing it cuts them off. */
      inUse: z.enum(["leave", "close"]).default("leave"),
    })
    .prefault({}),
  /** VPC flow logs, delivered to the log archive. */
  flowLogs: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** What the control EC2.6 and CIS ask for are the rejected packets; all of them cost many times that. */
      traffic: z.enum(["REJECT", "ALL"]).default("REJECT"),
      /** Longest time in which packets of a flow are put into one record. */
      aggregationSeconds: z.union([z.literal(60), z.literal(600)], { error: "must be 60 or 600" }).default(600),
    })
    .prefault({}),
});
export type AccountSettings = z.infer<typeof AccountSettings>;

/** One network of an account, as the inputs of its baseline name it. */
export const Vpc = z.strictObject({
  vpcId: z.string().regex(/^vpc-[0-9a-f]{8,17}$/, "must be the id of a VPC such as vpc-0a1b2c3d"),
  /** AWS made it with the account. */
  isDefault: z.boolean(),
});
export type Vpc = z.infer<typeof Vpc>;
