/**
 * What happens when a finding comes for which there is a remediation, from the least to the most that is sure to be done: nothing; it is
 * recorded; somebody is told; somebody is asked and one word remediates it; it is remediated at once. Further on is stricter: a finding
 * stays open for less long. That a person is asked is no tightening of what is done at once, since nothing happens until that person comes.
 */
export const REMEDIATION_MODES = ["off", "observe", "alert", "ask", "automatic"] as const;
export type RemediationMode = (typeof REMEDIATION_MODES)[number];

/** The stricter one. What responds to findings goes by this of the organization's mode and the account's. */
export function stricterMode(one: RemediationMode, other: RemediationMode): RemediationMode {
  return REMEDIATION_MODES.indexOf(one) >= REMEDIATION_MODES.indexOf(other) ? one : other;
}
