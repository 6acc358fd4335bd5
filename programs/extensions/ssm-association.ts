import { z } from "zod";
import { awsNames, names, TAGS } from "../names.ts";
import { type ExtensionType, entryFields, type Refusal, regionRefusals, regionsOfEntry } from "./extension.ts";

/**
 * Documents of AWS that keep hosts current or look at them. No other may be associated: those that run whatever their parameters say
 * (AWS-RunShellScript, AWS-RunRemoteScript, AWS-RunDocument) would run it with Bulwark's rights to make associations, and automations that
 * change the account (AWS-Disable...) would undo what the baseline sets. The organization gathers inventory itself; a host takes one such association.
 */
export const PERMITTED_DOCUMENTS = [
  "AWS-UpdateSSMAgent",
  "AWS-RunPatchBaseline",
  "AWS-RunPatchBaselineAssociation",
  "AWS-ConfigureAWSPackage",
] as const;

/** Documents of the account whose names begin so are its team's word that they are meant for this. */
export const OWN_DOCUMENTS = "team-";

/** Resolved on the host when the document runs, from what the account's team can change at any time: nobody here could judge the value. */
const SAID_ELSEWHERE = /\{\{/;

/** Parameters of permitted documents that would take protection away. */
const WEAKENING: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  // Judges hosts by another baseline than the one that they are registered for.
  "AWS-RunPatchBaseline": { BaselineOverride: /./ },
  "AWS-RunPatchBaselineAssociation": { BaselineTags: /./ },
  // An agent that lacks what later ones were mended of.
  "AWS-UpdateSSMAgent": { allowDowngrade: /^true$/i },
  "AWS-ConfigureAWSPackage": { action: /^uninstall$/i },
};

/** Parameters without which those documents run nowhere (Systems Manager, "AWS-RunPatchBaseline" and the others, as the documents declare them). */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  "AWS-RunPatchBaseline": ["Operation"],
  "AWS-RunPatchBaselineAssociation": ["Operation"],
  "AWS-ConfigureAWSPackage": ["action", "name"],
};

const LEAST_MINUTES = 30;
const MINUTES_OF = { minute: 1, hour: 60, day: 1440 } as const;

/**
 * Whether an association may have a schedule: a rate of at least 30 minutes, or six or seven fields of cron whose minutes are so far apart (Systems Manager User
 * Guide, "Reference: Cron and rate expressions for Systems Manager").
 */
export function isAssociationSchedule(schedule: string): boolean {
  const [, value, unit] = /^rate\(([1-9]\d{0,4}) (minute|hour|day)s?\)$/.exec(schedule) ?? [];
  if (unit !== undefined) return Number(value) * MINUTES_OF[unit as keyof typeof MINUTES_OF] >= LEAST_MINUTES;
  const [, inner = ""] = /^cron\(([^()]{1,240})\)$/.exec(schedule) ?? [];
  const fields = inner.split(" ");
  // Seconds may come first.
  const [minutes = "", , day, , weekday, ...more] = fields.length === 7 ? fields.slice(1) : fields;
  if (more.length !== 1 || (day === "?") === (weekday === "?")) return false;
  const listed = minutes.split(",").map(Number);
  const apart = listed.every((minute, index) => index === 0 || minute - (listed[index - 1] ?? 0) >= LEAST_MINUTES);
  return /^\d{1,2}(,\d{1,2})?$/.test(minutes) ? apart : /^(\d{1,2}|\*)\/[3-5]\d$/.test(minutes);
}

const Percentage = z.string().regex(/^([1-9]\d{0,6}|[1-9]\d?%|100%)$/, "must be a number, or a percentage such as 10%");

const SsmAssociationEntry = z.strictObject({
  type: z.literal("ssmAssociation"),
  ...entryFields,
  document: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{3,128}$/, "must be the name of a document, not an ARN")
    .meta({ description: `One of ${PERMITTED_DOCUMENTS.join(", ")}, or the account's own \`${OWN_DOCUMENTS}*\`.` }),
  documentVersion: z
    .string()
    .regex(/^(\$DEFAULT|\$LATEST|[1-9]\d{0,7})$/, "must be $DEFAULT, $LATEST or a number")
    .optional()
    .meta({ description: "Left out: the default version." }),
  targets: z
    .array(
      z.strictObject({
        key: z
          .string()
          .regex(
            /^(InstanceIds|ResourceGroup|tag-key|tag:[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,123})$/u,
            "must be InstanceIds, ResourceGroup, tag-key or tag:<name>",
          ),
        values: z.array(z.string().min(1)).min(1).max(50),
      }),
    )
    .min(1)
    .max(5)
    .optional()
    .meta({ description: "Which hosts. Left out: all managed ones." }),
  schedule: z
    .string()
    .max(256)
    .refine(isAssociationSchedule, "must be rate(...), or cron(...) of six or seven fields, at least 30 minutes apart")
    .optional()
    .meta({ description: "When, at least 30 minutes apart. Left out: once, and on hosts that come later." }),
  parameters: z
    .record(z.string().min(1), z.string().max(4096))
    .optional()
    .meta({ description: "As the document names them." }),
  maxConcurrency: Percentage.optional().meta({ description: "Hosts at once." }),
  maxErrors: Percentage.optional().meta({ description: "Hosts that may fail before no more are begun." }),
});
type SsmAssociationEntry = z.infer<typeof SsmAssociationEntry>;

/** An association of a document with hosts. Limits: Systems Manager API Reference, CreateAssociation. */
export const ssmAssociation = {
  title: "SSM association",
  what: "A document of Systems Manager that runs on the account's hosts by a schedule.",
  schema: SsmAssociationEntry,
  example: {
    type: "ssmAssociation",
    name: "patch-nights",
    document: "AWS-RunPatchBaseline",
    targets: [{ key: "tag:PatchGroup", values: ["nightly"] }],
    schedule: "cron(0 2 ? * SUN *)",
    parameters: { Operation: "Install", RebootOption: "RebootIfNeeded" },
    maxConcurrency: "10%",
    maxErrors: "5%",
  },
  refusals: (entry, settings) => [
    ...regionRefusals(entry.regions, settings),
    ...documentRefusals(entry),
    ...(REQUIRED[entry.document] ?? [])
      .filter((parameter) => entry.parameters?.[parameter] === undefined)
      .map((parameter) => ({
        field: `parameters.${parameter}`,
        message: `is missing: ${entry.document} does not run without it`,
        allowed: `a value of ${parameter}`,
      })),
    ...Object.entries(entry.parameters ?? {}).flatMap(([parameter, value]) =>
      parameterRefusals(entry.document, parameter, value),
    ),
  ],
  resources: (entry, target) =>
    regionsOfEntry(entry.regions, target).map((region) => ({
      type: "aws:ssm/association:Association",
      name: names.extensionAssociation(entry.name, region),
      region,
      wanted: {
        name: entry.document,
        associationName: awsNames.extension(entry.name),
        targets: entry.targets ?? [{ key: "InstanceIds", values: ["*"] }],
        ...(entry.documentVersion === undefined ? {} : { documentVersion: entry.documentVersion }),
        ...(entry.schedule === undefined ? {} : { scheduleExpression: entry.schedule }),
        ...(entry.parameters === undefined ? {} : { parameters: entry.parameters }),
        ...(entry.maxConcurrency === undefined ? {} : { maxConcurrency: entry.maxConcurrency }),
        ...(entry.maxErrors === undefined ? {} : { maxErrors: entry.maxErrors }),
        tags: TAGS,
      },
    })),
} satisfies ExtensionType<SsmAssociationEntry>;

function parameterRefusals(document: string, parameter: string, value: string): Refusal[] {
  const field = `parameters.${parameter}`;
  if (WEAKENING[document]?.[parameter]?.test(value)) {
    const message = `${parameter}=${value} of ${document} would take away what protects hosts`;
    return [{ field, message, allowed: "another value, or none" }];
  }
  if (!document.startsWith(OWN_DOCUMENTS) && SAID_ELSEWHERE.test(value)) {
    const message = `${parameter} of ${document} names a parameter of Systems Manager, whose value can become any other later`;
    return [{ field, message, allowed: "the value itself" }];
  }
  return [];
}

function documentRefusals({ document }: SsmAssociationEntry): Refusal[] {
  const permitted: readonly string[] = PERMITTED_DOCUMENTS;
  if (permitted.includes(document) || document.startsWith(OWN_DOCUMENTS)) return [];
  return [
    {
      field: "document",
      message: `${document} is not a document for extensions: what runs on hosts is the organization's choice, or the account's own document`,
      allowed: `${permitted.join(", ")}, or a document of the account that begins with ${OWN_DOCUMENTS}`,
    },
  ];
}
