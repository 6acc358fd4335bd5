import { z } from "zod";
import { awsNames, names } from "../names.ts";
import { type ExtensionType, entryFields, regionRefusals, regionsOfEntry } from "./extension.ts";

const RESOURCE_TYPE = /^AWS(::[A-Za-z0-9]+){2}$/;
const ResourceTypes = z
  .array(z.string().regex(RESOURCE_TYPE, "must be a resource type of AWS Config such as AWS::EC2::Instance"))
  .min(1)
  .max(100);

const Frequency = z.enum(["One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"]);

const ConfigRuleEntry = z
  .strictObject({
    type: z.literal("configRule"),
    ...entryFields,
    description: z.string().min(1).max(256).optional(),
    managed: z
      .strictObject({
        identifier: z
          .string()
          .regex(/^[A-Z][A-Z0-9_]{1,127}$/, "must be the identifier of a managed rule such as REQUIRED_TAGS")
          .meta({ description: "Of the list of AWS Config managed rules." }),
        parameters: z
          .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean()]))
          .optional()
          .meta({ description: "As the rule's page names them." }),
      })
      .optional()
      .meta({ description: "A rule that AWS keeps. Either this or guard." }),
    guard: z
      .strictObject({
        policy: z.string().min(1).max(10_000).meta({ description: "CloudFormation Guard, at most 10,000 characters." }),
        resourceTypes: ResourceTypes.meta({ description: "Whose changes the policy looks at." }),
      })
      .optional()
      .meta({ description: "A policy of the team's own. Either this or managed." }),
    scope: z
      .strictObject({ resourceTypes: ResourceTypes })
      .optional()
      .meta({ description: "Narrows a managed rule that looks at changes." }),
    frequency: Frequency.optional().meta({ description: "How often a managed rule that is periodic looks." }),
  })
  .superRefine((entry, context) => {
    const issue = (field: string, message: string) => context.addIssue({ code: "custom", path: [field], message });
    const both = entry.managed !== undefined && entry.guard !== undefined;
    if (both) issue("guard", "can't be given together with managed");
    if (entry.managed === undefined && entry.guard === undefined) issue("managed", "is missing, and so is guard");
    if (entry.guard !== undefined && !both) {
      if (entry.scope !== undefined) issue("scope", "belongs to managed rules; guard names its resourceTypes itself");
      if (entry.frequency !== undefined) issue("frequency", "belongs to managed rules; guard looks at changes");
    }
  });
type ConfigRuleEntry = z.infer<typeof ConfigRuleEntry>;

/** An extra rule of AWS Config. Limits and fields: AWS Config API Reference, ConfigRule, Source and CustomPolicyDetails. */
export const configRule = {
  title: "Config rule",
  what: "One more rule by which AWS Config judges the account's resources: managed by AWS, or a Guard policy of the team's own.",
  schema: ConfigRuleEntry,
  example: {
    type: "configRule",
    name: "tagged",
    description: "Everything that costs money says who pays",
    managed: { identifier: "REQUIRED_TAGS", parameters: { tag1Key: "cost-centre" } },
    scope: { resourceTypes: ["AWS::EC2::Instance", "AWS::RDS::DBInstance"] },
  },
  refusals: ({ regions }, settings) => regionRefusals(regions, settings),
  resources: (entry, target) =>
    regionsOfEntry(entry.regions, target).map((region) => ({
      type: "aws:cfg/rule:Rule",
      name: names.extensionRule(entry.name, region),
      region,
      wanted: {
        name: awsNames.extension(entry.name),
        ...(entry.description === undefined ? {} : { description: entry.description }),
        ...ruleOf(entry),
      },
    })),
} satisfies ExtensionType<ConfigRuleEntry>;

function ruleOf({ managed, guard, scope, frequency }: ConfigRuleEntry) {
  if (guard !== undefined) {
    return {
      source: {
        owner: "CUSTOM_POLICY",
        sourceDetails: ["ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification"].map(
          (messageType) => ({ eventSource: "aws.config", messageType }),
        ),
        customPolicyDetails: { policyRuntime: "guard-2.x.x", policyText: guard.policy, enableDebugLogDelivery: false },
      },
      scope: { complianceResourceTypes: guard.resourceTypes },
    };
  }
  const parameters = Object.entries(managed?.parameters ?? {}).map(([key, value]) => [key, String(value)]);
  return {
    source: { owner: "AWS", sourceIdentifier: managed?.identifier ?? "" },
    ...(parameters.length === 0 ? {} : { inputParameters: JSON.stringify(Object.fromEntries(parameters)) }),
    ...(scope === undefined ? {} : { scope: { complianceResourceTypes: scope.resourceTypes } }),
    ...(frequency === undefined ? {} : { maximumExecutionFrequency: frequency }),
  };
}
