import type { Provider } from "@pulumi/aws/provider.js";
import type { Account as Hub } from "@pulumi/aws/securityhub/account.js";
import { ProductSubscription } from "@pulumi/aws/securityhub/productSubscription.js";
import { StandardsControlAssociation } from "@pulumi/aws/securityhub/standardsControlAssociation.js";
import type { StandardsSubscription } from "@pulumi/aws/securityhub/standardsSubscription.js";
import { chosenControls } from "./control-choices.ts";
import type { Declare } from "./declaration.ts";
import type { StackInputs } from "./inputs.ts";
import { names } from "./names.ts";
import { productArn } from "./products.ts";
import type { ControlChoice, ProductChoice } from "./security-hub-settings.ts";

/** A hub with its standards, in the order of the inputs. */
export interface StandingHub {
  readonly hub: Hub;
  readonly standards: readonly StandardsSubscription[];
}

interface Owner {
  readonly inputs: Pick<StackInputs, "partition" | "homeRegion" | "standards" | "features">;
  readonly declare: Declare;
  readonly provider: Provider;
}

/** Switches single controls off, or on again, in the standards that the account owns, as the organization says. */
export function controlChoices(owner: Owner, region: string, hub: Pick<StandingHub, "standards">): void {
  declareControls(owner, region, hub, owner.inputs.features.securityHub.disabledControls);
}

/** Switches these controls off, or on again. */
export function declareControls(
  { inputs, declare, provider }: Owner,
  region: string,
  { standards }: Pick<StandingHub, "standards">,
  choices: readonly ControlChoice[],
): void {
  const { partition, homeRegion } = inputs;
  for (const chosen of chosenControls(choices, { partition, homeRegion, region })) {
    const subscription = standards[inputs.standards.indexOf(chosen.standard)];
    declare(
      StandardsControlAssociation,
      {
        name: names.controlAssociation(chosen.controlId, chosen.standard, region),
        region,
        wanted: {
          securityControlId: chosen.controlId,
          standardsArn: chosen.standardsArn,
          associationStatus: chosen.status,
          updatedReason: chosen.reason,
        },
      },
      { provider, dependsOn: subscription === undefined ? [] : [subscription] },
    );
  }
}

/** Takes findings of third parties. */
export function productChoices(
  { inputs, declare, provider }: Owner,
  region: string,
  { hub }: Partial<Pick<StandingHub, "hub">>,
  choices: readonly ProductChoice[],
): void {
  for (const choice of choices) {
    declare(
      ProductSubscription,
      {
        name: names.productSubscription(choice.product, region),
        region,
        wanted: { productArn: productArn({ partition: inputs.partition, region }, choice) },
      },
      { provider, dependsOn: hub === undefined ? [] : [hub] },
    );
  }
}
