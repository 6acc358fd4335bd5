import { AwsServiceAccess } from "@pulumi/aws/organizations/awsServiceAccess.js";
import { names } from "../names.ts";
import type { AdminStack } from "./stack.ts";
import { ANALYZER_SERVICE, type TrustedService } from "./trusted-services.ts";

/** Trusted access by service principal. */
export type TrustedAccess = Readonly<Record<TrustedService, AwsServiceAccess>>;

/** Lets the security services work with the organization; every delegation needs it, so it goes last. */
export function trustedAccess({ management, declare }: AdminStack): TrustedAccess {
  const trust = (service: TrustedService) =>
    declare(
      AwsServiceAccess,
      { name: names.trustedAccess(service), region: "global", wanted: { servicePrincipal: service } },
      { provider: management },
    );
  return {
    "securityhub.amazonaws.com": trust("securityhub.amazonaws.com"),
    "guardduty.amazonaws.com": trust("guardduty.amazonaws.com"),
    [ANALYZER_SERVICE]: trust(ANALYZER_SERVICE),
  };
}
