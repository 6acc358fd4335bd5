import { type Adoption, isPutBack, type Phase } from "../adoption.ts";
import { hostSignatures } from "../host-reports.ts";
import type { AdminInputs } from "../inputs.ts";
import { names } from "../names.ts";
import type { TrustedService } from "./trusted-services.ts";

/** Services that register their administrator with AWS Organizations by themselves, while no setting switches them off. */
export const SELF_REGISTERED = [
  "securityhub.amazonaws.com",
  "guardduty.amazonaws.com",
] as const satisfies TrustedService[];

/** What is left of a delegation with AWS Organizations when the service itself has let go of its administrator in all regions. */
export interface DelegationToEnd {
  readonly service: (typeof SELF_REGISTERED)[number];
  /** The account that may be registered still; undefined where it was before Bulwark came. */
  readonly administrator: string | undefined;
  /** Whether trusted access ends, too. */
  readonly trusted: boolean;
}

/**
 * The phase that runs before the stack is destroyed: it puts back what was adopted, and keeps in the state what would leave it. None
 * where the stack never stood, or is being destroyed already.
 */
export function adminLeavingPhases(
  inputs: Pick<AdminInputs, "accounts" | "homeRegion" | "features">,
  adoptions: readonly Adoption[],
  deployed: boolean,
): readonly Phase[] {
  const leavesBuckets = inputs.features.trail.enabled || hostSignatures(inputs) !== undefined;
  return deployed && (leavesBuckets || adoptions.some(isPutBack)) ? ["restore"] : [];
}

/**
 * What AWS Organizations is asked to end after the stack. A registration that was there before stays, and so does trusted access under
 * it; an administrator of some region that was adopted is registered, too.
 */
export function delegationsToEnd(
  { accounts, regions }: Pick<AdminInputs, "accounts" | "regions">,
  adoptions: readonly Adoption[],
): DelegationToEnd[] {
  const adopted = (name: string) => adoptions.some((adoption) => adoption.name === name);
  return SELF_REGISTERED.map((service) => {
    const inRegion = service === "guardduty.amazonaws.com" ? names.detectorAdministrator : names.hubAdministrator;
    const registered =
      adopted(names.delegatedAdministrator(service)) || regions.some((region) => adopted(inRegion(region)));
    return {
      service,
      administrator: registered ? undefined : accounts.security,
      trusted: !registered && !adopted(names.trustedAccess(service)),
    };
  });
}
