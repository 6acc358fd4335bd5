import { z } from "zod";
import { awsNames, names } from "../names.ts";
import { type ExtensionType, entryFields, regionRefusals, regionsOfEntry } from "./extension.ts";

// Twenty values a criterion (IAM User Guide, "IAM Access Analyzer quotas").
const MOST = 20;

/** Never `*`: a finding about everybody is none about somebody who is known. */
const Principal = z
  .string()
  .regex(
    /^(\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|(user|role|assumed-role)\/[\w+=,.@/-]+))$/,
    "must be an account id, or the ARN of a user or role without a wildcard",
  );

const ArchiveRuleEntry = z.strictObject({
  type: z.literal("archiveRule"),
  ...entryFields,
  principals: z
    .array(Principal)
    .min(1)
    .max(MOST)
    .meta({ description: "Who may have the access: accounts, users or roles that are known." }),
  resourceTypes: z
    .array(z.string().regex(/^AWS(::[A-Za-z0-9]+){2}$/, "must be a resource type such as AWS::S3::Bucket"))
    .min(1)
    .max(MOST)
    .optional()
    .meta({ description: "Only findings about such resources." }),
  resources: z
    .array(z.string().regex(/^arn:aws[a-z-]*:[^*?]+$/, "must be an ARN without a wildcard"))
    .min(1)
    .max(MOST)
    .optional()
    .meta({ description: "Only findings about these resources." }),
});
type ArchiveRuleEntry = z.infer<typeof ArchiveRuleEntry>;

/**
 * A rule by which findings about access that is known and meant are archived as they come. It stands on the organization's analyzer, since
 * an analyzer of the account's own would report all access from within the organization as well. Whatever the entry says, it is about the
 * account's own resources, never about access of everybody, and always about named principals (IAM User Guide, "IAM Access Analyzer
 * filter keys").
 */
export const archiveRule = {
  title: "Archive rule",
  what: "Findings of IAM Access Analyzer about partners that the team knows are archived, for the account's own resources.",
  schema: ArchiveRuleEntry,
  example: {
    type: "archiveRule",
    name: "settlement-partner",
    principals: ["444455556666"],
    resourceTypes: ["AWS::S3::Bucket"],
  },
  refusals: ({ regions }, settings) => [
    ...regionRefusals(regions, settings),
    ...(settings.features.accessAnalyzer.enabled
      ? []
      : [
          {
            field: "type",
            message: "the organization has no analyzer: features.accessAnalyzer.enabled is false",
            allowed: "no archiveRule",
          },
        ]),
  ],
  resources: (entry, target) =>
    regionsOfEntry(entry.regions, target).flatMap((region) => {
      const analyzerName = target.admin.analyzerArns?.[region]?.split("/").at(-1);
      if (analyzerName === undefined) return [];
      return [
        {
          type: "aws:accessanalyzer/archiveRule:ArchiveRule" as const,
          name: names.extensionArchiveRule(entry.name, region),
          region,
          wanted: {
            analyzerName,
            ruleName: awsNames.extensionArchiveRule(target.accountId, entry.name),
            filters: [
              { criteria: "isPublic", eqs: ["false"] },
              { criteria: "principal.AWS", eqs: entry.principals },
              { criteria: "resourceOwnerAccount", eqs: [target.accountId] },
              ...(entry.resourceTypes === undefined ? [] : [{ criteria: "resourceType", eqs: entry.resourceTypes }]),
              ...(entry.resources === undefined ? [] : [{ criteria: "resource", eqs: entry.resources }]),
            ],
          },
        },
      ];
    }),
} satisfies ExtensionType<ArchiveRuleEntry>;
