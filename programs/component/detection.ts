import type { Detector } from "@pulumi/aws/guardduty/detector.js";
import { DetectorFeature } from "@pulumi/aws/guardduty/detectorFeature.js";
import { Enabler } from "@pulumi/aws/inspector2/enabler.js";
import { ownDetector } from "../baseline/guardduty.ts";
import type { ServiceLinkedRoles } from "../baseline/service-linked-roles.ts";
import type { AccountStack } from "../baseline/stack.ts";
import { wantedPlans } from "../guardduty-plans.ts";
import { isInspected } from "../inspector-settings.ts";
import { names } from "../names.ts";

/** GuardDuty of an account that is nobody's member, and so sets its protection plans itself. */
export function standaloneGuardDuty(stack: AccountStack, region: string, roles: ServiceLinkedRoles): Detector {
  const { inputs, member, declare } = stack;
  const detector = ownDetector(stack, region, roles);
  for (const [plan, { name, status, additionalConfigurations }] of wantedPlans(inputs.features.guardDuty, region)) {
    const agents =
      additionalConfigurations === undefined ? {} : { additionalConfigurations: [...additionalConfigurations] };
    declare(
      DetectorFeature,
      { name: names.plan(plan, region), region, wanted: { detectorId: detector.id, name, status, ...agents } },
      { provider: member },
    );
  }
  return detector;
}

/** Inspector of an account that is nobody's member. */
export function standaloneInspector({ inputs, member, declare }: AccountStack, region: string): void {
  const { inspector } = inputs.features;
  if (!isInspected(inspector, region)) return;
  declare(
    Enabler,
    {
      name: names.inspectorMemberScans(region),
      region,
      wanted: { accountIds: [inputs.accountId], resourceTypes: [...inspector.resourceTypes] },
    },
    { provider: member },
  );
}
