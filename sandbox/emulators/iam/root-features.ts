import type { FeatureType } from "@aws-sdk/client-iam";
import type { OrganizationView } from "../../gateway/emulator.ts";

const features = new WeakMap<OrganizationView, Set<FeatureType>>();

/** The features of central root access that an organization has on: IAM switches them, AWS STS asks. */
export function rootFeatures(organization: OrganizationView): Set<FeatureType> {
  const known = features.get(organization) ?? new Set<FeatureType>();
  features.set(organization, known);
  return known;
}
