import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { ssmClient } from "./client.ts";

type Permissions = Readonly<Record<string, string>> | undefined;

/** Accounts that one call takes. */
const BATCH = 20;

/** Fails as the provider does for permissions that are not complete. */
export function checkPermissions(permissions: Permissions): void {
  if (permissions === undefined || Object.keys(permissions).length === 0) return;
  if (permissions.type === undefined) throw new Error('validating Permissions: "permissions": "type" must be defined');
  if (permissions.type !== "Share")
    throw new Error('validating Permissions: "permissions": only Share "type" supported');
  if (permissions.account_ids === undefined) {
    throw new Error('validating Permissions: "permissions": "account_ids" must be defined');
  }
}

/** The accounts of `account_ids`, which are joined by commas. */
export function accountsOf(permissions: Permissions): string[] {
  return permissions?.account_ids?.split(",").filter((id) => id !== "") ?? [];
}

/** Brings the accounts that a document is shared with from `before` to `after`. */
export async function share(
  place: Place,
  name: string,
  before: readonly string[],
  after: readonly string[],
): Promise<void> {
  const ssm = await place.client(ssmClient);
  const modify = (change: { AccountIdsToAdd?: string[]; AccountIdsToRemove?: string[] }) =>
    during(`modifying SSM Document (${name}) permissions`, () =>
      unless(ssm.modifyDocumentPermission({ Name: name, PermissionType: "Share", ...change }), "InvalidDocument"),
    );
  for (const batch of batches(after.filter((id) => !before.includes(id)))) await modify({ AccountIdsToAdd: batch });
  for (const batch of batches(before.filter((id) => !after.includes(id)))) await modify({ AccountIdsToRemove: batch });
}

/** The permissions of a document; in the words of the state where the accounts are the same. */
export async function permissionsOf(place: Place, name: string, prior: Permissions): Promise<Permissions> {
  const ssm = await place.client(ssmClient);
  const found: string[] = [];
  for (let token: string | undefined; ; ) {
    const page = await ssm.describeDocumentPermission({ Name: name, PermissionType: "Share", NextToken: token });
    found.push(...(page.AccountIds ?? []));
    token = page.NextToken;
    if (!token) break;
  }
  if (found.length === 0) return undefined;
  const known = accountsOf(prior);
  const same = known.length === found.length && known.every((id) => found.includes(id));
  return same ? prior : { type: "Share", account_ids: found.join(",") };
}

function batches(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / BATCH) }, (_, index) =>
    ids.slice(index * BATCH, (index + 1) * BATCH),
  );
}
