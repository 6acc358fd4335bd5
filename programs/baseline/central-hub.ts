import { Account as Hub } from "@pulumi/aws/securityhub/account.js";
import { Member } from "@pulumi/aws/securityhub/member.js";
import { StandardsSubscription } from "@pulumi/aws/securityhub/standardsSubscription.js";
import { keptControlParameters } from "../control-parameters.ts";
import { productChoices } from "../hub-choices.ts";
import { names } from "../names.ts";
import { standardArn } from "../standards.ts";
import type { BaselineStack } from "./stack.ts";

/**
 * Security Hub where the organization's configuration policy owns it. `api` has asked AWS whether the policy holds; here is only kept what the
 * stack has made of it in local mode, unchanged: what left the program would be deleted, which AWS forbids to a governed account.
 * Whatever goes from the stack from now on stays in AWS.
 */
export function centralHub(stack: BaselineStack, region: string): void {
  const { inputs, member, security } = stack;
  const { partition, accountId, email, governing, features } = inputs;
  if (governing?.enabled !== true) return;
  const products = features.securityHub.productSubscriptions.members;
  const owner = { inputs, declare: stack.declare, provider: member };
  if (!governing.held.regions.includes(region)) {
    productChoices(owner, region, {}, products);
    return;
  }
  const kept = { retainOnDelete: true };
  const hub = new Hub(
    names.hub(region),
    { region, enableDefaultStandards: false, autoEnableControls: true },
    {
      ...{ provider: member, ...kept },
      ignoreChanges: ["autoEnableControls", "controlFindingGenerator", "enableDefaultStandards"],
    },
  );
  for (const standard of governing.held.standards) {
    new StandardsSubscription(
      names.standard(standard, region),
      { region, standardsArn: standardArn(partition, region, standard) },
      { provider: member, dependsOn: [hub], ...kept },
    );
  }
  keptControlParameters(stack, region, governing.held.controls);
  new Member(
    names.hubMember(region),
    { region, accountId, email },
    { provider: security, dependsOn: [hub], ignoreChanges: ["email", "invite"], ...kept },
  );
  productChoices(owner, region, { hub }, products);
}
