import { AwsServiceAccess } from "@pulumi/aws/organizations/awsServiceAccess.js";
import { names } from "../names.ts";
import type { AdminStack } from "./stack.ts";
import { ANALYZER_SERVICE, type TrustedService } from "./trusted-services.ts";

/** Trusted access of the services that no setting switches off, by service principal. */
export type TrustedAccess = Readonly<
  Record<"securityhub.amazonaws.com" | "guardduty.amazonaws.com" | typeof ANALYZER_SERVICE, AwsServiceAccess>
>;

/** Lets one service work with the organization; every delegation needs it, so it goes last. */
export function trust({ management, declare }: AdminStack, service: TrustedService): AwsServiceAccess {
  return declare(
    AwsServiceAccess,
    { name: names.trustedAccess(service), region: "global", wanted: { servicePrincipal: service } },
    { provider: management },
  );
}

/** Lets the security services work with the organization. */
export function trustedAccess(stack: AdminStack): TrustedAccess {
  return {
    "securityhub.amazonaws.com": trust(stack, "securityhub.amazonaws.com"),
    "guardduty.amazonaws.com": trust(stack, "guardduty.amazonaws.com"),
    [ANALYZER_SERVICE]: trust(stack, ANALYZER_SERVICE),
  };
}
