import { type Environments, environmentRules, MOST_RULES } from "./admin/environment-rules.ts";
import type { Extension } from "./extensions/extensions.ts";
import type { FeatureSettings } from "./feature-settings.ts";
import type { Partition } from "./partition.ts";
import type { Problem } from "./problem.ts";

/** What of the organization decides how much the admin stack takes; the inputs of the admin stack are such. */
export interface Organization {
  readonly partition: Partition;
  readonly regions: readonly string[];
  readonly features: FeatureSettings;
  readonly environments: Environments;
}

interface Entry {
  readonly type: Extension["type"];
  readonly name: string;
  /** All of the account where absent. */
  readonly regions?: readonly string[] | undefined;
}

/** An account and what its entries take, or may take once they are approved and deployed. */
export interface Holder {
  /** As people are told: the account's id, or what else names it before it has one. */
  readonly holder: string;
  readonly entries: readonly Entry[];
}

/** All that takes of the limits: what is recorded, and beside it what is deployed still. */
export interface Fleet {
  /** A rule that is in several of them is taken once. */
  readonly organizations: readonly Organization[];
  readonly holders: readonly Holder[];
}

interface SharedLimit {
  readonly what: string;
  /** Service principal. */
  readonly service: string;
  readonly most: number;
  /** Of which an account takes one in each region. */
  readonly entry: Extension["type"];
  /** Where the settings take theirs. */
  readonly setting: string;
  /** Names of what the admin stack takes in a region. */
  own(organization: Organization, region: string): readonly string[];
}

/**
 * What AWS limits in the security account, region by region, and every account of the organization takes of. What else accounts bring is in
 * the accounts, each with limits of its own; what only settings bring is limited there.
 *
 * Sources: Security Hub CSPM User Guide, "Understanding automation rules" (100 of an administrator, in a region); IAM User Guide, "IAM Access
 * Analyzer quotas" (100 archive rules of an analyzer, the default).
 */
const SHARED_LIMITS: readonly SharedLimit[] = [
  {
    what: "Security Hub automation rules",
    service: "securityhub.amazonaws.com",
    most: MOST_RULES,
    entry: "suppression",
    setting: "features.securityHub.automationRules",
    own: ({ partition, features, environments }, region) =>
      environmentRules(features.securityHub.automationRules, environments, { partition, region }).map(({ key }) => key),
  },
  {
    what: "archive rules of the organization's analyzer",
    service: "access-analyzer.amazonaws.com",
    most: 100,
    entry: "archiveRule",
    setting: "features.accessAnalyzer.archiveRules",
    own: ({ features: { accessAnalyzer } }, region) =>
      accessAnalyzer.enabled
        ? accessAnalyzer.archiveRules
            .filter(({ analyzer, regions }) => analyzer === "external" && (regions?.includes(region) ?? true))
            .map(({ name }) => name)
        : [],
  },
];

/** The limits and what takes of them, for a page. */
export function sharedLimitsText(): string {
  return SHARED_LIMITS.map(({ what, most, entry }) => `${most} ${what} in a region (\`${entry}\`)`).join(", ");
}

/** How much of one limit is taken in one region. */
export interface Use {
  readonly limit: SharedLimit;
  readonly region: string;
  readonly taken: number;
  /** Of those, by the organization's settings. */
  readonly bySettings: number;
  /** By whom the rest, most first. */
  readonly byHolder: readonly (readonly [holder: string, count: number])[];
}

/**
 * Counts what the fleet takes of each limit in each region. Regions that an account has not enabled are counted too: an entry that names
 * none takes as much in the home region, which every account has.
 */
export function sharedUse({ organizations, holders }: Fleet): Use[] {
  const regions = [...new Set(organizations.flatMap((organization) => organization.regions))].sort();
  return SHARED_LIMITS.flatMap((limit) =>
    regions.map((region): Use => {
      const own = organizations.filter((organization) => organization.regions.includes(region));
      const bySettings = new Set(own.flatMap((organization) => limit.own(organization, region))).size;
      const byHolder = holders
        .map(({ holder, entries }) => [holder, countIn(region, limit.entry, entries)] as const)
        .filter(([, count]) => count > 0)
        .sort(([a, most], [b, other]) => other - most || (a < b ? -1 : 1));
      const taken = byHolder.reduce((sum, [, count]) => sum + count, bySettings);
      return { limit, region, taken, bySettings, byHolder };
    }),
  );
}

function countIn(region: string, type: Entry["type"], entries: readonly Entry[]): number {
  const here = entries.filter((entry) => entry.type === type && (entry.regions?.includes(region) ?? true));
  return new Set(here.map(({ name }) => name)).size;
}

/** Where more is taken than AWS allows, and more than before: what makes room is never held up. */
export function overruns(before: readonly Use[], after: readonly Use[]): Use[] {
  return after.filter(({ limit, region, taken }) => {
    const former = before.find((use) => use.limit === limit && use.region === region)?.taken ?? 0;
    return taken > limit.most && taken > former;
  });
}

const WARN_FROM = 0.8;

/** Where little is left, one sentence each. */
export function scarce(uses: readonly Use[]): string[] {
  return uses
    .filter(({ limit, taken }) => taken >= limit.most * WARN_FROM)
    .map(({ limit, region, taken }) => `${taken} of ${limit.most} ${limit.what} are taken in ${region}`);
}

/** So many accounts are named; the rest is summed. */
const NAMED = 3;

/** @param mayKnow whether who is told may know of the holder; of all others only a sum is told */
export function overrunProblem(
  { limit, region, taken, bySettings, byHolder }: Use,
  mayKnow: (holder: string) => boolean = () => true,
): Required<Problem> {
  const named = byHolder.filter(([holder]) => mayKnow(holder)).slice(0, NAMED);
  const others = taken - bySettings - named.reduce((sum, [, count]) => sum + count, 0);
  const parts = [
    ...(bySettings > 0 ? [`${bySettings} by ${limit.setting}`] : []),
    ...named.map(([holder, count]) => `${count} by ${holder}`),
    ...(others > 0 ? [`${others} by other accounts`] : []),
  ];
  return {
    region,
    service: limit.service,
    message: `${taken} ${limit.what} would be taken in ${region}, where AWS allows ${limit.most} for all accounts together: ${parts.join(", ")}`,
    remedy: `Take entries of type ${limit.entry} out of accounts, or rules out of ${limit.setting}, and deploy that first: until then what was deployed still counts. Of a weakening that was approved the end counts too, since it is undone for 30 days after.`,
  };
}
