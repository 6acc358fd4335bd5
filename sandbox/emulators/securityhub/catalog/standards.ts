import type { Place } from "../arns.ts";

/** A standard of the catalogue, by its short name in the tables of controls. */
export type StandardKey =
  | "fsbp"
  | "cis12"
  | "cis14"
  | "cis30"
  | "cis50"
  | "nist53"
  | "nist171"
  | "pci321"
  | "pci401"
  | "tagging";

/** A security standard that can be enabled. */
export interface Standard {
  readonly key: StandardKey;
  /** Path of its ARNs after `standards/`, `subscription/` and `control/`. */
  readonly path: string;
  readonly name: string;
  readonly description: string;
  readonly enabledByDefault: boolean;
}

/** The standards of Security Hub CSPM; which are on by default is from the documentation of `EnableSecurityHub`. */
export const standards: readonly Standard[] = [
  {
    key: "fsbp",
    path: "aws-foundational-security-best-practices/v/1.0.0",
    name: "AWS Foundational Security Best Practices v1.0.0",
    description: "Detects accounts and resources that deviate from the security best practices of AWS.",
    enabledByDefault: true,
  },
  {
    key: "cis12",
    path: "cis-aws-foundations-benchmark/v/1.2.0",
    name: "CIS AWS Foundations Benchmark v1.2.0",
    description: "Checks against version 1.2.0 of the AWS benchmark of the Center for Internet Security.",
    enabledByDefault: true,
  },
  {
    key: "cis14",
    path: "cis-aws-foundations-benchmark/v/1.4.0",
    name: "CIS AWS Foundations Benchmark v1.4.0",
    description: "Checks against version 1.4.0 of the AWS benchmark of the Center for Internet Security.",
    enabledByDefault: false,
  },
  {
    key: "cis30",
    path: "cis-aws-foundations-benchmark/v/3.0.0",
    name: "CIS AWS Foundations Benchmark v3.0.0",
    description: "Checks against version 3.0.0 of the AWS benchmark of the Center for Internet Security.",
    enabledByDefault: false,
  },
  {
    key: "cis50",
    path: "cis-aws-foundations-benchmark/v/5.0.0",
    name: "CIS AWS Foundations Benchmark v5.0.0",
    description: "Checks against version 5.0.0 of the AWS benchmark of the Center for Internet Security.",
    enabledByDefault: false,
  },
  {
    key: "nist53",
    path: "nist-800-53/v/5.0.0",
    name: "NIST Special Publication 800-53 Revision 5",
    description: "Checks that support the controls of NIST SP 800-53, revision 5.",
    enabledByDefault: false,
  },
  {
    key: "nist171",
    path: "nist-800-171/v/2.0.0",
    name: "NIST Special Publication 800-171 Revision 2",
    description: "Checks that support the controls of NIST SP 800-171, revision 2.",
    enabledByDefault: false,
  },
  {
    key: "pci321",
    path: "pci-dss/v/3.2.1",
    name: "PCI DSS v3.2.1",
    description: "Checks against version 3.2.1 of the Payment Card Industry Data Security Standard.",
    enabledByDefault: false,
  },
  {
    key: "pci401",
    path: "pci-dss/v/4.0.1",
    name: "PCI DSS v4.0.1",
    description: "Checks against version 4.0.1 of the Payment Card Industry Data Security Standard.",
    enabledByDefault: false,
  },
  {
    key: "tagging",
    path: "aws-resource-tagging-standard/v/1.0.0",
    name: "AWS Resource Tagging Standard v1.0.0",
    description: "Checks that resources carry tags.",
    enabledByDefault: false,
  },
];

const byKey = new Map(standards.map((standard) => [standard.key, standard]));

/** The standard of a key. */
export function standardOf(key: StandardKey): Standard {
  const standard = byKey.get(key);
  if (standard === undefined) throw new Error(`standard ${key} is not in the catalogue`);
  return standard;
}

/** ARN of a standard. CIS 1.2.0 is the one without a region: it is older than the scheme of the others. */
export function standardArn(place: Place, standard: Standard): string {
  if (standard.key === "cis12") return `arn:${place.partition}:securityhub:::ruleset/${standard.path}`;
  return `arn:${place.partition}:securityhub:${place.region}::standards/${standard.path}`;
}

/** The standard that an ARN names in this region. */
export function findStandard(place: Place, arn: string): Standard | undefined {
  return standards.find((standard) => standardArn(place, standard) === arn);
}
