import { page } from "../page.ts";
import { invalid } from "./rejections.ts";

/** One page of a list in Inspector's terms. Throws `ValidationException` for a bad token. */
export function listPage<Item>(
  items: readonly Item[],
  request: { maxResults?: number | undefined; nextToken?: string | undefined },
  defaultLimit: number,
): { readonly items: Item[]; readonly nextToken: string | undefined } {
  const cut = page(items, {
    // Clients send an empty token for the first page.
    token: request.nextToken || undefined,
    limit: request.maxResults,
    defaultLimit,
    badToken: () => invalid("The pagination token is not valid", "FIELD_VALIDATION_FAILED"),
  });
  return { items: cut.items, nextToken: cut.nextToken };
}
