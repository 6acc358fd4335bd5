/** The one of the services that is delegated through Organizations and not by its own call. */
export const ANALYZER_SERVICE = "access-analyzer.amazonaws.com";

/** Both of AWS Config, which are delegated like it: for the view of the organization, and for its rules and packs. */
export const CONFIG_SERVICES = ["config.amazonaws.com", "config-multiaccountsetup.amazonaws.com"] as const;

/** Services that may act in every account of the organization. */
export const TRUSTED_SERVICES = [
  "securityhub.amazonaws.com",
  "guardduty.amazonaws.com",
  ANALYZER_SERVICE,
  "inspector2.amazonaws.com",
  ...CONFIG_SERVICES,
] as const;
export type TrustedService = (typeof TRUSTED_SERVICES)[number];
