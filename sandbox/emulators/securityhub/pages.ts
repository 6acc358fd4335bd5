import { page } from "../page.ts";
import { invalidInput } from "./errors.ts";

/** Paging members that the list operations of Security Hub share. */
export interface Paged {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

/**
 * One page of a list, as `{ items, NextToken? }`.
 *
 * @throws `InvalidInputException` for a token that no page ended with
 */
export function pageOf<Item>(
  items: readonly Item[],
  input: Paged,
  defaultLimit: number,
): { readonly items: Item[]; readonly rest: { readonly NextToken?: string } } {
  const { items: shown, nextToken } = page(items, {
    // An empty token is what the CLI sends for "from the start".
    token: input.NextToken || undefined,
    limit: input.MaxResults,
    defaultLimit,
    badToken: () => invalidInput(`Invalid parameter 'NextToken': ${input.NextToken}`),
  });
  return { items: shown, rest: nextToken === undefined ? {} : { NextToken: nextToken } };
}
