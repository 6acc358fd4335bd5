import { isDeepStrictEqual } from "node:util";
import type { Detector } from "@pulumi/aws/guardduty/detector.js";
import { DetectorFeature, type DetectorFeatureArgs } from "@pulumi/aws/guardduty/detectorFeature.js";
import type { Member } from "@pulumi/aws/guardduty/member.js";
import { MemberDetectorFeature } from "@pulumi/aws/guardduty/memberDetectorFeature.js";
import type { Adoption } from "../adoption.ts";
import { entriesOf } from "../extensions/extensions.ts";
import { withAddedPlans } from "../extensions/guardduty-feature.ts";
import { PLANS, type PlanName, type PlanState, wantedPlans } from "../guardduty-plans.ts";
import { names } from "../names.ts";
import type { BaselineStack } from "./stack.ts";

/**
 * GuardDuty's protection plans of the account. A member of an organization can't set its own: GuardDuty answers that member accounts
 * cannot manage them. So they are set in the security account, as resources about this member (GuardDuty API, UpdateMemberDetectors);
 * without a membership by the account itself.
 * Destroying one sets nothing. What the organization's configuration keeps on for all members is its own, not the baseline's.
 */
export function protectionPlans(
  stack: BaselineStack,
  region: string,
  detector: Detector,
  membership: Member | undefined,
): void {
  const { inputs, member, security } = stack;
  const { guardDuty } = inputs.features;
  if (inputs.phase === "restore") {
    formerPlans(stack, region, detector, membership);
    return;
  }
  if (inputs.plansLater.includes(region)) return;
  const organizations = new Map(wantedPlans(guardDuty, region));
  const own = withAddedPlans(guardDuty, entriesOf(inputs.extensions, "guardDutyFeature"), region);
  for (const [plan, state] of wantedPlans(own, region)) {
    const { name, status, additionalConfigurations } = state;
    const args = {
      ...{ region, name, status },
      ...(additionalConfigurations === undefined ? {} : { additionalConfigurations: [...additionalConfigurations] }),
    };
    if (membership === undefined) {
      new DetectorFeature(names.plan(plan, region), { ...args, detectorId: detector.id }, { provider: member });
      continue;
    }
    const kept = guardDuty.autoEnable === "ALL" && status === "ENABLED";
    if (kept && isDeepStrictEqual(state, organizations.get(plan))) continue;
    const detectorId = administratorOf(stack, region);
    const { accountId } = inputs;
    new MemberDetectorFeature(
      names.memberPlan(plan, region),
      { ...args, detectorId, accountId },
      { provider: security, dependsOn: [membership] },
    );
  }
}

/**
 * Puts the plans of an adopted detector back to what they were. By then the account is no member any more and sets them itself, unless it was
 * one before Bulwark came.
 */
function formerPlans(stack: BaselineStack, region: string, detector: Detector, membership: Member | undefined): void {
  const { inputs, member, security } = stack;
  const { accountId, adoptions } = inputs;
  const staysMember = adopted(adoptions, names.detectorMember(region)) !== undefined;
  const former = (adopted(adoptions, names.detector(region))?.beside ?? []) as unknown as readonly PlanState[];
  for (const { name, status, additionalConfigurations } of former) {
    const plan = nameOf(name);
    const args: Omit<DetectorFeatureArgs, "detectorId"> = {
      region,
      name,
      status,
      ...(additionalConfigurations === undefined ? {} : { additionalConfigurations: [...additionalConfigurations] }),
    };
    if (membership !== undefined && staysMember) {
      const detectorId = administratorOf(stack, region);
      const options = { provider: security, dependsOn: [membership] };
      new MemberDetectorFeature(names.memberPlan(plan, region), { ...args, detectorId, accountId }, options);
    } else {
      new DetectorFeature(names.plan(plan, region), { ...args, detectorId: detector.id }, { provider: member });
    }
  }
}

function adopted(adoptions: readonly Adoption[], name: string): Adoption | undefined {
  return adoptions.find((adoption) => adoption.name === name && adoption.decision === "adopt");
}

function nameOf(feature: string): PlanName {
  const found = Object.entries(PLANS).find(([, name]) => name === feature)?.[0];
  if (found === undefined) throw new Error(`putting back the protection plan ${feature}: it is unknown`);
  return found as PlanName;
}

function administratorOf({ inputs }: BaselineStack, region: string): string {
  const detectorId = inputs.admin.detectorIds[region];
  if (detectorId === undefined) {
    throw new Error(`setting the protection plans of ${inputs.accountId} in ${region}: no detector there`);
  }
  return detectorId;
}
