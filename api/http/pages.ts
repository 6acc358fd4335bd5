import { z } from "zod";
import { invalidField } from "../problem.ts";

/** Query fields of every list. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, "must be a whole number from 1 to 500")
    .transform(Number)
    .refine((limit) => limit <= 500, "must be a whole number from 1 to 500")
    .optional()
    .meta({
      description: "Items per page.",
      openapi: { type: "integer", minimum: 1, maximum: 500, default: 50 },
    }),
  cursor: z
    .string()
    .max(500)
    .optional()
    .meta({ description: "`nextCursor` of the page before, with the same filters." }),
};

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

const defaultLimit = 50;

/** Which list, under which filters: a cursor is good for exactly that. */
type Scope = Readonly<Record<string, string | undefined>>;

const Cursor = z.strictObject({
  v: z.literal(1),
  scope: z.record(z.string(), z.string()),
  after: z.string().min(1).max(200),
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
  const scope = JSON.parse(JSON.stringify(options.scope)) as Record<string, string>;
  const limit = query.limit ?? defaultLimit;
  const after = query.cursor === undefined ? undefined : decode(query.cursor, scope, options.key);
  const rows = await options.fetch(after, limit + 1);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? encode({ v: 1, scope, after: keyOf(last) }) : null;
  return { items: items.map(present), nextCursor };
}

function encode(cursor: z.infer<typeof Cursor>): string {
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

function decode(text: string, scope: Record<string, string>, key: RegExp): string {
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

function sorted(scope: Record<string, string>): [string, string][] {
  return Object.entries(scope).sort(([one], [other]) => (one < other ? -1 : 1));
}
