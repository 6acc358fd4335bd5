import { AwsServiceAccess } from "@pulumi/aws/organizations/awsServiceAccess.js";
import { names } from "../names.ts";
import type { AdminStack } from "./stack.ts";

/** The one of the services that is delegated through Organizations and not by its own call. */
export const ANALYZER_SERVICE = "access-analyzer.amazonaws.com";

/** Services that may act in every account of the organization. */
export const TRUSTED_SERVICES = ["securityhub.amazonaws.com", "guardduty.amazonaws.com", ANALYZER_SERVICE] as const;

/** Trusted access by service principal. */
export type TrustedAccess = Readonly<Record<(typeof TRUSTED_SERVICES)[number], AwsServiceAccess>>;

/** Lets the security services work with the organization; every delegation needs it, so it goes last. */
export function trustedAccess({ management, declare }: AdminStack): TrustedAccess {
  const trust = (service: (typeof TRUSTED_SERVICES)[number]) =>
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
