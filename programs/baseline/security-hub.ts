import { Account as Hub } from "@pulumi/aws/securityhub/account.js";
import { Member } from "@pulumi/aws/securityhub/member.js";
import { StandardsSubscription } from "@pulumi/aws/securityhub/standardsSubscription.js";
import type { Resource } from "@pulumi/pulumi";
import { controlChoices, productChoices } from "../hub-choices.ts";
import { names } from "../names.ts";
import { STANDARD_TIMEOUTS, standardArn } from "../standards.ts";
import { exceptionChoices } from "./exceptions.ts";
import type { ServiceLinkedRoles } from "./service-linked-roles.ts";
import type { BaselineStack } from "./stack.ts";

/** What Security Hub needs to be there first. */
export interface Upstream {
  readonly roles: ServiceLinkedRoles;
  /** Most controls evaluate what AWS Config has recorded: without it the standards would only report that it is missing. */
  readonly recording: Resource;
}

/**
 * Switches Security Hub CSPM on with the organization's standards and makes the account a member of the security account.
 *
 * `controlFindingGenerator` is not set: a member's value is its administrator's and only changed there (Security Hub API,
 * EnableSecurityHub).
 */
export function securityHub(stack: BaselineStack, region: string, { roles, recording }: Upstream): Hub {
  const { inputs, member, declare } = stack;
  const role = roles["securityhub.amazonaws.com"];
  const hub = declare(
    Hub,
    { name: names.hub(region), region, wanted: { enableDefaultStandards: false, autoEnableControls: true } },
    {
      provider: member,
      dependsOn: role === undefined ? [] : [role],
      // Sent when the hub is made and never returned; a difference would replace the hub and lose its findings.
      ignoreChanges: ["enableDefaultStandards"],
    },
  );
  const standards = inputs.standards.map((standard) =>
    declare(
      StandardsSubscription,
      {
        name: names.standard(standard, region),
        region,
        wanted: { standardsArn: standardArn(inputs.partition, region, standard) },
      },
      { provider: member, dependsOn: [hub, recording], customTimeouts: STANDARD_TIMEOUTS },
    ),
  );
  const owner = { inputs, declare, provider: member };
  controlChoices(owner, region, { standards }, exceptionChoices(inputs, region));
  productChoices(owner, region, { hub }, inputs.features.securityHub.productSubscriptions.members);
  membership(stack, region, [hub, ...standards]);
  return hub;
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
