import type { Adoption } from "./adoption.ts";
import { resourceTypes } from "./resource-types.ts";

/** The id under which the provider imports an account's scans: the account, then the scans in alphabetical order. */
export function enablerId(accountId: string, scans: readonly string[]): string {
  return `${accountId}-${[...scans].sort().join(":")}`;
}

/** Adopts the scans that an account has on; none where it has none. */
export function adoptScans(name: string, region: string, accountId: string, scans: readonly string[] = []): Adoption[] {
  if (scans.length === 0) return [];
  const before = [...scans].sort();
  return [
    {
      type: resourceTypes.inspectorScans,
      name,
      region,
      id: enablerId(accountId, before),
      before: { accountIds: [accountId], resourceTypes: before },
      decision: "adopt",
      reason: `Inspector scans ${before.join(", ")} of account ${accountId} in ${region} already`,
    },
  ];
}

/**
 * The scans to ask for: the wanted ones, and what an adopted account had on before, because the provider switches off what is not named and
 * a baseline never weakens what it finds.
 */
export function scansOf(adoptions: readonly Adoption[], name: string, wanted: readonly string[]): string[] {
  const before = adoptions.find((adoption) => adoption.name === name)?.before.resourceTypes;
  return [...new Set([...wanted, ...(Array.isArray(before) ? (before as string[]) : [])])].sort();
}
