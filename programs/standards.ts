import { z } from "zod";
import { arn, type Partition } from "./partition.ts";

/**
 * Security standards that Bulwark can switch on, by the name that settings use. The value is the end of the standard's
 * ARN (AWS Security Hub CSPM User Guide, "Standards reference").
 */
export const STANDARDS = {
  "fsbp-1.0.0": "aws-foundational-security-best-practices/v/1.0.0",
  "cis-5.0.0": "cis-aws-foundations-benchmark/v/5.0.0",
  "cis-3.0.0": "cis-aws-foundations-benchmark/v/3.0.0",
  "cis-1.4.0": "cis-aws-foundations-benchmark/v/1.4.0",
  "nist-800-53-5.0.0": "nist-800-53/v/5.0.0",
  "pci-dss-4.0.1": "pci-dss/v/4.0.1",
} as const;

export type StandardName = keyof typeof STANDARDS;

export const StandardName = z.enum(Object.keys(STANDARDS) as [StandardName, ...StandardName[]], {
  error: `must be one of ${Object.keys(STANDARDS).join(", ")}`,
});

/**
 * How long a standard may take to be switched on or off. The provider waits three minutes by itself, which AWS exceeds in large accounts
 * (hashicorp/terraform-provider-aws#42688).
 */
export const STANDARD_TIMEOUTS = { create: "15m", delete: "15m" } as const;

/** The ARN under which a region offers a standard. */
export function standardArn(partition: Partition, region: string, name: StandardName): string {
  return arn(partition, "securityhub", region, "", `standards/${STANDARDS[name]}`);
}
