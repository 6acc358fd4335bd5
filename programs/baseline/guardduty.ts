import { Detector } from "@pulumi/aws/guardduty/detector.js";
import { Member } from "@pulumi/aws/guardduty/member.js";
import { names, TAGS } from "../names.ts";
import { isOutside } from "../outside-members.ts";
import { protectionPlans } from "./protection-plans.ts";
import type { ServiceLinkedRoles } from "./service-linked-roles.ts";
import type { AccountStack, BaselineStack } from "./stack.ts";

/**
 * Switches GuardDuty on, makes the account a member of the security account, unless it is outside of the organization, and sets its
 * protection plans.
 *
 * `findingPublishingFrequency` is not set: a member's is its administrator's (GuardDuty API, UpdateDetector).
 */
export function guardDuty(stack: BaselineStack, region: string, roles: ServiceLinkedRoles): Detector {
  const detector = ownDetector(stack, region, roles);
  // The findings of an account outside of the organization come to the security account by Security Hub.
  protectionPlans(stack, region, detector, isOutside(stack.inputs) ? undefined : membership(stack, region, detector));
  return detector;
}

/** The account's detector by itself, watching. */
export function ownDetector({ member, declare }: AccountStack, region: string, roles: ServiceLinkedRoles): Detector {
  const role = roles["guardduty.amazonaws.com"];
  return declare(
    Detector,
    { name: names.detector(region), region, wanted: { enable: true, tags: TAGS }, keep: ["tags"] },
    { provider: member, dependsOn: role === undefined ? [] : [role] },
  );
}

/**
 * Deletes the member of an account that was disassociated before; see `membershipsToEnd`. The provider reads `invite` from the state of
 * the relationship, true while the account is associated: not ignored, the next deployment would disassociate it.
 */
function membership({ inputs, security, declare }: BaselineStack, region: string, detector: Detector): Member {
  const detectorId = inputs.admin.detectorIds[region];
  if (detectorId === undefined)
    throw new Error(`adding ${inputs.accountId} to GuardDuty in ${region}: no detector there`);
  return declare(
    Member,
    {
      name: names.detectorMember(region),
      region,
      wanted: { accountId: inputs.accountId, detectorId, email: inputs.email },
    },
    { provider: security, dependsOn: [detector], deleteBeforeReplace: true, ignoreChanges: ["email", "invite"] },
  );
}
