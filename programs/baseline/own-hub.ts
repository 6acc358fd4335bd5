import { Account as Hub } from "@pulumi/aws/securityhub/account.js";
import { StandardsSubscription } from "@pulumi/aws/securityhub/standardsSubscription.js";
import type { Resource } from "@pulumi/pulumi";
import { controlChoices, productChoices, type StandingHub } from "../hub-choices.ts";
import { names } from "../names.ts";
import { STANDARD_TIMEOUTS, standardArn } from "../standards.ts";
import type { ServiceLinkedRoles } from "./service-linked-roles.ts";
import type { AccountStack } from "./stack.ts";

/** What Security Hub needs to be there first. */
export interface Upstream {
  readonly roles: ServiceLinkedRoles;
  /** Most controls evaluate what AWS Config has recorded: without it the standards would only report that it is missing. */
  readonly recording: Resource;
}

/** The account's hub by itself: standards, single controls and third parties. */
export function ownHub(stack: AccountStack, region: string, { roles, recording }: Upstream): StandingHub {
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
  controlChoices(owner, region, { standards });
  productChoices(owner, region, { hub }, inputs.features.securityHub.productSubscriptions.members);
  return { hub, standards };
}
