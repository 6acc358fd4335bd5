import { Account as Hub } from "@pulumi/aws/securityhub/account.js";
import { Member } from "@pulumi/aws/securityhub/member.js";
import { StandardsSubscription } from "@pulumi/aws/securityhub/standardsSubscription.js";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import { productChoices } from "../hub-choices.ts";
import { names } from "../names.ts";
import { subscriptionArn } from "../products.ts";
import { standardArn } from "../standards.ts";
import type { BaselineStack } from "./stack.ts";

/**
 * What the organization's configuration policy gives to the account: looked at, and never set. Each is imported if it is not in the stack
 * yet, which fails where it is not there; nothing is created, a difference changes nothing, and what leaves the stack stays in AWS. Under
 * the same names as in local mode, so that a stack goes from one mode to the other without losing a hub.
 */
export function centralHub(stack: BaselineStack, region: string): void {
  const { inputs, member, security } = stack;
  const { partition, accountId, email, governing, features } = inputs;
  if (governing?.enabled !== true) return;
  const found = (id: string, ...ignoreChanges: string[]): CustomResourceOptions => ({
    ...{ import: `${id}@${region}`, retainOnDelete: true, ignoreChanges },
  });
  const hub = new Hub(
    names.hub(region),
    { region },
    {
      provider: member,
      ...found(accountId, "autoEnableControls", "controlFindingGenerator", "enableDefaultStandards"),
    },
  );
  for (const standard of governing.standards) {
    const standardsArn = standardArn(partition, region, standard);
    new StandardsSubscription(
      names.standard(standard, region),
      { region, standardsArn },
      { provider: member, dependsOn: [hub], ...found(subscriptionArn({ partition, region, accountId }, standard)) },
    );
  }
  new Member(
    names.hubMember(region),
    { region, accountId, email },
    { provider: security, dependsOn: [hub], ...found(accountId, "email", "invite") },
  );
  productChoices({ ...stack, provider: member }, region, { hub }, features.securityHub.productSubscriptions.members);
}
