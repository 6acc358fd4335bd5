import { page } from "../page.ts";
import { invalidNextToken } from "./errors.ts";

/** Items of a page unless the caller wants fewer; `MaxResults` may not exceed it either. */
const PAGE = 20;

/** One page of an Organizations list; spread what is beside `items` into the answer. */
export function listPage<Item>(
  items: readonly Item[],
  input: { readonly NextToken?: string | undefined; readonly MaxResults?: number | undefined },
): { readonly items: Item[]; readonly NextToken?: string } {
  const { items: shown, nextToken } = page(items, {
    token: input.NextToken,
    limit: input.MaxResults,
    defaultLimit: PAGE,
    badToken: invalidNextToken,
  });
  return nextToken === undefined ? { items: shown } : { items: shown, NextToken: nextToken };
}
