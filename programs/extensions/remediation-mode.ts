/**
 * What happens when a finding comes for which there is a remediation, from the least to the most that is sure to be done: nothing; it is
 * recorded; somebody is told; somebody is asked and one word remediates it; it is remediated at once. Further on is stricter: a finding
 * stays open for less long. That a person is asked is no tightening of what is done at once, since nothing happens until that person comes.
 */
export const REMEDIATION_MODES = ["off", "observe", "alert", "ask", "automatic"] as const;
export type RemediationMode = (typeof REMEDIATION_MODES)[number];

/** What an account says of one remediation, as what responds to findings reads it. */
export interface AccountMode {
  /** At least this, whatever the organization says. */
  readonly atLeast?: RemediationMode;
  /** Off until then, by an approved entry. */
  readonly offUntil?: string;
}

/** The stricter one. */
export function stricterMode(one: RemediationMode, other: RemediationMode): RemediationMode {
  return REMEDIATION_MODES.indexOf(one) >= REMEDIATION_MODES.indexOf(other) ? one : other;
}

/** By which mode a finding of the account is responded to at a time. */
export function effectiveMode(
  organization: RemediationMode,
  account: AccountMode | undefined,
  now: Date,
): RemediationMode {
  const { atLeast = "off", offUntil } = account ?? {};
  if (offUntil !== undefined && now.getTime() < Date.parse(offUntil)) return "off";
  return stricterMode(organization, atLeast);
}
