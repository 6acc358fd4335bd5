import { during } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, type InputsOf, output } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { inspector2Client } from "./client.ts";

const autoEnableFields = {
  ec2: boolean({ required: true }),
  ecr: boolean({ required: true }),
  lambda: boolean({ default: false }),
  lambdaCode: boolean({ default: false }),
  codeRepository: boolean({ default: false }),
};

type AutoEnable = InputsOf<typeof autoEnableFields>;

const title = "Amazon Inspector Organization Configuration";
const names = ["ec2", "ecr", "lambda", "lambdaCode", "codeRepository"] as const;
const nothing: AutoEnable = { ec2: false, ecr: false, lambda: false, lambdaCode: false, codeRepository: false };

async function live(place: Place) {
  const inspector = await place.client(inspector2Client);
  const { autoEnable, maxAccountLimitReached } = await inspector.describeOrganizationConfiguration({});
  const given = names.map((name) => [name, autoEnable?.[name] ?? false]);
  return { autoEnable: Object.fromEntries(given) as AutoEnable, maxAccountLimitReached };
}

/** Sets the preferences and waits until they are to be seen. */
async function put(place: Place, id: string, wanted: AutoEnable): Promise<void> {
  const inspector = await place.client(inspector2Client);
  await during(`updating ${title} (${id})`, () =>
    inspector.updateOrganizationConfiguration({ autoEnable: { ...nothing, ...wanted } }),
  );
  await during(`waiting for update ${title} (${id})`, () =>
    waitFor({ within: 300_000, signal: place.cancelled }, async () => {
      const { autoEnable } = await live(place);
      return names.every((name) => autoEnable[name] === (wanted[name] ?? false)) ? true : undefined;
    }),
  );
}

export const organizationConfiguration = resource({
  title,
  properties: {
    autoEnable: block(autoEnableFields, { required: true }),
    maxAccountLimitReached: output(boolean()),
  },
  async create(place, inputs) {
    await put(place, place.accountId, inputs.autoEnable);
    return place.accountId;
  },
  read: (place) => live(place),
  update: (place, id, inputs) => put(place, id, inputs.autoEnable),
  delete: (place, id) => put(place, id, nothing),
});
