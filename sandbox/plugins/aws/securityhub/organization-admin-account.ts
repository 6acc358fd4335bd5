import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { absent, securityHubClient } from "./client.ts";

async function administrator(place: Place, id: string) {
  const hub = await place.client(securityHubClient);
  const outside = "AccessDeniedException: Your account is not a member of an organization";
  const found = await unless(hub.listOrganizationAdminAccounts({}), outside);
  return found?.AdminAccounts?.find(({ AccountId }) => AccountId === id);
}

export const organizationAdminAccount = resource({
  title: "Security Hub Organization Admin Account",
  properties: { adminAccountId: string({ required: true, replaces: true }) },
  async create(place, inputs, made) {
    const hub = await place.client(securityHubClient);
    const id = inputs.adminAccountId;
    await during(`enabling Security Hub Organization Admin Account (${id})`, () =>
      hub.enableOrganizationAdminAccount({ AdminAccountId: id }),
    );
    made(id);
    await during(`waiting for Security Hub Organization Admin Account (${id}) create`, () =>
      waitFor({ within: 300_000, signal: place.cancelled }, async () =>
        (await administrator(place, id))?.Status === "ENABLED" ? true : undefined,
      ),
    );
    return id;
  },
  async read(place, id) {
    const found = await administrator(place, id);
    return found && { adminAccountId: found.AccountId };
  },
  async delete(place, id) {
    if (!(await administrator(place, id))) return;
    const hub = await place.client(securityHubClient);
    await during(`disabling Security Hub Organization Admin Account (${id})`, () =>
      unless(hub.disableOrganizationAdminAccount({ AdminAccountId: id }), ...absent),
    );
    await during(`waiting for Security Hub Organization Admin Account (${id}) delete`, () =>
      waitFor({ within: 300_000, signal: place.cancelled }, async () =>
        (await administrator(place, id)) === undefined ? true : undefined,
      ),
    );
  },
});
