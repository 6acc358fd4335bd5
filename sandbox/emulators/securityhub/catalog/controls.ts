import type { Place } from "../arns.ts";
import { securityControlArn } from "../arns.ts";
import type { Control } from "./control.ts";
import { computeControls } from "./controls-compute.ts";
import { dataControls } from "./controls-data.ts";
import { detectionControls } from "./controls-detection.ts";
import { identityControls } from "./controls-identity.ts";
import type { StandardKey } from "./standards.ts";

/** A good hundred of the real controls: all of CIS 3.0.0 and 5.0.0, and the part of FSBP that Bulwark's features touch. */
export const controls: readonly Control[] = [
  ...identityControls,
  ...computeControls,
  ...dataControls,
  ...detectionControls,
].sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));

const byId = new Map(controls.map((control) => [control.id, control]));

/** The control that an id (`IAM.7`) or an ARN of this account and region names. */
export function findControl(place: Place, idOrArn: string): Control | undefined {
  const prefix = securityControlArn(place, "");
  return byId.get(idOrArn.startsWith(prefix) ? idOrArn.slice(prefix.length) : idOrArn);
}

/** The controls that a standard includes. */
export function controlsOf(standard: StandardKey): Control[] {
  return controls.filter((control) => control.requirements.has(standard));
}

/** What the API says of a control beyond its title. AWS's own prose is not repeated here. */
export function describeControl(control: Control): { Description: string; RemediationUrl: string } {
  return {
    Description: `This control fails where the requirement is not met: ${control.title}.`,
    RemediationUrl: `https://docs.aws.amazon.com/console/securityhub/${control.id}/remediation`,
  };
}
