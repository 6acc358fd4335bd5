import type { Account as Hub } from "@pulumi/aws/securityhub/account.js";
import { controlParameters } from "../control-parameters.ts";
import { declareControls } from "../hub-choices.ts";
import { onChoices } from "../standing-controls.ts";
import { exceptionChoices } from "./exceptions.ts";
import { hubMembership } from "./hub-membership.ts";
import { ownHub, type Upstream } from "./own-hub.ts";
import type { BaselineStack } from "./stack.ts";

/**
 * Switches Security Hub CSPM on with the organization's standards and makes the account a member of the security account.
 *
 * `controlFindingGenerator` is not set: a member's value is its administrator's and only changed there (Security Hub API,
 * EnableSecurityHub).
 */
export function securityHub(stack: BaselineStack, region: string, upstream: Upstream): Hub {
  const { hub, standards } = ownHub(stack, region, upstream);
  const { inputs, declare, member } = stack;
  const choices = [...exceptionChoices(inputs, region), ...onChoices(inputs, region)];
  declareControls({ inputs, declare, provider: member }, region, { standards }, choices);
  controlParameters(stack, region, standards);
  hubMembership(stack, region, [hub, ...standards]);
  return hub;
}
