import { type OrganizationsClient, paginateListAccounts, paginateListParents } from "@aws-sdk/client-organizations";

/** What is asked of the organization. */
export interface Organization {
  /** Ids of all accounts that are in it. */
  accounts(): Promise<readonly string[]>;
  /** The ids of every organizational unit above an account, and of the root. */
  unitsAbove(accountId: string): Promise<readonly string[]>;
}

/** Milliseconds for which an answer counts: accounts seldom come and move, and Organizations takes few calls a second. */
const KEPT = 60 * 60 * 1000;

/** Asks Organizations, as a delegated administrator may (AWS Organizations API reference, ListAccounts and ListParents), and remembers for an hour. */
export function readOrganization(client: OrganizationsClient, now: () => Date): Organization {
  const known = new Map<string, { readonly at: number; readonly value: Promise<readonly string[]> }>();
  const remembered = (key: string, ask: () => Promise<readonly string[]>): Promise<readonly string[]> => {
    const kept = known.get(key);
    if (kept !== undefined && now().getTime() - kept.at < KEPT) return kept.value;
    const value = ask();
    known.set(key, { at: now().getTime(), value });
    // What failed is asked again.
    value.catch(() => known.delete(key));
    return value;
  };
  return {
    accounts: () =>
      remembered("accounts", async () => {
        const ids: string[] = [];
        for await (const { Accounts = [] } of paginateListAccounts({ client }, {})) {
          ids.push(...Accounts.flatMap(({ Id }) => Id ?? []));
        }
        return ids;
      }),
    unitsAbove: (accountId) =>
      remembered(accountId, async () => {
        const units: string[] = [];
        let child: string | undefined = accountId;
        while (child !== undefined) {
          let parent: { Id?: string | undefined; Type?: string | undefined } | undefined;
          for await (const { Parents = [] } of paginateListParents({ client }, { ChildId: child }))
            parent ??= Parents[0];
          if (parent?.Id !== undefined) units.push(parent.Id);
          child = parent?.Type === "ORGANIZATIONAL_UNIT" ? parent.Id : undefined;
        }
        return units;
      }),
  };
}
