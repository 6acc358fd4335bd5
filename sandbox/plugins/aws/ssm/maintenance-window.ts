import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { boolean, type InputsOf, number, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, tagFields } from "../../provider/tags.ts";
import { changedMoreThanTags, setTags, ssmClient, tagsOf } from "./client.ts";

const properties = {
  name: string({ naming: { length: 255 } }),
  allowUnassociatedTargets: boolean({ default: false }),
  cutoff: number({ required: true }),
  description: string(),
  duration: number({ required: true }),
  enabled: boolean({ default: true }),
  endDate: string(),
  schedule: string({ required: true }),
  scheduleOffset: number(),
  scheduleTimezone: string(),
  startDate: string(),
  ...tagFields,
};

function settingsOf(inputs: InputsOf<typeof properties>) {
  return {
    Name: inputs.name,
    AllowUnassociatedTargets: inputs.allowUnassociatedTargets,
    Cutoff: inputs.cutoff,
    Description: inputs.description || undefined,
    Duration: inputs.duration,
    EndDate: inputs.endDate || undefined,
    Schedule: inputs.schedule,
    ScheduleOffset: inputs.scheduleOffset || undefined,
    ScheduleTimezone: inputs.scheduleTimezone || undefined,
    StartDate: inputs.startDate || undefined,
  };
}

/** A window is made open; whether it stays so is another call. */
async function disable(place: Place, id: string): Promise<void> {
  const ssm = await place.client(ssmClient);
  await during(`disabling SSM Maintenance Window (${id})`, () =>
    ssm.updateMaintenanceWindow({ WindowId: id, Enabled: false }),
  );
}

export const maintenanceWindow = resource({
  title: "SSM Maintenance Window",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs, made) {
    const ssm = await place.client(ssmClient);
    const { WindowId: id = "" } = await ssm.createMaintenanceWindow({
      ...settingsOf(inputs),
      Tags: asPairs(inputs.tagsAll),
    });
    made(id);
    if (!inputs.enabled) await disable(place, id);
    return id;
  },
  async read(place, id) {
    const ssm = await place.client(ssmClient);
    const found = await unless(ssm.getMaintenanceWindow({ WindowId: id }), "DoesNotExistException");
    return (
      found && {
        name: found.Name,
        allowUnassociatedTargets: found.AllowUnassociatedTargets,
        cutoff: found.Cutoff,
        description: found.Description,
        duration: found.Duration,
        enabled: found.Enabled,
        endDate: found.EndDate,
        schedule: found.Schedule,
        scheduleOffset: found.ScheduleOffset,
        scheduleTimezone: found.ScheduleTimezone,
        startDate: found.StartDate,
        tagsAll: await tagsOf(place, "MaintenanceWindow", id),
      }
    );
  },
  async update(place, id, inputs, changed, prior) {
    const ssm = await place.client(ssmClient);
    if (changedMoreThanTags(changed)) {
      // Without Replace nothing that was set could be left out again.
      await ssm.updateMaintenanceWindow({
        WindowId: id,
        ...settingsOf(inputs),
        Enabled: inputs.enabled,
        Replace: true,
      });
    }
    await setTags(place, "MaintenanceWindow", id, prior.tagsAll, inputs.tagsAll);
  },
  async delete(place, id) {
    const ssm = await place.client(ssmClient);
    await unless(ssm.deleteMaintenanceWindow({ WindowId: id }), "DoesNotExistException");
  },
});

/** What a part of a window is named by in an import: `<window id>/<own id>`; in the state it is its own id alone. */
export function partOfWindow(id: string, windowId: string | undefined, part: string): { windowId: string; id: string } {
  if (windowId) return { windowId, id };
  const [, window, own] = /^(mw-[0-9a-f]+)\/(.+)$/.exec(id) ?? [];
  if (window === undefined || own === undefined) {
    throw new Error(`unexpected format of ID (${id}), expected <window-id>/<window-${part}-id>`);
  }
  return { windowId: window, id: own };
}
