import { ListParentsCommand, type OrganizationsClient, paginateListAccounts } from "@aws-sdk/client-organizations";

/** Milliseconds for which accounts and units count as read. */
const MAX_AGE = 60 * 60_000;
/** The same where it matters that none is missing: a new account is known within a minute. */
const MISSING_AGE = 60_000;
/** A root has five levels of units below it (AWS Organizations User Guide, "Quotas and service limits"). */
const DEEPEST = 6;

/** The accounts of the organization, as a delegated administrator may ask for them. */
export interface Organization {
  /** Ids of all accounts, as of a minute ago at most: one that is not among them passes for a stranger, and is taken out of policies. */
  accounts(): Promise<readonly string[]>;
  /** Ids of all units above an account, the nearest first, and the root's last; undefined where it is none of the organization. */
  unitsAbove(accountId: string): Promise<readonly string[] | undefined>;
  /** Whether an account is one of the organization. */
  has(accountId: string): Promise<boolean>;
}

/** Organizations, cached for an hour where nothing is decided by what is missing. Rejects where it can't be read: an old answer might protect nobody any more. */
export function organization(client: OrganizationsClient, now: () => Date): Organization {
  const known = new Map<string, { readonly at: number; readonly value: Promise<readonly string[]> }>();

  const cached = (key: string, maxAge: number, ask: () => Promise<readonly string[]>): Promise<readonly string[]> => {
    const at = now().getTime();
    const before = known.get(key);
    if (before !== undefined && at - before.at < maxAge) return before.value;
    const value = ask();
    known.set(key, { at, value });
    value.catch(() => known.delete(key));
    return value;
  };

  const accounts = (maxAge: number) =>
    cached("accounts", maxAge, async () => {
      const ids: string[] = [];
      try {
        for await (const { Accounts = [] } of paginateListAccounts({ client }, {})) {
          ids.push(...Accounts.flatMap(({ Id }) => Id ?? []));
        }
      } catch (error) {
        throw during("listing the accounts of the organization", error);
      }
      return ids;
    });

  const has = async (accountId: string): Promise<boolean> =>
    (await accounts(MAX_AGE)).includes(accountId) || (await accounts(MISSING_AGE)).includes(accountId);

  return {
    accounts: () => accounts(MISSING_AGE),
    has,
    async unitsAbove(accountId) {
      if (!(await has(accountId))) return undefined;
      const units: string[] = [];
      // An entity has exactly one parent (API reference, ListParents).
      for (let child = accountId; units.length < DEEPEST; ) {
        const [parent] = await cached(`parent ${child}`, MAX_AGE, async () => {
          try {
            const { Parents = [] } = await client.send(new ListParentsCommand({ ChildId: child }));
            return Parents.flatMap(({ Id }) => Id ?? []);
          } catch (error) {
            throw during(`listing the parents of ${child}`, error);
          }
        });
        if (parent === undefined) throw new Error(`listing the parents of ${child}: AWS tells of none`);
        units.push(parent);
        if (parent.startsWith("r-")) break;
        child = parent;
      }
      return units;
    },
  };
}

const during = (activity: string, error: unknown) =>
  new Error(`${activity}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
