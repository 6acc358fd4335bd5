/** The accounts that have no baseline, as names have them. */
export const CORE_ACCOUNTS = { management: "management", security: "security", logArchive: "log-archive" } as const;
export type CoreAccount = keyof typeof CORE_ACCOUNTS;

/** All of them. */
export const coreAccounts = Object.keys(CORE_ACCOUNTS) as CoreAccount[];

/** The end of a name of what a core account has in a region. */
export function corePlace(account: CoreAccount, region: string): string {
  return `${CORE_ACCOUNTS[account]}-${region}`;
}

interface Features {
  readonly config: { readonly enabled: boolean; readonly coreAccounts: { readonly enabled: boolean } };
}

/** Whether the admin stack records in the core accounts. */
export function recordsCoreAccounts({ config }: Features): boolean {
  return config.enabled && config.coreAccounts.enabled;
}

interface Covered {
  readonly regions: readonly string[];
  readonly features: Features;
  readonly logArchiveRegions?: readonly string[] | undefined;
}

/** The regions in which a core account is recorded. The log archive is the one that may lack some: nothing else needs it there. */
export function recordedRegions(inputs: Covered, account: CoreAccount): readonly string[] {
  if (!recordsCoreAccounts(inputs.features)) return [];
  const { regions, logArchiveRegions = regions } = inputs;
  return account === "logArchive" ? regions.filter((region) => logArchiveRegions.includes(region)) : regions;
}
