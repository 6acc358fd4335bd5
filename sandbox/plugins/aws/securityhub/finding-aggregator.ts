import { unless } from "../../provider/errors.ts";
import { type InputsOf, output, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { absent, securityHubClient } from "./client.ts";

const properties = {
  linkingMode: string({ required: true }),
  specifiedRegions: set(string()),
  arn: output(string()),
};

function linking(inputs: InputsOf<typeof properties>) {
  const named = ["ALL_REGIONS_EXCEPT_SPECIFIED", "SPECIFIED_REGIONS"].includes(inputs.linkingMode);
  return {
    RegionLinkingMode: inputs.linkingMode,
    ...(named && inputs.specifiedRegions ? { Regions: [...inputs.specifiedRegions] } : {}),
  };
}

export const findingAggregator = resource({
  title: "Security Hub Finding Aggregator",
  properties,
  async create(place, inputs) {
    const hub = await place.client(securityHubClient);
    const { FindingAggregatorArn } = await hub.createFindingAggregator(linking(inputs));
    return FindingAggregatorArn ?? "";
  },
  async read(place, id) {
    const hub = await place.client(securityHubClient);
    const found = await unless(hub.getFindingAggregator({ FindingAggregatorArn: id }), ...absent);
    return (
      found && {
        linkingMode: found.RegionLinkingMode,
        specifiedRegions: found.Regions,
        arn: found.FindingAggregatorArn,
      }
    );
  },
  async update(place, id, inputs) {
    const hub = await place.client(securityHubClient);
    await hub.updateFindingAggregator({ FindingAggregatorArn: id, ...linking(inputs) });
  },
  async delete(place, id) {
    const hub = await place.client(securityHubClient);
    await unless(hub.deleteFindingAggregator({ FindingAggregatorArn: id }), ...absent);
  },
});
