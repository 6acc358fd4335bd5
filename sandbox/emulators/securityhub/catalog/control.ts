import type { SeverityRating } from "@aws-sdk/client-securityhub";
import type { StandardKey } from "./standards.ts";

/** A security control of the catalogue. */
export interface Control {
  readonly id: string;
  readonly severity: SeverityRating;
  readonly title: string;
  /** Its number within each standard that includes it: `1.22` in CIS, `PCI.IAM.3` in PCI DSS 3.2.1, else its own id. */
  readonly requirements: ReadonlyMap<StandardKey, string>;
}

/**
 * One row of the tables.
 *
 * @param standards the standards that include the control, separated by spaces, with the number it has there after a
 *   slash where that is not its id: `"fsbp nist53 cis12/1.22"`
 */
export function control(id: string, severity: SeverityRating, title: string, standards: string): Control {
  const requirements = new Map<StandardKey, string>();
  for (const inclusion of standards.split(" ")) {
    const [key, number = id] = inclusion.split("/");
    requirements.set(key as StandardKey, number);
  }
  return { id, severity, title, requirements };
}
