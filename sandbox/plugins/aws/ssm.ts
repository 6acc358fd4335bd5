import type { ResourceTypes } from "../provider/resource.ts";
import { association } from "./ssm/association.ts";
import { defaultPatchBaseline } from "./ssm/default-patch-baseline.ts";
import { document } from "./ssm/document.ts";
import { maintenanceWindow } from "./ssm/maintenance-window.ts";
import { maintenanceWindowTarget } from "./ssm/maintenance-window-target.ts";
import { maintenanceWindowTask } from "./ssm/maintenance-window-task.ts";
import { parameter } from "./ssm/parameter.ts";
import { patchBaseline } from "./ssm/patch-baseline.ts";
import { patchGroup } from "./ssm/patch-group.ts";
import { resourceDataSync } from "./ssm/resource-data-sync.ts";
import { serviceSetting } from "./ssm/service-setting.ts";

export const ssm: ResourceTypes = {
  "aws:ssm/association:Association": association,
  "aws:ssm/defaultPatchBaseline:DefaultPatchBaseline": defaultPatchBaseline,
  "aws:ssm/document:Document": document,
  "aws:ssm/maintenanceWindow:MaintenanceWindow": maintenanceWindow,
  "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget": maintenanceWindowTarget,
  "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask": maintenanceWindowTask,
  "aws:ssm/parameter:Parameter": parameter,
  "aws:ssm/patchBaseline:PatchBaseline": patchBaseline,
  "aws:ssm/patchGroup:PatchGroup": patchGroup,
  "aws:ssm/resourceDataSync:ResourceDataSync": resourceDataSync,
  "aws:ssm/serviceSetting:ServiceSetting": serviceSetting,
};
