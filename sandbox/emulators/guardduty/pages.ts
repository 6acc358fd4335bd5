import { page } from "../page.ts";
import { invalidInput } from "./rejections.ts";

/** One page of a list in GuardDuty's terms: 50 items unless the caller says less. Throws `BadRequestException` for a bad token. */
export function listPage<Item>(
  items: readonly Item[],
  request: { MaxResults?: number | undefined; NextToken?: string | undefined },
): { readonly items: Item[]; readonly NextToken?: string } {
  const cut = page(items, {
    // Clients send an empty token for the first page.
    token: request.NextToken || undefined,
    limit: request.MaxResults,
    defaultLimit: 50,
    badToken: invalidInput,
  });
  return { items: cut.items, ...(cut.nextToken === undefined ? {} : { NextToken: cut.nextToken }) };
}
