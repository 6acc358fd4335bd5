/** What a list call says about the page it wants: the model's `NextToken` and `MaxResults`, however they are spelled. */
export interface PageRequest {
  readonly token?: string | undefined;
  readonly limit?: number | undefined;
  /** Items of a page when the caller names no limit. */
  readonly defaultLimit: number;
  /** The service's own error for a token that it never gave. */
  badToken(): Error;
}

/**
 * Cuts one page out of a list. Tokens are opaque to callers, as AWS's are, and `nextToken` is absent on the last page.
 * Throws `badToken()` for a token that no page of this list ended with.
 */
export function page<Item>(
  items: readonly Item[],
  request: PageRequest,
): { readonly items: Item[]; readonly nextToken?: string } {
  const start = request.token === undefined ? 0 : offsetOf(request.token);
  if (start === undefined || start > items.length) throw request.badToken();
  const end = start + (request.limit ?? request.defaultLimit);
  const shown = items.slice(start, end);
  return end < items.length ? { items: shown, nextToken: tokenOf(end) } : { items: shown };
}

function tokenOf(offset: number): string {
  return Buffer.from(`page:${offset}`).toString("base64url");
}

function offsetOf(token: string): number | undefined {
  const match = /^page:(\d+)$/.exec(Buffer.from(token, "base64url").toString("latin1"));
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
