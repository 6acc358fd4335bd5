import { z } from "zod";
import { AccountId, Region } from "./identifiers.ts";
import { checkNetworks } from "./network.ts";

const PlanName = z.enum(["s3", "eks", "rds", "lambda", "malware", "runtime"]);

/** Which protection plans are on, in every account; a plan that is off here is kept off. */
const Plans = z.strictObject({
  /** CloudTrail data events of S3. */
  s3: z.boolean().default(true),
  /** Audit logs of EKS. */
  eks: z.boolean().default(true),
  /** Logins to RDS and Aurora. */
  rds: z.boolean().default(true),
  /** Network activity of Lambda functions. */
  lambda: z.boolean().default(true),
  /** Scans of EBS volumes of suspicious instances. */
  malware: z.boolean().default(true),
  /** What processes do, seen by an agent. AWS charges for each monitored vCPU, and for nothing where no agent is. */
  runtime: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Where GuardDuty installs its agent by itself. That changes workloads (a sidecar in each Fargate task), so it is asked for. */
      agents: z
        .strictObject({
          eks: z.boolean().default(false),
          ecsFargate: z.boolean().default(false),
          ec2: z.boolean().default(false),
        })
        .prefault({}),
    })
    .prefault({}),
});

const Values = z.array(z.string().min(1)).min(1).max(50);
// The provider takes 0 for no limit.
const Limit = z.int().min(1);

/** What a finding must be like; every condition on a field has to hold (GuardDuty API, Condition). */
const Criterion = z
  .strictObject({
    /** Such as `type`, `accountId`, `severity` or `resource.instanceDetails.tags.value` (GuardDuty API, FindingCriteria). */
    field: z
      .string()
      .regex(/^(?!updatedAt$)[A-Za-z][\w.-]*$/, "must be a field of a finding such as type, and not updatedAt"),
    equals: Values.optional(),
    notEquals: Values.optional(),
    greaterThan: Limit.optional(),
    greaterThanOrEqual: Limit.optional(),
    lessThan: Limit.optional(),
    lessThanOrEqual: Limit.optional(),
  })
  .refine((criterion) => Object.keys(criterion).length > 1, { error: "must have a condition on the field" })
  .superRefine(({ field, equals, notEquals }, context) => {
    // An address or a network (GuardDuty User Guide, "Suppression rules").
    if (!/\.(ipAddressV[46]|ipv6Addresses|privateIpAddress|publicIp)$/.test(field)) return;
    for (const [name, values] of Object.entries({ equals, notEquals })) checkNetworks(values, [name], context);
  });
export type SuppressionCriterion = z.infer<typeof Criterion>;

/** Findings that are archived as they come: they reach neither Security Hub, nor event buses, nor the export. */
const Suppression = z.strictObject({
  /** The filter is named `bulwark-<name>`. */
  name: z.string().regex(/^[A-Za-z0-9._-]{3,56}$/, "must be 3 to 56 letters, digits, dots, underscores or dashes"),
  description: z
    .string()
    .max(512)
    .regex(/^[\w\s.:(){}[\]/-]*$/, "may hold letters, digits, spaces and -.:_/()[]{}"),
  criteria: z
    .array(Criterion)
    .min(1)
    .refine((criteria) => new Set(criteria.map(({ field }) => field)).size === criteria.length, {
      error: "must name each field once, with all of its conditions",
    }),
  /** Every region where absent. */
  regions: z.array(Region).min(1).optional(),
});
export type Suppression = z.infer<typeof Suppression>;

/** A list of addresses and domains in a bucket. One regional list per region where the set is activated. */
const EntitySet = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,290}$/, "may hold letters, digits, dashes and underscores"),
  format: z.enum(["TXT", "STIX", "OTX_CSV", "ALIEN_VAULT", "PROOF_POINT", "FIRE_EYE"]).default("TXT"),
  /** The object, as `https://s3.<region>.amazonaws.com/<bucket>/<key>` or `s3://<bucket>/<key>`. */
  location: z
    .string()
    .max(300)
    .regex(
      /^(s3:\/\/[^/\s]+\/\S+|https:\/\/(s3[.-][a-z0-9.-]*|[^/\s]+\.s3[a-z0-9.-]*\.)amazonaws\.com(\.cn)?\/\S+)$/,
      "must be the S3 URL of the list, such as s3://bucket/list.txt",
    ),
  /** The bucket's account; the security account where absent. */
  bucketOwner: AccountId.optional(),
  regions: z.array(Region).min(1).optional(),
});
export type EntitySet = z.infer<typeof EntitySet>;

/** Whether two settings have a region in common; one that names none means all. */
function meet(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  return one === undefined || other === undefined || one.some((region) => other.includes(region));
}

/** What AWS keeps by its name is asked for once. */
function named<Item extends z.ZodType<{ readonly name: string }>>(item: Item, most: number) {
  return z
    .array(item)
    .max(most)
    .default([])
    .refine((items) => new Set(items.map(({ name }) => name)).size === items.length, {
      error: "must not name two the same",
    });
}

/**
 * The section `features.guardDuty`: what GuardDuty does beyond watching. Switched off as a whole, the detectors and memberships
 * stay, since Security Hub and the rest stand on them; plans keep what they are set to, and nobody sets them any more.
 */
export const GuardDutySettings = z.strictObject({
  enabled: z.boolean().default(true),
  plans: Plans.prefault({}),
  /** Plans that AWS does not offer in a region: left alone there. */
  notOffered: z.partialRecord(Region, z.array(PlanName)).default({}),
  /**
   * What the organization's configuration does with plans that are on: nothing, so that baselines own them; switch them on in accounts that
   * become members (NEW); or in all members, and keep them so (ALL), which leaves baselines only the plans that are off.
   */
  autoEnable: z.enum(["NONE", "NEW", "ALL"]).default("NONE"),
  /** Findings of all members, encrypted, in a bucket of the log archive. GuardDuty itself keeps them for 90 days. */
  exportFindings: z.boolean().default(true),
  /** GuardDuty takes 100 filters per region (quotas). */
  suppressions: named(Suppression, 100),
  /** No findings about these. AWS takes one set per region (CloudFormation, AWS::GuardDuty::TrustedEntitySet). */
  trustedEntitySets: named(EntitySet, 50).refine(
    (sets) => sets.every((one, at) => sets.slice(0, at).every((other) => !meet(one.regions, other.regions))),
    { error: "must not name two sets for one region: AWS takes one" },
  ),
  /** Findings about any activity with these. */
  threatEntitySets: named(EntitySet, 6),
});
export type GuardDutySettings = z.infer<typeof GuardDutySettings>;
