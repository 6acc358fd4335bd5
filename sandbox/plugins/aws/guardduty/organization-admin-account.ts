import { during } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { guardDutyClient } from "./client.ts";

async function administrator(place: Place, id: string) {
  const guardDuty = await place.client(guardDutyClient);
  const { AdminAccounts = [] } = await guardDuty.listOrganizationAdminAccounts({});
  return AdminAccounts.find(({ AdminAccountId }) => AdminAccountId === id);
}

export const organizationAdminAccount = resource({
  title: "GuardDuty Organization Admin Account",
  properties: { adminAccountId: string({ required: true, replaces: true }) },
  async create(place, inputs, made) {
    const guardDuty = await place.client(guardDutyClient);
    const id = inputs.adminAccountId;
    await during(`enabling GuardDuty Organization Admin Account (${id})`, () =>
      guardDuty.enableOrganizationAdminAccount({ AdminAccountId: id }),
    );
    made(id);
    await during(`waiting for GuardDuty Organization Admin Account (${id}) to enable`, () =>
      waitFor({ within: 300_000, signal: place.cancelled }, async () =>
        (await administrator(place, id))?.AdminStatus === "ENABLED" ? true : undefined,
      ),
    );
    return id;
  },
  async read(place, id) {
    const found = await administrator(place, id);
    return found && { adminAccountId: found.AdminAccountId };
  },
  async delete(place, id) {
    if (!(await administrator(place, id))) return;
    const guardDuty = await place.client(guardDutyClient);
    await during(`disabling GuardDuty Organization Admin Account (${id})`, () =>
      guardDuty.disableOrganizationAdminAccount({ AdminAccountId: id }),
    );
    await during(`waiting for GuardDuty Organization Admin Account (${id}) to disable`, () =>
      waitFor({ within: 300_000, signal: place.cancelled }, async () =>
        (await administrator(place, id)) === undefined ? true : undefined,
      ),
    );
  },
});
