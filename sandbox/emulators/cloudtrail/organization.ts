import { AwsError, type OrganizationView } from "../../gateway/emulator.ts";

/** CloudTrail's service principal. */
export const SERVICE = "cloudtrail.amazonaws.com";

/** Throws where CloudTrail has no trusted access. */
export function checkTrusted(organization: OrganizationView): void {
  if (organization.hasTrustedAccess(SERVICE)) return;
  throw new AwsError(
    "CloudTrailAccessNotEnabledException",
    "Trusted service access is not enabled between CloudTrail and AWS Organizations.",
  );
}
