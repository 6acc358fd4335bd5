import { AwsServiceAccess } from "@pulumi/aws/organizations/awsServiceAccess.js";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import { names } from "../names.ts";
import type { AdminStack } from "./stack.ts";
import { ANALYZER_SERVICE, type TrustedService } from "./trusted-services.ts";

/** Trusted access of the services that no setting switches off, by service principal. */
export type TrustedAccess = Readonly<
  Record<"securityhub.amazonaws.com" | "guardduty.amazonaws.com" | typeof ANALYZER_SERVICE, AwsServiceAccess>
>;

/** Lets one service work with the organization; every delegation needs it, so it goes last. */
export function trust(
  { management, declare }: AdminStack,
  service: TrustedService,
  options: CustomResourceOptions = {},
): AwsServiceAccess {
  return declare(
    AwsServiceAccess,
    { name: names.trustedAccess(service), region: "global", wanted: { servicePrincipal: service } },
    { provider: management, ...options },
  );
}

/**
 * Lets the security services work with the organization. Security Hub and GuardDuty register their administrator with AWS Organizations,
 * GuardDuty without taking it back (GuardDuty User Guide, "Changing the delegated GuardDuty administrator account"), and trusted access
 * can't end before. No resource stands for that registration, so `api` ends both after the stack (`delegationsToEnd`).
 */
export function trustedAccess(stack: AdminStack): TrustedAccess {
  const later = { retainOnDelete: true };
  return {
    "securityhub.amazonaws.com": trust(stack, "securityhub.amazonaws.com", later),
    "guardduty.amazonaws.com": trust(stack, "guardduty.amazonaws.com", later),
    [ANALYZER_SERVICE]: trust(stack, ANALYZER_SERVICE),
  };
}
