import { Detector } from "@pulumi/aws/guardduty/detector.js";
import { Member } from "@pulumi/aws/guardduty/member.js";
import { isAdopted } from "../declaration.ts";
import { names, TAGS } from "../names.ts";
import type { ServiceLinkedRoles } from "./service-linked-roles.ts";
import type { BaselineStack } from "./stack.ts";

/**
 * Switches GuardDuty on and makes the account a member of the security account.
 *
 * `findingPublishingFrequency` is not set: a member's is its administrator's (GuardDuty API, UpdateDetector).
 */
export function guardDuty(stack: BaselineStack, region: string, roles: ServiceLinkedRoles): Detector {
  const { member, declare } = stack;
  const role = roles["guardduty.amazonaws.com"];
  const detector = declare(
    Detector,
    { name: names.detector(region), region, wanted: { enable: true, tags: TAGS }, keep: ["tags"] },
    { provider: member, dependsOn: role === undefined ? [] : [role] },
  );
  membership(stack, region, detector);
  return detector;
}

/**
 * The provider reads `invite` from the state of the relationship, true while the account is associated. Setting it to false is its way to
 * disassociate a member, which GuardDuty asks for before it deletes one; leaving it unset and not ignored would do so by accident.
 */
function membership({ inputs, security, declare }: BaselineStack, region: string, detector: Detector): void {
  const name = names.detectorMember(region);
  const detectorId = inputs.admin.detectorIds[region];
  if (detectorId === undefined)
    throw new Error(`adding ${inputs.accountId} to GuardDuty in ${region}: no detector there`);
  const leaving = inputs.phase === "detach" || inputs.phase === "restore";
  const ending = leaving && !isAdopted(inputs.adoptions, name);
  declare(
    Member,
    {
      name,
      region,
      wanted: { accountId: inputs.accountId, detectorId, email: inputs.email, ...(ending ? { invite: false } : {}) },
    },
    { provider: security, dependsOn: [detector], ignoreChanges: ending ? ["email"] : ["email", "invite"] },
  );
}
