import type { Adoption } from "./adoption.ts";
import type { DetectorInventory, HubInventory } from "./inventory.ts";
import { names } from "./names.ts";
import type { Partition } from "./partition.ts";
import { resourceTypes } from "./resource-types.ts";
import { type StandardName, standardArn } from "./standards.ts";

/** What an account wants of Security Hub; the same for the security account and for members. */
export interface HubWish {
  readonly accountId: string;
  readonly partition: Partition;
  readonly standards: readonly StandardName[];
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
  return [adopted, ...standards];
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
