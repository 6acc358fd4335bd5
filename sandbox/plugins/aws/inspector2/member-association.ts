import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { inspector2Client } from "./client.ts";

const title = "Inspector2 Member Association";

/** The member, unless it is none any more. */
async function memberOf(place: Place, accountId: string) {
  const inspector = await place.client(inspector2Client);
  const found = await unless(
    inspector.getMember({ accountId }),
    "AccessDeniedException: Invoking account does not have access to get member account",
    "ResourceNotFoundException",
  );
  return found?.member?.relationshipStatus === "REMOVED" ? undefined : found?.member;
}

export const memberAssociation = resource({
  title,
  properties: {
    accountId: string({ required: true, replaces: true }),
    delegatedAdminAccountId: output(string()),
    relationshipStatus: output(string()),
    updatedAt: output(string()),
  },
  label: (inputs) => inputs.accountId,
  async create(place, { accountId }, made) {
    const inspector = await place.client(inspector2Client);
    await inspector.associateMember({ accountId });
    made(accountId);
    await during(`waiting for ${title} (${accountId}) create`, () =>
      waitFor({ within: 300_000, signal: place.cancelled }, async () =>
        (await memberOf(place, accountId))?.relationshipStatus === "ENABLED" ? true : undefined,
      ),
    );
    return accountId;
  },
  async read(place, id) {
    const found = await memberOf(place, id);
    return (
      found && {
        accountId: found.accountId,
        delegatedAdminAccountId: found.delegatedAdminAccountId,
        relationshipStatus: found.relationshipStatus,
        // RFC 3339 in whole seconds, as Go writes it.
        updatedAt: found.updatedAt?.toISOString().replace(/\.\d+Z$/, "Z"),
      }
    );
  },
  async delete(place, id) {
    const inspector = await place.client(inspector2Client);
    await unless(inspector.disassociateMember({ accountId: id }), "ValidationException: is not yet associated to it");
    await during(`waiting for ${title} (${id}) delete`, () =>
      waitFor({ within: 300_000, signal: place.cancelled }, async () =>
        (await memberOf(place, id)) === undefined ? true : undefined,
      ),
    );
  },
});
