import { z } from "zod";
import { awsNames, names } from "../names.ts";
import { type ExtensionType, entryFields, type Refusal, regionRefusals, regionsOfEntry } from "./extension.ts";

const RULE = "AWS::Config::ConfigRule";
const TEMPLATE_BYTES = 51_200;

const Document = z
  .looseObject({
    Resources: z.record(
      z.string().min(1),
      z.looseObject({ Type: z.string(), Properties: z.looseObject({}).optional() }),
    ),
  })
  .refine(({ Resources }) => Object.keys(Resources).length > 0, { message: "has no Resources", path: ["Resources"] })
  .refine((document) => Buffer.byteLength(JSON.stringify(document)) <= TEMPLATE_BYTES, {
    message: `is larger than the ${TEMPLATE_BYTES} bytes that AWS Config takes`,
  });

const ConformancePackEntry = z.strictObject({
  type: z.literal("conformancePack"),
  ...entryFields,
  document: Document.meta({ description: "The pack's template, as JSON: Parameters, Resources." }),
  parameters: z
    .record(z.string().min(1).max(255), z.string().min(1).max(4096))
    .refine((parameters) => Object.keys(parameters).length <= 60, "has more than 60 parameters")
    .optional()
    .meta({ description: "Values of the template's Parameters." }),
});
type ConformancePackEntry = z.infer<typeof ConformancePackEntry>;

/**
 * A conformance pack from a team's own document. Limits: AWS Config API Reference, PutConformancePack. A pack may also carry
 * remediation; here it may not, since what is changed without being asked is decided for the organization.
 */
export const conformancePack = {
  title: "Conformance pack",
  what: "Several rules of AWS Config in one document, judged and shown together.",
  schema: ConformancePackEntry,
  example: {
    type: "conformancePack",
    name: "backups",
    document: {
      Parameters: { RetentionDays: { Type: "String", Default: "35" } },
      Resources: {
        DynamoInBackup: {
          Type: RULE,
          Properties: {
            ConfigRuleName: "dynamodb-in-backup-plan",
            Source: { Owner: "AWS", SourceIdentifier: "DYNAMODB_IN_BACKUP_PLAN" },
          },
        },
        BackupRetention: {
          Type: RULE,
          Properties: {
            ConfigRuleName: "backup-retention",
            InputParameters: { requiredRetentionDays: { Ref: "RetentionDays" } },
            Source: { Owner: "AWS", SourceIdentifier: "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK" },
          },
        },
      },
    },
    parameters: { RetentionDays: "90" },
  },
  refusals: ({ regions, document }, settings) => [
    ...regionRefusals(regions, settings),
    ...Object.entries(document.Resources).flatMap(([key, { Type }]): Refusal[] =>
      Type === RULE
        ? []
        : [
            {
              field: `document.Resources.${key}.Type`,
              message: `${Type} is not for extensions: a pack judges, and what is changed by itself is the organization's to decide`,
              allowed: RULE,
            },
          ],
    ),
  ],
  resources: (entry, target) =>
    regionsOfEntry(entry.regions, target).map((region) => ({
      type: "aws:cfg/conformancePack:ConformancePack",
      name: names.extensionPack(entry.name, region),
      region,
      wanted: {
        name: awsNames.extension(entry.name),
        templateBody: JSON.stringify(entry.document),
        inputParameters: Object.entries(entry.parameters ?? {})
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([parameterName, parameterValue]) => ({ parameterName, parameterValue })),
      },
    })),
} satisfies ExtensionType<ConformancePackEntry>;
