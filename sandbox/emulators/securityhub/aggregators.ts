/** Which regions send their findings to the home region. */
export type LinkingMode = "ALL_REGIONS" | "ALL_REGIONS_EXCEPT_SPECIFIED" | "SPECIFIED_REGIONS" | "NO_REGIONS";

/** Cross-region aggregation of one account: it has at most one, wherever its home region is. */
export interface Aggregator {
  readonly arn: string;
  readonly homeRegion: string;
  mode: LinkingMode;
  regions: readonly string[];
}

/** Every account's aggregator. */
export class Aggregators {
  readonly #accounts = new Map<string, Aggregator>();

  of(accountId: string): Aggregator | undefined {
    return this.#accounts.get(accountId);
  }

  set(accountId: string, aggregator: Aggregator): void {
    this.#accounts.set(accountId, aggregator);
  }

  remove(accountId: string): void {
    this.#accounts.delete(accountId);
  }

  /** The region to which findings of `region` are replicated for an account, if it is another one. */
  homeOf(accountId: string, region: string): string | undefined {
    const aggregator = this.#accounts.get(accountId);
    if (aggregator === undefined || aggregator.homeRegion === region) return undefined;
    return links(aggregator, region) ? aggregator.homeRegion : undefined;
  }
}

/** Whether an aggregator takes the findings of a region. */
export function links(aggregator: Aggregator, region: string): boolean {
  switch (aggregator.mode) {
    case "ALL_REGIONS":
      return true;
    case "ALL_REGIONS_EXCEPT_SPECIFIED":
      return !aggregator.regions.includes(region);
    case "SPECIFIED_REGIONS":
      return aggregator.regions.includes(region);
    case "NO_REGIONS":
      return false;
  }
}
