import type { FeatureStatus, MemberFeaturesConfiguration } from "@aws-sdk/client-guardduty";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, type InputsOf, list, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { guardDutyClient, notOwned } from "./client.ts";

const properties = {
  accountId: string({ required: true, replaces: true }),
  detectorId: string({ required: true, replaces: true }),
  name: string({ replaces: true }),
  status: string({ required: true }),
  // A list, so that another order than AWS's is a difference, as in the real provider.
  additionalConfigurations: list(block({ name: string({ required: true }), status: string({ required: true }) })),
};
type Inputs = InputsOf<typeof properties>;

const idOf = ({ detectorId, accountId, name }: Inputs) => `${detectorId}/${accountId}/${name}`;

async function put(place: Place, inputs: Inputs, doing: string): Promise<void> {
  const guardDuty = await place.client(guardDutyClient);
  const { detectorId, accountId, name, status, additionalConfigurations } = inputs;
  await during(`${doing} GuardDuty Member Detector Feature (${idOf(inputs)})`, async () => {
    const { UnprocessedAccounts = [] } = await guardDuty.updateMemberDetectors({
      DetectorId: detectorId,
      AccountIds: [accountId],
      Features: [
        {
          Name: name as NonNullable<MemberFeaturesConfiguration["Name"]>,
          Status: status as FeatureStatus,
          ...(additionalConfigurations === undefined
            ? {}
            : {
                AdditionalConfiguration: additionalConfigurations.map((each) => ({
                  Name: each.name as "EKS_ADDON_MANAGEMENT",
                  Status: each.status as FeatureStatus,
                })),
              }),
        },
      ],
    });
    const [first] = UnprocessedAccounts;
    if (first) throw new Error(first.Result);
  });
}

export const memberDetectorFeature = resource({
  title: "GuardDuty Member Detector Feature",
  properties,
  label: idOf,
  async create(place, inputs) {
    await put(place, inputs, "creating");
    return idOf(inputs);
  },
  async read(place, id) {
    const [detectorId = "", accountId = "", name] = id.split("/");
    const guardDuty = await place.client(guardDutyClient);
    const found = await unless(
      guardDuty.getMemberDetectors({ DetectorId: detectorId, AccountIds: [accountId] }),
      notOwned,
    );
    // An account that is no member is left unprocessed, which the real provider takes for gone.
    const features = found?.MemberDataSourceConfigurations?.[0]?.Features ?? [];
    const feature = features.find((each) => each.Name === name);
    return (
      feature && {
        accountId,
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
  update: (place, _id, inputs) => put(place, inputs, "updating"),
  /** The real provider leaves the feature as it is. */
  delete: async () => undefined,
});
