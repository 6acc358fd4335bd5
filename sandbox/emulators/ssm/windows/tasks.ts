import type {
  DeregisterTaskFromMaintenanceWindowRequest,
  DescribeMaintenanceWindowTasksRequest,
  DescribeMaintenanceWindowTasksResult,
  GetMaintenanceWindowTaskRequest,
  RegisterTaskWithMaintenanceWindowRequest,
  RegisterTaskWithMaintenanceWindowResult,
  UpdateMaintenanceWindowTaskRequest,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../../gateway/emulator.ts";
import { visibleDocument } from "../documents/find.ts";
import { given, invalid, listed, type Ssm, uuid, type WindowTask } from "../state.ts";
import { missing, windowOf } from "./find.ts";
import { checkTask } from "./window-rules.ts";

/** Tasks of a window (Systems Manager quotas). */
const MOST_TASKS = 20;

/** The tasks of a maintenance window. */
export function windowTaskOperations(ssm: Ssm): Record<string, Operation> {
  function find(call: Call<{ WindowId: string | undefined; WindowTaskId: string | undefined }>) {
    const window = windowOf(ssm, call, call.input.WindowId);
    const task = window.tasks.get(call.input.WindowTaskId ?? "");
    if (task === undefined) throw missing(`Maintenance window task ${call.input.WindowTaskId}`);
    return { window, task };
  }

  function checkDocument(call: Call<unknown>, type: string | undefined, name = ""): void {
    if (type !== "RUN_COMMAND" && type !== "AUTOMATION") return;
    if (visibleDocument(ssm, call, name) === undefined) throw missing(`Document ${name}`);
  }

  /** Without a role of its own a task works as the service-linked role, which AWS makes when it is not there. */
  async function roleOf({ accountId }: Call<unknown>, given: string | undefined): Promise<string> {
    if (given !== undefined) return given;
    await ssm.aws.ensureServiceLinkedRole(accountId, "ssm.amazonaws.com");
    const { partition } = ssm.aws.organization;
    return `arn:${partition}:iam::${accountId}:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM`;
  }

  /** As the calls on one task tell it: the type under another name than the list has. */
  const told = ({ Type, ...task }: WindowTask) => given({ ...task, TaskType: Type });

  return {
    RegisterTaskWithMaintenanceWindow: async (
      call: Call<RegisterTaskWithMaintenanceWindowRequest>,
    ): Promise<RegisterTaskWithMaintenanceWindowResult> => {
      const { ClientToken: _token, TaskType: Type, ...wanted } = call.input;
      const { tasks, targets } = windowOf(ssm, call, wanted.WindowId);
      checkTask({ ...wanted, TaskType: Type }, new Set(targets.keys()));
      checkDocument(call, Type, wanted.TaskArn);
      if (tasks.size >= MOST_TASKS) {
        throw new AwsError(
          "ResourceLimitExceededException",
          `A maintenance window can have at most ${MOST_TASKS} tasks.`,
        );
      }
      const WindowTaskId = uuid(ssm);
      tasks.set(WindowTaskId, {
        Priority: 0,
        // A task without targets has a placeholder for both.
        MaxConcurrency: "1",
        MaxErrors: "1",
        Targets: [],
        ...given(wanted),
        Type,
        WindowTaskId,
        ServiceRoleArn: await roleOf(call, wanted.ServiceRoleArn),
      });
      return { WindowTaskId };
    },

    UpdateMaintenanceWindowTask: async (call: Call<UpdateMaintenanceWindowTaskRequest>): Promise<object> => {
      const { Replace = false, ...wanted } = call.input;
      const { window, task } = find(call);
      const { WindowId, WindowTaskId = "", Type, ServiceRoleArn, Priority = 0 } = task;
      if (Replace && wanted.TaskArn === undefined) throw invalid("TaskArn is required with Replace.");
      const kept = Replace ? { WindowId, WindowTaskId, Type, ServiceRoleArn, Priority } : task;
      const merged: WindowTask = { ...kept, ...given(wanted) };
      const { MaxConcurrency, MaxErrors } = merged;
      const isTargetless = (merged.Targets ?? []).length === 0;
      const limits = isTargetless && !Replace ? {} : given({ MaxConcurrency, MaxErrors });
      const { MaxConcurrency: _concurrency, MaxErrors: _errors, Type: _type, ...rest } = merged;
      checkTask({ ...rest, ...limits, TaskType: Type }, new Set(window.targets.keys()));
      checkDocument(call, Type, merged.TaskArn);
      const placeholders = isTargetless ? { MaxConcurrency: "1", MaxErrors: "1", Targets: [] } : {};
      window.tasks.set(WindowTaskId, {
        ...merged,
        ...placeholders,
        ServiceRoleArn: await roleOf(call, merged.ServiceRoleArn),
      });
      const { TaskType: _told, ...answer } = told(window.tasks.get(WindowTaskId) as WindowTask);
      return answer;
    },

    GetMaintenanceWindowTask: (call: Call<GetMaintenanceWindowTaskRequest>): object => told(find(call).task),

    DeregisterTaskFromMaintenanceWindow: (call: Call<DeregisterTaskFromMaintenanceWindowRequest>): object => {
      const { window, task } = find(call);
      window.tasks.delete(task.WindowTaskId ?? "");
      return { WindowId: window.id, WindowTaskId: task.WindowTaskId };
    },

    DescribeMaintenanceWindowTasks: (
      call: Call<DescribeMaintenanceWindowTasksRequest>,
    ): DescribeMaintenanceWindowTasksResult => {
      const { WindowId, Filters = [] } = call.input;
      const wanted = [...windowOf(ssm, call, WindowId).tasks.values()].filter((each) =>
        Filters.every(({ Key, Values = [] }) => {
          const value = {
            WindowTaskId: each.WindowTaskId,
            TaskArn: each.TaskArn,
            Priority: each.Priority,
            TaskType: each.Type,
          };
          if (!Object.hasOwn(value, Key ?? "")) {
            throw invalid(`The filter key ${Key} is not valid: use WindowTaskId, TaskArn, Priority or TaskType.`);
          }
          return Values.includes(String(value[Key as keyof typeof value]));
        }),
      );
      const { items, next } = listed(wanted, call.input, { code: "ValidationException" });
      return { Tasks: items.map(({ TaskInvocationParameters, ...task }) => task), ...next };
    },
  };
}
