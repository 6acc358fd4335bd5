import { InviteAccepter } from "@pulumi/aws/securityhub/inviteAccepter.js";
import { Member } from "@pulumi/aws/securityhub/member.js";
import type { Resource } from "@pulumi/pulumi";
import { names } from "../names.ts";
import { isOutside } from "../outside-members.ts";
import type { BaselineStack } from "./stack.ts";

/** Brings the account's findings into the security account's hub of the region. */
export function hubMembership(stack: BaselineStack, region: string, dependsOn: Resource[]): void {
  if (isOutside(stack.inputs)) acceptInvitation(stack, region, dependsOn);
  else membership(stack, region, dependsOn);
}

/** `api` has seen to it that there is an invitation. Destroying the resource leaves the administrator, as AWS lets only invited members. */
function acceptInvitation({ inputs, member, declare }: BaselineStack, region: string, dependsOn: Resource[]): void {
  declare(
    InviteAccepter,
    { name: names.hubInvitation(region), region, wanted: { masterId: inputs.accounts.security } },
    { provider: member, dependsOn },
  );
}

/**
 * Destroying the resource leaves the membership: AWS lets the administrator disassociate an account of the organization but never delete
 * it, and the provider's delete, which tries both, fails (Security Hub API, DeleteMembers). See `membershipsToEnd`.
 */
function membership({ inputs, security, declare }: BaselineStack, region: string, dependsOn: Resource[]): void {
  declare(
    Member,
    { name: names.hubMember(region), region, wanted: { accountId: inputs.accountId, email: inputs.email } },
    {
      provider: security,
      dependsOn,
      retainOnDelete: true,
      deleteBeforeReplace: true,
      // AWS answers no address for members of the organization, and a changed one must not end the membership.
      ignoreChanges: ["email", "invite"],
    },
  );
}
