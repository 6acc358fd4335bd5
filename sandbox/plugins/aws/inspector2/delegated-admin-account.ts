import { during, isAwsError, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { inspector2Client } from "./client.ts";

const title = "Amazon Inspector Delegated Admin Account";
/** The real provider's time limit for both ways, in milliseconds. */
const patience = 15_000;

async function statusOf(place: Place, id: string): Promise<string | undefined> {
  const inspector = await place.client(inspector2Client);
  try {
    const { delegatedAdminAccounts = [] } = await inspector.listDelegatedAdminAccounts({});
    return delegatedAdminAccounts.find(({ accountId }) => accountId === id)?.status;
  } catch (error) {
    // The administrator itself gets no list.
    if (isAwsError(error, "ValidationException: is the delegated admin")) return "ENABLED";
    throw error;
  }
}

export const delegatedAdminAccount = resource({
  title,
  properties: {
    accountId: string({ required: true, replaces: true }),
    relationshipStatus: output(string()),
  },
  label: (inputs) => inputs.accountId,
  async create(place, inputs, made) {
    const inspector = await place.client(inspector2Client);
    const id = inputs.accountId;
    await unless(
      inspector.enableDelegatedAdminAccount({ delegatedAdminAccountId: id }),
      "ConflictException: already enabled",
    );
    made(id);
    await during(`waiting for creation ${title} (${id})`, () =>
      waitFor({ within: patience, signal: place.cancelled }, async () =>
        (await statusOf(place, id)) === "ENABLED" ? true : undefined,
      ),
    );
    return id;
  },
  async read(place, id) {
    const relationshipStatus = await statusOf(place, id);
    return relationshipStatus === undefined ? undefined : { accountId: id, relationshipStatus };
  },
  async delete(place, id) {
    const inspector = await place.client(inspector2Client);
    await unless(inspector.disableDelegatedAdminAccount({ delegatedAdminAccountId: id }), "ResourceNotFoundException");
    await during(`waiting for delete ${title} (${id})`, () =>
      waitFor({ within: patience, signal: place.cancelled }, async () =>
        (await statusOf(place, id)) === undefined ? true : undefined,
      ),
    );
  },
});
