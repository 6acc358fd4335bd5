/** The one of the services that is delegated through Organizations and not by its own call. */
export const ANALYZER_SERVICE = "access-analyzer.amazonaws.com";

/** Services that may act in every account of the organization. */
export const TRUSTED_SERVICES = ["securityhub.amazonaws.com", "guardduty.amazonaws.com", ANALYZER_SERVICE] as const;
export type TrustedService = (typeof TRUSTED_SERVICES)[number];
