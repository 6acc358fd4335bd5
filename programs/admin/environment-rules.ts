import type { AutomationRuleArgs } from "@pulumi/aws/securityhub/automationRule.js";
import { arn, type Partition } from "../partition.ts";
import { type AutomationRuleSettings, type EnvironmentRules, SEVERITIES } from "../security-hub-settings.ts";

/** Account ids by environment. */
export type Environments = Readonly<Record<string, readonly string[]>>;

interface RuleInputs {
  readonly partition: Partition;
  readonly homeRegion: string;
  readonly environments: Environments;
  readonly features: { readonly securityHub: { readonly automationRules: AutomationRuleSettings } };
}

/** An automation rule; `key` is what names it in the stack. */
export interface EnvironmentRule {
  readonly key: string;
  readonly wanted: Omit<AutomationRuleArgs, "region" | "tags">;
}

/** AWS takes so many account ids in one rule, and so many rules per region (Security Hub CSPM User Guide, "Understanding automation rules"). */
const MOST_ACCOUNTS = 100;
export const MOST_RULES = 100;

/** The user-defined field that says which environment a finding is of. */
export const ENVIRONMENT_FIELD = "Environment";

const equals = (value: string) => ({ comparison: "EQUALS", value });
const passed = { comparison: "NOT_EQUALS", value: "PASSED" };

/**
 * The rules of one region, for the environments that have accounts. Environments share no account, so that the order between theirs does
 * not matter; of one environment no rule changes what another's criteria ask for in a way that a second pass would change again.
 */
export function environmentRules(
  settings: AutomationRuleSettings,
  environments: Environments,
  place: { readonly partition: Partition; readonly region: string },
): EnvironmentRule[] {
  if (!settings.enabled) return [];
  const products = settings.products.map((path) =>
    equals(arn(place.partition, "securityhub", place.region, "", `product/${path}`)),
  );
  return Object.entries(settings.environments)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([environment, rules]) =>
      accountGroups(environments[environment] ?? []).flatMap((accounts, group) =>
        ofEnvironment(environment, rules, products).map(({ key, wanted }) => ({
          key: group === 0 ? key : `${key}-${group}`,
          wanted: {
            ...wanted,
            // Given, so that a rule that somebody switches off by hand is seen and switched on again.
            ruleStatus: "ENABLED",
            ruleName: `Bulwark ${key}${group === 0 ? "" : ` ${group}`}`,
            criteria: { ...wanted.criteria, awsAccountIds: accounts.map(equals), recordStates: [equals("ACTIVE")] },
          },
        })),
      ),
    );
}

/** Checks that no region would get more rules than AWS allows. */
export function checkRuleCount(
  { features, environments, partition, homeRegion: region }: RuleInputs,
  issue: (path: (string | number)[], message: string) => void,
): void {
  const count = environmentRules(features.securityHub.automationRules, environments, { partition, region }).length;
  if (count <= MOST_RULES) return;
  issue(
    ["features", "securityHub", "automationRules"],
    `asks for ${count} rules in ${region}, where AWS allows ${MOST_RULES}: score fewer environments or severities`,
  );
}

interface Unplaced {
  readonly key: string;
  readonly wanted: Pick<AutomationRuleArgs, "description" | "ruleOrder" | "actions"> & { readonly criteria: object };
}

function ofEnvironment(environment: string, rules: EnvironmentRules, productArns: readonly object[]): Unplaced[] {
  const targets = SEVERITIES.map((to, rank) => ({
    ...{ to, rank },
    from: SEVERITIES.filter((label) => label !== "INFORMATIONAL" && label !== to && rules.severity[label] === to),
  }));
  const { criticality, suppressSeverities: severities } = rules;
  return [
    rule(environment, "environment", 100, `Marks findings of ${environment}`, {
      // Once is enough: the fields that somebody sets beside it would be overwritten with each update of the finding.
      criteria: { userDefinedFields: [{ comparison: "NOT_EQUALS", key: ENVIRONMENT_FIELD, value: environment }] },
      update: {
        userDefinedFields: { [ENVIRONMENT_FIELD]: environment },
        ...(criticality === undefined ? {} : { criticality }),
      },
    }),
    ...targets
      .filter(({ from }) => from.length > 0)
      .map(({ to, rank, from }) =>
        rule(environment, `to-${to.toLowerCase()}`, 200 + rank, `${from.join(" and ")} is ${to} in ${environment}`, {
          criteria: { productArns, severityLabels: from.map(equals) },
          update: { severity: { label: to } },
        }),
      ),
    ...(severities.length === 0
      ? []
      : [
          rule(environment, "suppressed-severities", 300, `Suppresses ${severities.join(", ")} in ${environment}`, {
            criteria: { productArns, severityLabels: severities.map(equals), complianceStatuses: [passed] },
            update: { workflow: { status: "SUPPRESSED" } },
          }),
        ]),
    ...rules.suppressControls.map(({ controlId, reason }) =>
      rule(environment, `suppressed-${controlId}`, 400, `Suppresses ${controlId} in ${environment}: ${reason}`, {
        criteria: { complianceSecurityControlIds: [equals(controlId)], complianceStatuses: [passed] },
        update: { workflow: { status: "SUPPRESSED" }, note: { text: reason, updatedBy: "Bulwark" } },
      }),
    ),
  ];
}

function rule(
  environment: string,
  what: string,
  ruleOrder: number,
  description: string,
  { criteria, update }: { readonly criteria: object; readonly update: object },
): Unplaced {
  return {
    key: `${environment}-${what}`,
    wanted: {
      ...{ description, ruleOrder, criteria },
      actions: [{ type: "FINDING_FIELDS_UPDATE", findingFieldsUpdate: update }],
    },
  };
}

/**
 * Accounts in the fewest groups that AWS allows. Each has a group that is its own as long as their number stays, or the next one with room:
 * an account that comes or goes changes few of them, and all of them only where one more or less is needed.
 */
export function accountGroups(accounts: readonly string[]): string[][] {
  const groups = Array.from({ length: Math.ceil(accounts.length / MOST_ACCOUNTS) }, (): string[] => []);
  for (const account of [...accounts].sort()) {
    const own = Number(account) % groups.length;
    const inTurn = [...groups.slice(own), ...groups.slice(0, own)];
    inTurn.find((group) => group.length < MOST_ACCOUNTS)?.push(account);
  }
  return groups;
}
