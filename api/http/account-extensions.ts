import { type Extension, refusals } from "../../programs/extensions/extensions.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import { settleWeakenings, type Weakening } from "../accounts/weakenings.ts";
import { type FieldError, Problem } from "../problem.ts";
import { findAccount } from "../store/accounts.ts";
import type { Db } from "../store/connection.ts";

interface ExtensionOptions {
  readonly settings: OrganizationSettings;
  readonly now: () => Date;
}

/**
 * Lets entries through that add and tighten within what the organization set.
 *
 * @throws Problem 422 that names each field and the rule that forbids it
 */
export function requirePermitted(
  { settings }: Pick<ExtensionOptions, "settings">,
  extensions: readonly Extension[] | null | undefined,
): void {
  refuse(refusals(extensions ?? [], settings));
}

/** Throws where entries are not permitted; `found` has paths from their list. */
function refuse(found: readonly FieldError[]): void {
  const errors = found.map((error) => ({ ...error, field: `extensions.${error.field}` }));
  if (errors.length === 0) return;
  const detail = errors.map(({ field, message, allowed }) => `${field}: ${message}. Allowed: ${allowed}`).join("; ");
  throw new Problem("extension-not-permitted", detail, { errors });
}

/**
 * The account's weakenings with these entries.
 *
 * @throws Problem 422 that names each entry that would hold for too long, or is over already
 */
export function settled(
  { now }: Pick<ExtensionOptions, "now">,
  former: readonly Weakening[],
  entries: readonly Extension[],
  by: string,
): readonly Weakening[] {
  const { weakenings, errors } = settleWeakenings(former, entries, { by, now: now() });
  refuse(errors);
  return weakenings;
}

/** What was asked for and decided so far; none of an account that is not known. */
export async function weakeningsOf(db: Db, accountId: string): Promise<readonly Weakening[]> {
  return (await findAccount(db, accountId))?.weakenings ?? [];
}
