import { Member } from "@pulumi/aws/securityhub/member.js";
import { names } from "../names.ts";
import type { HubAdministration } from "./security-hub.ts";
import type { AdminStack } from "./stack.ts";

/**
 * Invites the accounts outside of the organization to Security Hub, in every region; their baselines accept. Deleting one disassociates the
 * account first, which AWS asks for (Security Hub API, DeleteMembers).
 *
 * An account that has left, or was disassociated, needs another invitation, which this resource can't tell: the record of the member stays.
 * Its next deployment sees to that.
 */
export function outsideMembers(
  { inputs, security, declare }: AdminStack,
  region: string,
  { hub, administrator, organization }: HubAdministration,
): void {
  for (const { accountId, email } of inputs.features.securityHub.outsideMembers) {
    declare(
      Member,
      { name: names.outsideMember(accountId, region), region, wanted: { accountId, email, invite: true } },
      {
        ...{ provider: security, dependsOn: [hub, organization ?? administrator], deleteBeforeReplace: true },
        // Another address must not end the membership, and one that is adopted was invited already.
        ignoreChanges: ["email", "invite"],
      },
    );
  }
}
