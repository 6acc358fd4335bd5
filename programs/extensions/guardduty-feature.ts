import { z } from "zod";
import type { GuardDutySettings } from "../guardduty-settings.ts";
import { type ExtensionType, entryFields, type Refusal, regionRefusals } from "./extension.ts";

const GuardDutyFeatureEntry = z
  .strictObject({
    type: z.literal("guardDutyFeature"),
    ...entryFields,
    plan: z
      .enum(["s3", "eks", "rds", "lambda", "malware", "runtime"])
      .meta({ description: "The protection plan that is on in the account, whatever the organization has chosen." }),
    agents: z
      .array(z.enum(["eks", "ecsFargate", "ec2"]))
      .min(1)
      .optional()
      .meta({ description: "Of runtime: where GuardDuty installs its agent by itself, in workloads that run." }),
  })
  .refine(({ plan, agents }) => agents === undefined || plan === "runtime", {
    message: "belong to the plan runtime",
    path: ["agents"],
  });
type GuardDutyFeatureEntry = z.infer<typeof GuardDutyFeatureEntry>;

/**
 * A protection plan of GuardDuty. A member can't set its own, so that it is set with the others, by the administrator. There is no entry
 * that switches one off. Taken out, the plan is what the organization says again.
 */
export const guardDutyFeature = {
  title: "GuardDuty feature",
  what: "One more protection plan of GuardDuty, or its agents, on top of those that the organization has switched on.",
  schema: GuardDutyFeatureEntry,
  example: { type: "guardDutyFeature", name: "agents", plan: "runtime", agents: ["ecsFargate", "ec2"] },
  refusals: ({ regions, plan }, settings) => [
    ...regionRefusals(regions, settings),
    ...offeredRefusals(regions, plan, settings.features.guardDuty),
  ],
} satisfies ExtensionType<GuardDutyFeatureEntry>;

function offeredRefusals(
  regions: readonly string[] | undefined,
  plan: GuardDutyFeatureEntry["plan"],
  { enabled, notOffered }: GuardDutySettings,
): Refusal[] {
  if (!enabled) {
    const message = "the organization does not set protection plans: features.guardDuty.enabled is false";
    return [{ field: "plan", message, allowed: "no guardDutyFeature" }];
  }
  return (regions ?? []).flatMap((region, index) =>
    notOffered[region]?.includes(plan)
      ? [
          {
            field: `regions.${index}`,
            message: `AWS does not offer ${plan} in ${region}: features.guardDuty.notOffered says so`,
            allowed: "regions that are not listed there for this plan",
          },
        ]
      : [],
  );
}

/** The organization's plans in a region with what the entries add to them. Never with less. */
export function withAddedPlans(
  settings: GuardDutySettings,
  entries: readonly GuardDutyFeatureEntry[],
  region: string,
): GuardDutySettings {
  const here = entries.filter(({ regions }) => regions?.includes(region) ?? true);
  const plans = structuredClone(settings.plans);
  for (const { plan, agents = [] } of here) {
    if (plan !== "runtime") plans[plan] = true;
    else plans.runtime.enabled = true;
    for (const agent of agents) plans.runtime.agents[agent] = true;
  }
  return { ...settings, plans };
}
