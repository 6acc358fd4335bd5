import { z } from "zod";
import { names } from "../names.ts";
import { identifyingTags } from "../recovery/tag.ts";
import { ControlId } from "../security-hub-settings.ts";
import {
  type ExtensionResource,
  type ExtensionTarget,
  type ExtensionType,
  entryFields,
  regionRefusals,
  regionsOfEntry,
} from "./extension.ts";
import { weakeningFields } from "./weakening.ts";

const SuppressionEntry = z.strictObject({
  type: z.literal("suppression"),
  ...entryFields,
  control: ControlId.meta({ description: "The control of Security Hub whose findings are suppressed." }),
  resources: z
    .array(z.string().regex(/^[^*?\s]{1,512}$/, "must be the id of a resource as findings have it, without a wildcard"))
    .min(1)
    .max(20)
    .optional()
    .meta({ description: "Only findings about these. Left out: any of the account." }),
  ...weakeningFields,
});
type SuppressionEntry = z.infer<typeof SuppressionEntry>;

/** After the rules of environments, so that its note is the one that stays. */
const ORDER = 500;

const equals = (value: string) => ({ comparison: "EQUALS", value });

/**
 * Findings of one control are suppressed when they are updated next, by a rule of the administrator: a member has none of its own. Nothing
 * in Security Hub ends a suppression by itself, so that for some time after its end the rule turns round: findings that are
 * suppressed and carry its note become NEW again. A note that somebody has changed since is somebody's own decision.
 */
export const suppression = {
  title: "Suppression",
  what: "Findings of one control, of all or some resources of the account, are suppressed for a time.",
  weakens: true,
  schema: SuppressionEntry,
  example: {
    type: "suppression",
    name: "public-website",
    control: "S3.8",
    resources: ["arn:aws:s3:::clearing-website"],
    reason: "The website moves behind CloudFront by the end of January",
    expires: "2030-01-31T00:00:00Z",
  },
  refusals: ({ regions }, settings) => regionRefusals(regions, settings),
  resources: (entry, target) =>
    rules(entry, target, {
      criteria: { complianceStatuses: [{ comparison: "NOT_EQUALS", value: "PASSED" }] },
      update: { workflow: { status: "SUPPRESSED" }, note: { text: noteOf(entry), updatedBy: "Bulwark" } },
    }),
  resourcesAfter: (entry, target) =>
    rules(entry, target, {
      criteria: { workflowStatuses: [equals("SUPPRESSED")], noteTexts: [equals(noteOf(entry))] },
      update: {
        workflow: { status: "NEW" },
        note: { text: `The suppression ${entry.name} has ended`, updatedBy: "Bulwark" },
      },
    }),
} satisfies ExtensionType<SuppressionEntry>;

function noteOf({ name, reason, expires }: SuppressionEntry): string {
  return `Suppression ${name} until ${expires}: ${reason}`;
}

function rules(
  entry: SuppressionEntry,
  target: ExtensionTarget,
  { criteria, update }: { readonly criteria: object; readonly update: object },
): ExtensionResource[] {
  const { accountId } = target;
  return regionsOfEntry(entry.regions, target).map((region) => {
    const name = names.extensionSuppression(entry.name, region);
    return {
      type: "aws:securityhub/automationRule:AutomationRule",
      name,
      region,
      wanted: {
        ruleName: `Bulwark ${accountId} ${entry.name}`,
        description: `Suppression of ${entry.control} in ${accountId}`,
        ruleOrder: ORDER,
        ruleStatus: "ENABLED",
        criteria: {
          awsAccountIds: [equals(accountId)],
          complianceSecurityControlIds: [equals(entry.control)],
          ...(entry.resources === undefined ? {} : { resourceIds: entry.resources.map(equals) }),
          recordStates: [equals("ACTIVE")],
          ...criteria,
        },
        actions: [{ type: "FINDING_FIELDS_UPDATE", findingFieldsUpdate: update }],
        tags: identifyingTags(`account-${accountId}`, name),
      },
    };
  });
}
