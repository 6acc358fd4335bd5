import { environmentRules } from "../../programs/admin/environment-rules.ts";
import type { Extension } from "../../programs/extensions/extensions.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import { environmentsOf } from "./environments.ts";
import { countingExtensions, type Weakening } from "./weakenings.ts";

/** What an account takes of what AWS allows the security account for all accounts together. */
export interface Sharing {
  readonly accountId: string;
  readonly environment: string | null;
  readonly extensions: readonly Extension[];
  readonly weakenings: readonly Weakening[];
}

/** More than AWS allows. */
export interface Excess {
  readonly type: "suppression" | "archiveRule";
  readonly region: string;
  /** One sentence: what, how many, and which accounts take most of it. */
  readonly message: string;
}

/**
 * Automation rules of a Security Hub administrator in a region (Security Hub CSPM User Guide, "Understanding automation rules"), and archive rules of an
 * analyzer (IAM User Guide, "IAM Access Analyzer quotas"). Neither can be raised by much, and both are of the fleet: an entry of one account may be the one for
 * which there is no room.
 */
const MOST = { suppression: 100, archiveRule: 100 } as const;
/** Of so many accounts the ids are told. */
const NAMED = 3;

/** An entry that waits for its approval counts as well: it may have it before the next one is looked at. One that has ended is undone by a rule of the same name. */
function entriesOf({ extensions, weakenings }: Sharing, now: Date): readonly Extension[] {
  const { endedExtensions } = countingExtensions(extensions, weakenings, now);
  const again = ({ type, name }: Extension) => extensions.some((entry) => entry.type === type && entry.name === name);
  return [...extensions, ...endedExtensions.filter((entry) => !again(entry))];
}

/**
 * The limits that an account would exceed by what it asks for: not those that others have exceeded already, which it may still ask for less of. Pure.
 *
 * @param fleet all accounts but this one
 */
export function exceededBy(
  asked: Sharing,
  { before, fleet }: { readonly before: Sharing | undefined; readonly fleet: readonly Sharing[] },
  settings: Parameters<typeof excesses>[1],
  now: Date,
): Excess[] {
  const takes = (account: Sharing | undefined, { type, region }: Excess) =>
    account === undefined ? 0 : taking(account, type, region, settings, now).length;
  return excesses([...fleet, asked], settings, now).filter((excess) => takes(asked, excess) > takes(before, excess));
}

function taking(
  account: Sharing,
  type: Excess["type"],
  region: string,
  { regions }: Pick<OrganizationSettings, "regions">,
  now: Date,
): readonly Extension[] {
  return entriesOf(account, now).filter((entry) => entry.type === type && (entry.regions ?? regions).includes(region));
}

/** Where the accounts together would take more of a limit than AWS allows; by type and region. Pure. */
export function excesses(
  fleet: readonly Sharing[],
  settings: Pick<OrganizationSettings, "partition" | "regions" | "features">,
  now: Date,
): Excess[] {
  const { automationRules } = settings.features.securityHub;
  const placed = fleet.flatMap(({ accountId, environment }) =>
    environment === null ? [] : [{ accountId, environment }],
  );
  const environments = environmentsOf(placed, automationRules);
  const own = {
    suppression: (region: string) =>
      environmentRules(automationRules, environments, { partition: settings.partition, region }).length,
    archiveRule: (region: string) =>
      settings.features.accessAnalyzer.archiveRules.filter(
        ({ analyzer, regions }) => analyzer !== "unused" && (regions === undefined || regions.includes(region)),
      ).length,
  };
  return settings.regions.flatMap((region) =>
    (["suppression", "archiveRule"] as const).flatMap((type) => {
      const takers = fleet.flatMap((account) =>
        taking(account, type, region, settings, now).map(() => account.accountId),
      );
      const organization = own[type](region);
      if (takers.length === 0 || takers.length + organization <= MOST[type]) return [];
      const what = type === "suppression" ? "automation rules of Security Hub" : "archive rules of IAM Access Analyzer";
      return [
        {
          ...{ type, region },
          message: `${what} in ${region} would be ${takers.length + organization}, ${organization} by the settings and ${takers.length} by accounts (most by ${mostOf(takers)}), where AWS allows ${MOST[type]}`,
        },
      ];
    }),
  );
}

function mostOf(accountIds: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const accountId of accountIds) counts.set(accountId, (counts.get(accountId) ?? 0) + 1);
  return [...counts]
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .slice(0, NAMED)
    .map(([accountId, count]) => `${accountId}: ${count}`)
    .join(", ");
}
