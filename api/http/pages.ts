import { z } from "zod";
import { invalidField } from "../problem.ts";

/**
 * Query fields of a list.
 *
 * @param most items of a page
 * @param longest characters of a cursor
 */
export function pageQueryOf(most: number, longest: number) {
  const wrong = `must be a whole number from 1 to ${most}`;
  return {
    limit: z
      .string()
      .regex(/^[1-9]\d{0,3}$/, wrong)
      .transform(Number)
      .refine((limit) => limit <= most, wrong)
      .optional()
      .meta({
        description: "Items per page.",
        openapi: { type: "integer", minimum: 1, maximum: most, default: defaultLimit },
      }),
    cursor: z
      .string()
      .max(longest)
      .optional()
      .meta({ description: "`nextCursor` of the page before, with the same filters." }),
  };
}

export const defaultLimit = 50;

/** Query fields of the lists that the database has. */
export const pageQuery = pageQueryOf(500, 500);

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** Which list, under which filters: a cursor is good for exactly that. */
export type Scope = Readonly<Record<string, string | undefined>>;

const Cursor = z.strictObject({
  v: z.literal(1),
  scope: z.record(z.string(), z.string()),
  after: z.string().min(1).max(8_000),
});

/**
 * One page of a list that is ordered by a key: what follows the cursor's key. Rows that are added or removed meanwhile shift nothing.
 *
 * @throws Problem 400 that names `cursor` or `limit`
 */
export async function page<Row, Item>(options: {
  readonly query: { readonly limit?: number | undefined; readonly cursor?: string | undefined };
  readonly scope: Scope;
  /** Shape of a key, so that a made-up cursor is refused before it reaches the database. */
  readonly key: RegExp;
  readonly fetch: (after: string | undefined, limit: number) => Promise<readonly Row[]>;
  readonly keyOf: (row: Row) => string;
  readonly present: (row: Row) => Item;
}): Promise<Page<Item>> {
  const { query, keyOf, present } = options;
  const limit = query.limit ?? defaultLimit;
  const after = query.cursor === undefined ? undefined : afterCursor(query.cursor, options.scope, options.key);
  const rows = await options.fetch(after, limit + 1);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? cursorOf(options.scope, keyOf(last)) : null;
  return { items: items.map(present), nextCursor };
}

/** The cursor of what follows a key in a list. */
export function cursorOf(scope: Scope, after: string): string {
  return Buffer.from(JSON.stringify({ v: 1, scope, after } satisfies CursorInput)).toString("base64url");
}

type CursorInput = Omit<z.infer<typeof Cursor>, "scope"> & { readonly scope: Scope };

/**
 * The key that a cursor was made of.
 *
 * @throws Problem 400 that names `cursor`, where it was made for another list or has no such key
 */
export function afterCursor(text: string, scope: Scope, key: RegExp): string {
  const allowed = "the nextCursor of an earlier page of this list, with the same filters";
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    throw invalidField("cursor", "is not a cursor", allowed);
  }
  const cursor = Cursor.safeParse(value);
  if (!cursor.success || !key.test(cursor.data.after)) throw invalidField("cursor", "is not a cursor", allowed);
  if (JSON.stringify(sorted(cursor.data.scope)) !== JSON.stringify(sorted(scope))) {
    throw invalidField("cursor", "belongs to a list with other filters", allowed);
  }
  return cursor.data.after;
}

function sorted(scope: Scope): [string, string | undefined][] {
  return Object.entries(scope)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
}
