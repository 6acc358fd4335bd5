import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { iamClient } from "./client.ts";

/** Switches each feature on or off, one call for each, as the provider does. */
async function change(place: Place, before: readonly string[], after: readonly string[]): Promise<string> {
  const iam = await place.client(iamClient);
  const calls = {
    RootCredentialsManagement: [
      () => iam.enableOrganizationsRootCredentialsManagement({}),
      () => iam.disableOrganizationsRootCredentialsManagement({}),
    ],
    RootSessions: [() => iam.enableOrganizationsRootSessions({}), () => iam.disableOrganizationsRootSessions({})],
  } as const;
  let organizationId = "";
  for (const [feature, [enable, disable]] of Object.entries(calls)) {
    if (before.includes(feature) === after.includes(feature)) continue;
    const { OrganizationId } = await (after.includes(feature) ? enable() : disable());
    organizationId = OrganizationId ?? organizationId;
  }
  return organizationId;
}

/** Its id is the organization's. */
export const organizationsFeatures = resource({
  title: "IAM Organizations Features",
  global: true,
  properties: { enabledFeatures: set(string(), { required: true }) },
  create: (place, inputs) => change(place, [], inputs.enabledFeatures),
  async read(place, id) {
    const iam = await place.client(iamClient);
    const found = await unless(iam.listOrganizationsFeatures({}), "ServiceAccessNotEnabledException");
    if (!found?.EnabledFeatures?.length || found.OrganizationId !== id) return undefined;
    return { enabledFeatures: found.EnabledFeatures };
  },
  async update(place, _id, inputs, _changed, prior) {
    await change(place, prior.enabledFeatures ?? [], inputs.enabledFeatures);
  },
  async delete(place, _id, state) {
    await change(place, state.enabledFeatures ?? [], []);
  },
});
