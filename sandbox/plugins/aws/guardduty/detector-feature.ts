import type { DetectorAdditionalConfiguration, DetectorFeature, FeatureStatus } from "@aws-sdk/client-guardduty";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, type InputsOf, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { guardDutyClient, notOwned } from "./client.ts";

const properties = {
  detectorId: string({ required: true, replaces: true }),
  name: string({ replaces: true }),
  status: string({ required: true }),
  additionalConfigurations: set(
    block({ name: string({ required: true, replaces: true }), status: string({ required: true }) }),
  ),
};

async function put(place: Place, inputs: InputsOf<typeof properties>): Promise<void> {
  const guardDuty = await place.client(guardDutyClient);
  const { detectorId, name, status, additionalConfigurations = [] } = inputs;
  await during(`updating GuardDuty Detector (${detectorId}) Feature (${name})`, () =>
    guardDuty.updateDetector({
      DetectorId: detectorId,
      Features: [
        {
          Name: name as DetectorFeature,
          Status: status as FeatureStatus,
          ...(additionalConfigurations.length === 0
            ? {}
            : {
                AdditionalConfiguration: additionalConfigurations.map((each) => ({
                  Name: each.name as NonNullable<DetectorAdditionalConfiguration["Name"]>,
                  Status: each.status as FeatureStatus,
                })),
              }),
        },
      ],
    }),
  );
}

export const detectorFeature = resource({
  title: "GuardDuty Detector Feature",
  properties,
  async create(place, inputs) {
    await put(place, inputs);
    return `${inputs.detectorId}/${inputs.name}`;
  },
  async read(place, id) {
    const [detectorId = "", name] = id.split("/");
    const guardDuty = await place.client(guardDutyClient);
    const found = await unless(guardDuty.getDetector({ DetectorId: detectorId }), notOwned);
    const feature = found?.Features?.find((each) => each.Name === name);
    return (
      feature && {
        detectorId,
        name: feature.Name,
        status: feature.Status,
        additionalConfigurations: (feature.AdditionalConfiguration ?? []).map(({ Name = "", Status = "" }) => ({
          name: Name,
          status: Status,
        })),
      }
    );
  },
  update: (place, _id, inputs) => put(place, inputs),
  /** The real provider leaves the feature as it is. */
  delete: async () => undefined,
});
