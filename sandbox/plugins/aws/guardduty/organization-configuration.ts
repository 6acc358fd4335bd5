import type { AutoEnableMembers } from "@aws-sdk/client-guardduty";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { type InputsOf, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { guardDutyClient, notOwned } from "./client.ts";

const properties = {
  autoEnableOrganizationMembers: string({ required: true }),
  detectorId: string({ required: true, replaces: true }),
};

async function put(place: Place, inputs: InputsOf<typeof properties>): Promise<void> {
  const guardDuty = await place.client(guardDutyClient);
  await during(`updating GuardDuty Organization Configuration (${inputs.detectorId})`, () =>
    guardDuty.updateOrganizationConfiguration({
      DetectorId: inputs.detectorId,
      AutoEnableOrganizationMembers: inputs.autoEnableOrganizationMembers as AutoEnableMembers,
    }),
  );
}

export const organizationConfiguration = resource({
  title: "GuardDuty Organization Configuration",
  properties,
  async create(place, inputs) {
    await put(place, inputs);
    return inputs.detectorId;
  },
  async read(place, id) {
    const guardDuty = await place.client(guardDutyClient);
    const found = await unless(guardDuty.describeOrganizationConfiguration({ DetectorId: id }), notOwned);
    return found && { autoEnableOrganizationMembers: found.AutoEnableOrganizationMembers, detectorId: id };
  },
  update: (place, _id, inputs) => put(place, inputs),
  /** The real provider leaves the configuration as it is. */
  delete: async () => undefined,
});
