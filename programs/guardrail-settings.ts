import { z } from "zod";
import { AccountId, OrganizationalUnitId, Region } from "./identifiers.ts";

/** A role's name, with its path where it has one; `*` stands for any end, but not for nearly every role. */
const RolePattern = z
  .string()
  .max(128)
  .regex(
    /^[\w+=,.@/-]{4,}\*?$/,
    "must be a role's name of four characters or more, with its path if it has one; it may end in *",
  );

const RolePatterns = z.array(RolePattern).max(10, "may name at most ten roles").default([]);

const Units = z.array(OrganizationalUnitId).default([]);

/** What the declarative policy for EC2 can declare. */
export const Ec2Declaration = z.enum(["imageSharing", "snapshotSharing", "serialConsole", "instanceMetadata"]);
export type Ec2Declaration = z.infer<typeof Ec2Declaration>;

/** An additional action of a service that has no regions. */
const Action = z.string().regex(/^[a-z][a-z0-9-]*:[\w*]+$/i, "must be an action such as route53:*");

/**
 * Policies of the organization over the units that are named, and nothing else: neither the root nor single accounts. They never bind
 * the management account, and AWS's service-linked roles pass.
 */
export const GuardrailSettings = z
  .strictObject({
    enabled: z.boolean().default(false),
    /** Each policy is attached here first, and to the other units once that went well. */
    trialUnit: OrganizationalUnitId.optional(),
    units: Units,
    /** Roles of people that may do everything in an emergency. Nobody else may make or change roles of these names. */
    breakGlassRoles: RolePatterns,
    /** Other roles that the guardrails don't bind, such as those of a landing zone; protected in the same way. */
    exemptRoles: RolePatterns,
    /** Security services stay on, Bulwark's roles as they are, and accounts in the organization. */
    security: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
    /** Nothing happens outside of the settings' regions, but for services that have none. */
    regions: z
      .strictObject({
        enabled: z.boolean().default(true),
        /** Beside the settings' regions. */
        alsoAllowed: z.array(Region).max(40).default([]),
        globalActions: z.array(Action).max(40, "may name at most forty actions").default([]),
      })
      .prefault({}),
    /** Only principals of the organization, partners and AWS's services come to the accounts' resources. */
    externalAccess: z
      .strictObject({
        enabled: z.boolean().default(true),
        /** Accounts outside of the organization whose principals may come, as far as the resources let them. */
        partnerAccounts: z
          .array(AccountId)
          .max(200, "may name at most 200 accounts: an AWS policy takes no more")
          .default([]),
        /**
         * Accounts of AWS itself whose credentials its services use, instead of a service principal: Elastic Load Balancing for access logs in
         * regions from before August 2022, FinSpace, and Redshift's audit logs of old.
         */
        awsAccounts: z.array(AccountId).default([]),
        /**
         * Ids of CloudFront origin access identities that still read buckets; they are users of no organization. Origin access control, which came
         * after them, needs no entry.
         */
        originAccessIdentities: z
          .array(
            z.string().regex(/^E[A-Z0-9]{8,20}$/, "must be the id of an origin access identity such as E127EXAMPLE51Z"),
          )
          .max(12, "may name at most twelve: an AWS policy takes no more")
          .default([]),
      })
      .superRefine(({ partnerAccounts, awsAccounts }, context) => {
        if (partnerAccounts.length + awsAccounts.length <= 200) return;
        const message = "may name at most 200 accounts together with partnerAccounts: an AWS policy takes no more";
        context.addIssue({ code: "custom", path: ["awsAccounts"], message });
      })
      .prefault({}),
    /**
     * EC2's settings of accounts and regions, declared for all of a unit at once. Accounts can't change them any more, Bulwark's roles
     * neither, so they are off unless asked for: the baseline sets the same for each account, and what is declared here has to be off there
     * (`features.account`).
     */
    ec2: z
      .strictObject({
        enabled: z.boolean().default(false),
        /** The others stay with the accounts. */
        declares: z.array(Ec2Declaration).min(1).default(Ec2Declaration.options),
        imageSharing: z.enum(["block_new_sharing", "unblocked"]).default("block_new_sharing"),
        snapshotSharing: z.enum(["block_all_sharing", "block_new_sharing", "unblocked"]).default("block_all_sharing"),
        serialConsole: z.enum(["enabled", "disabled"]).default("disabled"),
        /** Hops that a token of the instance metadata service may travel; two let containers have it. */
        metadataHopLimit: z.int().min(1).max(64).default(2),
      })
      .prefault({}),
  })
  .superRefine(({ enabled, trialUnit, units, ...parts }, context) => {
    const issue = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    if (enabled && trialUnit === undefined)
      issue(["trialUnit"], "must name an organizational unit to try the guardrails in");
    for (const [index, unit] of units.entries()) {
      if (unit === trialUnit) issue(["units", index], `${unit} is the trial unit already`);
      else if (units.indexOf(unit) !== index) issue(["units", index], `names ${unit} twice`);
    }
    const on = [parts.security, parts.regions, parts.externalAccess, parts.ec2].some((part) => part.enabled);
    if (enabled && !on) issue(["enabled"], "nothing is switched on: switch on a part, or the guardrails off");
  });
export type GuardrailSettings = z.infer<typeof GuardrailSettings>;
