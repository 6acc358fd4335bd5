import type { MaintenanceWindowTaskCutoffBehavior, MaintenanceWindowTaskType } from "@aws-sdk/client-ssm";
import { unless } from "../../provider/errors.ts";
import { type InputsOf, list, number, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { ssmClient } from "./client.ts";
import { partOfWindow } from "./maintenance-window.ts";
import { target, targetsFrom, targetsTo } from "./targets.ts";
import { invocationFrom, invocationParameters, invocationTo } from "./task-invocation.ts";

const properties = {
  name: string({ naming: { length: 255 } }),
  cutoffBehavior: string(),
  description: string(),
  maxConcurrency: string({ computed: true }),
  maxErrors: string({ computed: true }),
  priority: number(),
  serviceRoleArn: string({ computed: true }),
  targets: list(target),
  taskArn: string({ required: true }),
  taskInvocationParameters: invocationParameters,
  taskType: string({ required: true, replaces: true }),
  windowId: string({ required: true, replaces: true }),
  arn: output(string()),
  windowTaskId: output(string()),
};

const gone = "DoesNotExistException";

function settingsOf(inputs: InputsOf<typeof properties>) {
  const targets = inputs.targets?.length ? inputs.targets : undefined;
  return {
    WindowId: inputs.windowId,
    Name: inputs.name,
    CutoffBehavior: (inputs.cutoffBehavior || undefined) as MaintenanceWindowTaskCutoffBehavior | undefined,
    Description: inputs.description || undefined,
    // A task without targets has neither.
    MaxConcurrency: targets && (inputs.maxConcurrency || undefined),
    MaxErrors: targets && (inputs.maxErrors || undefined),
    Priority: inputs.priority,
    ServiceRoleArn: inputs.serviceRoleArn || undefined,
    Targets: targetsTo(targets),
    TaskArn: inputs.taskArn,
    TaskInvocationParameters: invocationTo(inputs.taskInvocationParameters),
  };
}

export const maintenanceWindowTask = resource({
  title: "SSM Maintenance Window Task",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    const ssm = await place.client(ssmClient);
    const { WindowTaskId } = await ssm.registerTaskWithMaintenanceWindow({
      ...settingsOf(inputs),
      TaskType: inputs.taskType as MaintenanceWindowTaskType,
    });
    return WindowTaskId ?? "";
  },
  async read(place, given, prior) {
    const ssm = await place.client(ssmClient);
    const { windowId, id } = partOfWindow(given, prior.windowId, "task");
    const found = await unless(ssm.getMaintenanceWindowTask({ WindowId: windowId, WindowTaskId: id }), gone);
    return (
      found && {
        id,
        name: found.Name,
        cutoffBehavior: found.CutoffBehavior,
        description: found.Description,
        maxConcurrency: found.MaxConcurrency,
        maxErrors: found.MaxErrors,
        priority: found.Priority,
        serviceRoleArn: found.ServiceRoleArn,
        targets: targetsFrom(found.Targets),
        taskArn: found.TaskArn,
        taskInvocationParameters: invocationFrom(found.TaskInvocationParameters),
        taskType: found.TaskType,
        windowId: found.WindowId,
        arn: place.arn("ssm", `windowtask/${id}`),
        windowTaskId: id,
      }
    );
  },
  async update(place, id, inputs) {
    const ssm = await place.client(ssmClient);
    const { Priority = 0, ...settings } = settingsOf(inputs);
    await ssm.updateMaintenanceWindowTask({ ...settings, Priority, WindowTaskId: id, Replace: true });
  },
  async delete(place, id, { windowId }) {
    const ssm = await place.client(ssmClient);
    await unless(ssm.deregisterTaskFromMaintenanceWindow({ WindowId: windowId, WindowTaskId: id }), gone);
  },
});
