import type { ServiceSetting } from "@aws-sdk/client-ssm";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { ssmClient } from "./client.ts";

async function find(place: Place, id: string): Promise<ServiceSetting | undefined> {
  const ssm = await place.client(ssmClient);
  return (await unless(ssm.getServiceSetting({ SettingId: id }), "ServiceSettingNotFound"))?.ServiceSetting;
}

async function settled(place: Place, id: string): Promise<void> {
  await during(`waiting for SSM Service Setting (${id}) update`, () =>
    waitFor({ within: 600_000, every: 250, signal: place.cancelled }, async () =>
      (await find(place, id))?.Status === "PendingUpdate" ? undefined : true,
    ),
  );
}

async function set(place: Place, id: string, value: string): Promise<void> {
  const ssm = await place.client(ssmClient);
  await during(`updating SSM Service Setting (${id})`, () =>
    ssm.updateServiceSetting({ SettingId: id, SettingValue: value }),
  );
  await settled(place, id);
}

/** A setting is always there: deleting it gives it AWS's value again. */
export const serviceSetting = resource({
  title: "SSM Service Setting",
  properties: {
    settingId: string({ required: true, replaces: true }),
    settingValue: string({ required: true }),
    arn: output(string()),
    status: output(string()),
  },
  async create(place, { settingId, settingValue }) {
    await set(place, settingId, settingValue);
    return settingId;
  },
  async read(place, id, prior) {
    const found = await find(place, id);
    // AWS takes the id and the ARN alike; the state keeps what the program says.
    const named = prior.settingId !== undefined && found?.ARN?.endsWith(prior.settingId) ? prior.settingId : id;
    return found && { settingId: named, settingValue: found.SettingValue, arn: found.ARN, status: found.Status };
  },
  update: (place, id, { settingValue }) => set(place, id, settingValue),
  async delete(place, id) {
    const ssm = await place.client(ssmClient);
    await ssm.resetServiceSetting({ SettingId: id });
    await settled(place, id);
  },
});
