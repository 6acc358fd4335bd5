import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { boolean, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { configClient, noRecorder } from "./client.ts";

async function set(place: Place, name: string, enabled: boolean): Promise<void> {
  const config = await place.client(configClient);
  await during(`${enabled ? "starting" : "stopping"} ConfigService Configuration Recorder (${name})`, async () => {
    if (enabled) await config.startConfigurationRecorder({ ConfigurationRecorderName: name });
    else await config.stopConfigurationRecorder({ ConfigurationRecorderName: name });
  });
}

export const recorderStatus = resource({
  title: "ConfigService Configuration Recorder Status",
  properties: {
    name: string({ replaces: true, naming: { length: 255 } }),
    isEnabled: boolean({ required: true }),
  },
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    await set(place, inputs.name ?? "", inputs.isEnabled);
    return inputs.name ?? "";
  },
  async read(place, id) {
    const config = await place.client(configClient);
    const answer = config.describeConfigurationRecorderStatus({ ConfigurationRecorderNames: [id] });
    const found = (await unless(answer, noRecorder))?.ConfigurationRecordersStatus?.[0];
    return found && { name: found.name, isEnabled: found.recording ?? false };
  },
  update: (place, id, inputs) => set(place, id, inputs.isEnabled),
  async delete(place, id) {
    const config = await place.client(configClient);
    await unless(config.stopConfigurationRecorder({ ConfigurationRecorderName: id }), noRecorder);
  },
});
