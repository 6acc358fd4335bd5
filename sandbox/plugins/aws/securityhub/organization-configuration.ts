import type { AutoEnableStandards, OrganizationConfigurationConfigurationType } from "@aws-sdk/client-securityhub";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, type InputsOf, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { absent, securityHubClient } from "./client.ts";

const properties = {
  autoEnable: boolean({ required: true }),
  autoEnableStandards: string({ computed: true }),
  organizationConfiguration: block({ configurationType: string({ required: true }) }, { computed: true }),
};

async function put(place: Place, inputs: InputsOf<typeof properties>): Promise<void> {
  const hub = await place.client(securityHubClient);
  await during(`updating Security Hub Organization Configuration (${place.accountId})`, () =>
    hub.updateOrganizationConfiguration({
      AutoEnable: inputs.autoEnable,
      AutoEnableStandards: inputs.autoEnableStandards as AutoEnableStandards | undefined,
      OrganizationConfiguration: {
        ConfigurationType: (inputs.organizationConfiguration?.configurationType ??
          "LOCAL") as OrganizationConfigurationConfigurationType,
      },
    }),
  );
}

/** The configuration once it is no longer pending; undefined when Security Hub is off. */
async function settled(place: Place) {
  const hub = await place.client(securityHubClient);
  return waitFor({ within: 180_000, signal: place.cancelled }, async () => {
    const found = await unless(hub.describeOrganizationConfiguration({}), ...absent);
    if (!found) return { gone: true as const };
    const { Status, StatusMessage } = found.OrganizationConfiguration ?? {};
    if (Status === "FAILED") throw new Error(`unexpected state 'FAILED', StatusMessage: ${StatusMessage}`);
    return Status === "PENDING" ? undefined : { gone: false as const, found };
  });
}

export const organizationConfiguration = resource({
  title: "Security Hub Organization Configuration",
  properties,
  async create(place, inputs) {
    await put(place, inputs);
    return place.accountId;
  },
  async read(place) {
    const answer = await settled(place);
    if (answer.gone) return undefined;
    const configurationType = answer.found.OrganizationConfiguration?.ConfigurationType;
    return {
      autoEnable: answer.found.AutoEnable,
      autoEnableStandards: answer.found.AutoEnableStandards,
      ...(configurationType ? { organizationConfiguration: { configurationType } } : {}),
    };
  },
  update: (place, _id, inputs) => put(place, inputs),
  /** It cannot be deleted: local mode without auto-enable lets the administrator be removed. */
  async delete(place) {
    const hub = await place.client(securityHubClient);
    const off = hub.updateOrganizationConfiguration({
      AutoEnable: false,
      AutoEnableStandards: "NONE",
      OrganizationConfiguration: { ConfigurationType: "LOCAL" },
    });
    await unless(off, ...absent);
    await settled(place);
  },
});
