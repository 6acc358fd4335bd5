import type { PolicyType } from "@aws-sdk/client-organizations";

interface Limits {
  /** Characters of a document, white space included. */
  readonly size: number;
  /** Policies of this type that a root, unit or account may have directly, AWS's own included. */
  readonly attached: number;
  readonly inOrganization: number;
}

/**
 * Source: Organizations user guide, "Quotas and service limits". Those of service control policies were doubled, from 5,120
 * characters and 5 attachments, in May 2026.
 */
export function limitsOf(type: PolicyType | undefined): Limits {
  switch (type) {
    case "SERVICE_CONTROL_POLICY":
      return { size: 10_240, attached: 10, inOrganization: 10_000 };
    case "RESOURCE_CONTROL_POLICY":
      return { size: 5_120, attached: 5, inOrganization: 1_000 };
    case "AISERVICES_OPT_OUT_POLICY":
      return { size: 2_500, attached: 5, inOrganization: 1_000 };
    default:
      return { size: 10_000, attached: 10, inOrganization: 1_000 };
  }
}
