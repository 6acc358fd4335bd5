/** The one of the services that is delegated through Organizations and not by its own call. */
export const ANALYZER_SERVICE = "access-analyzer.amazonaws.com";

/** Both of AWS Config, which are delegated like it: for the view of the organization, and for its rules and packs. */
export const CONFIG_SERVICES = ["config.amazonaws.com", "config-multiaccountsetup.amazonaws.com"] as const;

/**
 * For the service-linked roles by which members' volumes are scanned: a security account that is not the management account can't make them
 * without (GuardDuty User Guide, "Establishing trusted access to enable GuardDuty-initiated malware scan"). It is not delegated.
 */
export const MALWARE_SERVICE = "malware-protection.guardduty.amazonaws.com";

/** Services that may act in every account of the organization. */
export const TRUSTED_SERVICES = [
  "securityhub.amazonaws.com",
  "guardduty.amazonaws.com",
  MALWARE_SERVICE,
  ANALYZER_SERVICE,
  "inspector2.amazonaws.com",
  ...CONFIG_SERVICES,
] as const;
export type TrustedService = (typeof TRUSTED_SERVICES)[number];
