import { Analyzer } from "@pulumi/aws/accessanalyzer/analyzer.js";
import { ArchiveRule } from "@pulumi/aws/accessanalyzer/archiveRule.js";
import { DelegatedAdministrator } from "@pulumi/aws/organizations/delegatedAdministrator.js";
import type { ArchiveRuleSetting } from "../access-analyzer-settings.ts";
import { awsNames, names, TAGS } from "../names.ts";
import type { AdminStack } from "./stack.ts";
import type { TrustedAccess } from "./trusted-access.ts";
import { ANALYZER_SERVICE } from "./trusted-services.ts";

/** Makes the security account the administrator of IAM Access Analyzer; for all regions at once. */
export function analyzerDelegation(stack: AdminStack, trusted: TrustedAccess): DelegatedAdministrator {
  const { inputs, management, declare } = stack;
  return declare(
    DelegatedAdministrator,
    {
      name: names.delegatedAdministrator(ANALYZER_SERVICE),
      region: "global",
      wanted: { accountId: inputs.accounts.security, servicePrincipal: ANALYZER_SERVICE },
    },
    { provider: management, dependsOn: [trusted[ANALYZER_SERVICE]] },
  );
}

/**
 * What finds access: in every region what is shared beyond the organization and, if it is asked for, in one region what nobody uses; with
 * the rules that archive what is known. A rule archives findings to come, not those that are there (Access Analyzer API, CreateArchiveRule).
 *
 * @returns the analyzers of external access by region; none where the section is switched off
 */
export function accessAnalyzers(
  stack: AdminStack,
  delegation: DelegatedAdministrator,
): readonly (readonly [string, Analyzer])[] {
  const { inputs } = stack;
  const { enabled, unusedAccess, archiveRules } = inputs.features.accessAnalyzer;
  if (!enabled) return [];
  const analyzers = inputs.regions.map((region) => [region, organizationAnalyzer(stack, region, delegation)] as const);
  const kinds = {
    external: analyzers,
    unused: unusedAccess.enabled ? [unusedAccessAnalyzer(stack, delegation)] : [],
  };
  for (const rule of archiveRules) {
    for (const [region, analyzer] of kinds[rule.analyzer]) {
      if (rule.regions?.includes(region) ?? true) archiveRule(stack, region, analyzer, rule);
    }
  }
  return analyzers;
}

function organizationAnalyzer(stack: AdminStack, region: string, delegation: DelegatedAdministrator): Analyzer {
  const { security, declare } = stack;
  return declare(
    Analyzer,
    {
      name: names.organizationAnalyzer(region),
      region,
      wanted: { analyzerName: awsNames.organizationAnalyzer, type: "ORGANIZATION", tags: TAGS },
      keep: ["analyzerName", "tags"],
    },
    { provider: security, dependsOn: [delegation] },
  );
}

function unusedAccessAnalyzer(stack: AdminStack, delegation: DelegatedAdministrator): readonly [string, Analyzer] {
  const { inputs, security } = stack;
  const { region = inputs.homeRegion, age } = inputs.features.accessAnalyzer.unusedAccess;
  const analyzer = new Analyzer(
    names.unusedAccessAnalyzer(region),
    {
      region,
      analyzerName: awsNames.unusedAccessAnalyzer,
      type: "ORGANIZATION_UNUSED_ACCESS",
      configuration: { unusedAccess: { unusedAccessAge: age } },
      tags: TAGS,
    },
    // Another age is another analyzer, and AWS takes one of a name.
    { provider: security, dependsOn: [delegation], deleteBeforeReplace: true },
  );
  return [region, analyzer];
}

function archiveRule({ security }: AdminStack, region: string, analyzer: Analyzer, rule: ArchiveRuleSetting): void {
  new ArchiveRule(
    names.archiveRule(rule.analyzer, rule.name, region),
    {
      region,
      analyzerName: analyzer.analyzerName,
      ruleName: awsNames.archiveRule(rule.name),
      filters: rule.criteria.map(({ key, equals, notEquals, contains, exists }) => ({
        criteria: key,
        ...(equals === undefined ? {} : { eqs: equals }),
        ...(notEquals === undefined ? {} : { neqs: notEquals }),
        ...(contains === undefined ? {} : { contains }),
        ...(exists === undefined ? {} : { exists: String(exists) }),
      })),
    },
    { provider: security },
  );
}
