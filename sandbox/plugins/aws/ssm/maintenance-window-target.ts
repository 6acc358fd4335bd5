import type { MaintenanceWindowResourceType } from "@aws-sdk/client-ssm";
import { unless } from "../../provider/errors.ts";
import { list, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { ssmClient } from "./client.ts";
import { partOfWindow } from "./maintenance-window.ts";
import { target, targetsFrom, targetsTo } from "./targets.ts";

const gone = "DoesNotExistException";

export const maintenanceWindowTarget = resource({
  title: "SSM Maintenance Window Target",
  properties: {
    name: string({ replaces: true, naming: { length: 255 } }),
    description: string({ replaces: true }),
    ownerInformation: string(),
    resourceType: string({ required: true, replaces: true }),
    targets: list(target, { required: true }),
    windowId: string({ required: true, replaces: true }),
  },
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    const ssm = await place.client(ssmClient);
    const { WindowTargetId } = await ssm.registerTargetWithMaintenanceWindow({
      WindowId: inputs.windowId,
      Name: inputs.name,
      Description: inputs.description || undefined,
      OwnerInformation: inputs.ownerInformation || undefined,
      ResourceType: inputs.resourceType as MaintenanceWindowResourceType,
      Targets: targetsTo(inputs.targets),
    });
    return WindowTargetId ?? "";
  },
  async read(place, given, prior) {
    const ssm = await place.client(ssmClient);
    const { windowId, id } = partOfWindow(given, prior.windowId, "target");
    const call = ssm.describeMaintenanceWindowTargets({
      WindowId: windowId,
      Filters: [{ Key: "WindowTargetId", Values: [id] }],
    });
    const found = (await unless(call, gone))?.Targets?.find(({ WindowTargetId }) => WindowTargetId === id);
    return (
      found && {
        id,
        name: found.Name,
        description: found.Description,
        ownerInformation: found.OwnerInformation,
        resourceType: found.ResourceType,
        targets: targetsFrom(found.Targets),
        windowId: found.WindowId,
      }
    );
  },
  async update(place, id, inputs) {
    const ssm = await place.client(ssmClient);
    await ssm.updateMaintenanceWindowTarget({
      WindowId: inputs.windowId,
      WindowTargetId: id,
      Name: inputs.name,
      Description: inputs.description || undefined,
      OwnerInformation: inputs.ownerInformation || undefined,
      Targets: targetsTo(inputs.targets),
      Replace: true,
    });
  },
  async delete(place, id, { windowId }) {
    const ssm = await place.client(ssmClient);
    await unless(ssm.deregisterTargetFromMaintenanceWindow({ WindowId: windowId, WindowTargetId: id }), gone);
  },
});
