import type { OrganizationFeatureConfiguration, OrgFeatureStatus } from "@aws-sdk/client-guardduty";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, type InputsOf, list, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { guardDutyClient, notOwned } from "./client.ts";

const properties = {
  detectorId: string({ required: true, replaces: true }),
  name: string({ replaces: true }),
  autoEnable: string({ required: true }),
  additionalConfigurations: list(
    block({ name: string({ required: true, replaces: true }), autoEnable: string({ required: true }) }),
  ),
};

/** The call wants the preference for members each time: it stays what it is. */
async function put(place: Place, inputs: InputsOf<typeof properties>): Promise<void> {
  const guardDuty = await place.client(guardDutyClient);
  const { detectorId, name, autoEnable, additionalConfigurations = [] } = inputs;
  const { AutoEnableOrganizationMembers } = await during(
    `reading GuardDuty Organization Configuration (${detectorId})`,
    () => guardDuty.describeOrganizationConfiguration({ DetectorId: detectorId }),
  );
  await during(`updating GuardDuty Organization Configuration (${detectorId}) Feature (${name})`, () =>
    guardDuty.updateOrganizationConfiguration({
      DetectorId: detectorId,
      AutoEnableOrganizationMembers,
      Features: [
        {
          Name: name as NonNullable<OrganizationFeatureConfiguration["Name"]>,
          AutoEnable: autoEnable as OrgFeatureStatus,
          ...(additionalConfigurations.length === 0
            ? {}
            : {
                AdditionalConfiguration: additionalConfigurations.map((each) => ({
                  Name: each.name as "EKS_ADDON_MANAGEMENT",
                  AutoEnable: each.autoEnable as OrgFeatureStatus,
                })),
              }),
        },
      ],
    }),
  );
}

export const organizationConfigurationFeature = resource({
  title: "GuardDuty Organization Configuration Feature",
  properties,
  async create(place, inputs) {
    await put(place, inputs);
    return `${inputs.detectorId}/${inputs.name}`;
  },
  async read(place, id) {
    const [detectorId = "", name] = id.split("/");
    const guardDuty = await place.client(guardDutyClient);
    const found = await unless(guardDuty.describeOrganizationConfiguration({ DetectorId: detectorId }), notOwned);
    const feature = found?.Features?.find((each) => each.Name === name);
    return (
      feature && {
        detectorId,
        name: feature.Name,
        autoEnable: feature.AutoEnable,
        additionalConfigurations: (feature.AdditionalConfiguration ?? []).map(({ Name = "", AutoEnable = "" }) => ({
          name: Name,
          autoEnable: AutoEnable,
        })),
      }
    );
  },
  update: (place, _id, inputs) => put(place, inputs),
  /** The real provider leaves the configuration as it is. */
  delete: async () => undefined,
});
