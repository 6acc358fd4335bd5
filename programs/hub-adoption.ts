import type { Adoption } from "./adoption.ts";
import { chosenControls } from "./control-choices.ts";
import type { StackInputs } from "./inputs.ts";
import type { DetectorInventory, HubInventory } from "./inventory.ts";
import { names } from "./names.ts";
import type { Partition } from "./partition.ts";
import { productArn, productSubscriptionArn } from "./products.ts";
import { resourceTypes } from "./resource-types.ts";
import type { ControlChoice, ProductChoice } from "./security-hub-settings.ts";
import { type StandardName, standardArn } from "./standards.ts";

/** What an account wants of Security Hub; the same for the security account and for members. */
export interface HubWish {
  readonly accountId: string;
  readonly partition: Partition;
  readonly standards: readonly StandardName[];
  readonly homeRegion: string;
  readonly controls: readonly ControlChoice[];
  readonly products: readonly ProductChoice[];
}

/** Adopts an existing hub with the wanted standards among its own, and leaves the others on. */
export function adoptHub(hub: HubInventory, region: string, wish: HubWish): Adoption[] {
  const wanted = new Map(wish.standards.map((name) => [standardArn(wish.partition, region, name), name]));
  const adopted: Adoption = {
    type: resourceTypes.hub,
    name: names.hub(region),
    region,
    id: wish.accountId,
    before: { autoEnableControls: hub.autoEnableControls, controlFindingGenerator: hub.controlFindingGenerator },
    decision: "adopt",
    reason: `Security Hub is on in ${region} already; replacing it would lose its findings`,
  };
  const standards = hub.standards.map(({ standardsArn, subscriptionArn }): Adoption => {
    const name = wanted.get(standardsArn);
    const shared = {
      type: resourceTypes.standard,
      region,
      id: subscriptionArn,
      before: { standardsArn },
    };
    if (name === undefined) {
      // `standards/nist-800-53/v/5.0.0`, or `ruleset/...` for CIS 1.2.
      const other = standardsArn.slice(standardsArn.indexOf("/") + 1).replaceAll("/", "-");
      return {
        ...shared,
        name: `standard-${other}-${region}`,
        decision: "leave",
        reason: `the account subscribed to ${other} itself; the baseline does not ask for it and does not end it`,
      };
    }
    return {
      ...shared,
      name: names.standard(name, region),
      decision: "adopt",
      reason: `the standard ${name} is on in ${region} already`,
    };
  });
  return [adopted, ...standards, ...adoptControls(hub, region, wish), ...adoptProducts(hub, region, wish)];
}

/** A control is on or off as soon as its standard is on. Offboarding puts it back where the standard stays. */
function adoptControls({ controls = [] }: HubInventory, region: string, wish: HubWish): Adoption[] {
  const chosen = chosenControls(wish.controls, { ...wish, region });
  return chosen.flatMap(({ controlId, standard, standardsArn }) => {
    const found = controls.find((each) => each.controlId === controlId && each.standardsArn === standardsArn);
    if (found === undefined) return [];
    return adoptControl({ ...found, standard, region }, " already");
  });
}

/** A control in one standard and region as it was found, taken over: `why` ends the sentence that says how it is. */
export function adoptControl(
  found: NonNullable<HubInventory["controls"]>[number] & { readonly standard: StandardName; readonly region: string },
  why: string,
): Adoption {
  const { controlId, standardsArn, standard, region, status, reason } = found;
  return {
    type: resourceTypes.controlAssociation,
    name: names.controlAssociation(controlId, standard, region),
    region,
    id: `${controlId},${standardsArn}`,
    before: {
      ...{ securityControlId: controlId, standardsArn, associationStatus: status },
      ...(reason === undefined ? {} : { updatedReason: reason }),
    },
    decision: "adopt",
    reason: `${controlId} is ${status} in the standard ${standard} in ${region}${why}`,
  };
}

function adoptProducts({ products = [] }: HubInventory, region: string, wish: HubWish): Adoption[] {
  return wish.products.flatMap((choice) => {
    const subscription = productSubscriptionArn({ ...wish, region }, choice.product);
    if (!products.includes(subscription)) return [];
    const product = productArn({ ...wish, region }, choice);
    return {
      type: resourceTypes.productSubscription,
      name: names.productSubscription(choice.product, region),
      region,
      id: `${product},${subscription}`,
      before: { productArn: product },
      decision: "adopt",
      reason: `findings of ${choice.product} are taken in ${region} already`,
    } satisfies Adoption;
  });
}

/** Adopts the detector of a region. */
export function adoptDetector(detector: DetectorInventory, region: string): Adoption {
  return {
    type: resourceTypes.detector,
    name: names.detector(region),
    region,
    id: detector.id,
    before: {
      enable: detector.enable,
      findingPublishingFrequency: detector.findingPublishingFrequency,
      ...(detector.tags === undefined ? {} : { tags: detector.tags }),
    },
    decision: "adopt",
    ...(detector.plans === undefined ? {} : { beside: detector.plans.map((plan) => ({ ...plan })) }),
    reason: `GuardDuty has a detector in ${region} already, and AWS allows one`,
  };
}

/** What an account wants of Security Hub, by the inputs of its stack. */
export function hubWish(
  inputs: Pick<StackInputs, "partition" | "homeRegion" | "standards" | "features">,
  accountId: string,
  products: readonly ProductChoice[],
): HubWish {
  const { partition, homeRegion, standards, features } = inputs;
  return { accountId, partition, homeRegion, standards, controls: features.securityHub.disabledControls, products };
}
