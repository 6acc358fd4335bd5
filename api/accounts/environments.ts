import {
  type AutomationRuleSettings,
  type EnvironmentRules,
  SEVERITIES,
  type SeverityLabel,
} from "../../programs/security-hub-settings.ts";

/** An account and what it is for. */
export interface Placed {
  readonly accountId: string;
  readonly environment: string;
}

/**
 * Account ids by environment, ascending, as far as the settings do something for the environment: nothing else may change the inputs of the
 * admin stack, or an approved change of it would have to be approved again.
 */
export function environmentsOf(
  accounts: readonly Placed[],
  settings: AutomationRuleSettings,
): Record<string, string[]> {
  if (!settings.enabled) return {};
  const environments: Record<string, string[]> = {};
  const known = accounts.filter(({ environment }) => Object.hasOwn(settings.environments, environment));
  for (const { accountId, environment } of [...known].sort(byPlace)) {
    environments[environment] = [...(environments[environment] ?? []), accountId];
  }
  return environments;
}

/**
 * What to tell of environments that accounts are in and no automation rule of the settings knows, one sentence each: a name that is
 * written otherwise would leave the findings as severe as those of production.
 */
export function unscoredEnvironments(accounts: readonly Placed[], settings: AutomationRuleSettings): string[] {
  if (!settings.enabled) return [];
  const unknown = accounts.filter(({ environment }) => !Object.hasOwn(settings.environments, environment));
  return [...new Set(unknown.map(({ environment }) => environment))].sort().map((environment) => {
    const ids = unknown.filter((each) => each.environment === environment).map(({ accountId }) => accountId);
    return `findings of environment ${environment} (${ids.sort().join(", ")}) are not scored: features.securityHub.automationRules.environments does not name it`;
  });
}

/**
 * What would be told less loudly if an account moved from one environment to another: severities that become less than they were, and what is newly
 * suppressed. Empty where nothing is; an environment that the settings don't name leaves findings as they are. Pure.
 */
export function quietedBy(from: string | null, to: string | null, settings: AutomationRuleSettings): string[] {
  if (!settings.enabled) return [];
  const rulesOf = (environment: string | null): EnvironmentRules =>
    settings.environments[environment ?? ""] ?? { severity: {}, suppressSeverities: [], suppressControls: [] };
  const [then, now] = [rulesOf(from), rulesOf(to)];
  const becomes = ({ severity }: EnvironmentRules, label: SeverityLabel): SeverityLabel =>
    (label === "INFORMATIONAL" ? undefined : severity[label]) ?? label;
  const rank = (label: SeverityLabel) => SEVERITIES.indexOf(label);
  const suppressed = ({ suppressSeverities }: EnvironmentRules, label: SeverityLabel) =>
    suppressSeverities.includes(label);
  const controls = new Set(then.suppressControls.map(({ controlId }) => controlId));
  return [
    ...SEVERITIES.filter((label) => rank(becomes(now, label)) < rank(becomes(then, label))).map(
      (label) => `${label} becomes ${becomes(now, label)} instead of ${becomes(then, label)}`,
    ),
    ...SEVERITIES.filter((label) => suppressed(now, label) && !suppressed(then, label)).map(
      (label) => `${label} is suppressed`,
    ),
    ...now.suppressControls
      .filter(({ controlId }) => !controls.has(controlId))
      .map(({ controlId }) => `${controlId} is suppressed`),
  ];
}

function byPlace(a: Placed, b: Placed): number {
  const [left, right] = [`${a.environment} ${a.accountId}`, `${b.environment} ${b.accountId}`];
  return left < right ? -1 : Number(left > right);
}
