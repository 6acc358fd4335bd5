import type {
  DeregisterTargetFromMaintenanceWindowRequest,
  DescribeMaintenanceWindowTargetsRequest,
  DescribeMaintenanceWindowTargetsResult,
  MaintenanceWindowTarget,
  RegisterTargetWithMaintenanceWindowRequest,
  RegisterTargetWithMaintenanceWindowResult,
  Target,
  UpdateMaintenanceWindowTargetRequest,
  UpdateMaintenanceWindowTargetResult,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../../gateway/emulator.ts";
import { targetProblem } from "../association-rules.ts";
import { given, invalid, listed, type MaintenanceWindow, type Ssm, uuid } from "../state.ts";
import { missing, windowOf } from "./find.ts";

/** Targets of a window (Systems Manager quotas). */
const MOST_TARGETS = 100;

function check(targets: readonly Target[] = [], resourceType = "INSTANCE"): void {
  if (targets.length === 0) throw invalid("At least one target must be given.");
  for (const target of targets) {
    const problem = targetProblem(target);
    if (problem !== undefined) throw invalid(problem);
    const grouped = target.Key?.startsWith("resource-groups:") === true;
    if (grouped !== (resourceType === "RESOURCE_GROUP")) {
      throw invalid(`The target ${target.Key} does not go with the resource type ${resourceType}.`);
    }
  }
}

/** What a maintenance window works on. */
export function windowTargetOperations(ssm: Ssm): Record<string, Operation> {
  function find(call: Call<{ WindowId: string | undefined; WindowTargetId: string | undefined }>) {
    const window = windowOf(ssm, call, call.input.WindowId);
    const target = window.targets.get(call.input.WindowTargetId ?? "");
    if (target === undefined) throw missing(`Maintenance window target ${call.input.WindowTargetId}`);
    return { window, target };
  }

  const isUsed = ({ tasks }: MaintenanceWindow, id: string) =>
    [...tasks.values()].some(({ Targets = [] }) =>
      Targets.some(({ Key, Values }) => Key === "WindowTargetIds" && Values?.includes(id)),
    );

  return {
    RegisterTargetWithMaintenanceWindow: (
      call: Call<RegisterTargetWithMaintenanceWindowRequest>,
    ): RegisterTargetWithMaintenanceWindowResult => {
      const { ClientToken: _token, ...wanted } = call.input;
      const { targets } = windowOf(ssm, call, wanted.WindowId);
      check(wanted.Targets, wanted.ResourceType);
      if (targets.size >= MOST_TARGETS) {
        throw new AwsError(
          "ResourceLimitExceededException",
          `A maintenance window can have at most ${MOST_TARGETS} targets.`,
        );
      }
      const WindowTargetId = uuid(ssm);
      targets.set(WindowTargetId, { ...given(wanted), WindowTargetId });
      return { WindowTargetId };
    },

    UpdateMaintenanceWindowTarget: (
      call: Call<UpdateMaintenanceWindowTargetRequest>,
    ): UpdateMaintenanceWindowTargetResult => {
      const { Replace = false, ...wanted } = call.input;
      const { window, target } = find(call);
      const { WindowId, WindowTargetId = "", ResourceType } = target;
      const merged: MaintenanceWindowTarget = {
        ...(Replace ? { WindowId, WindowTargetId, ResourceType } : target),
        ...given(wanted),
      };
      check(merged.Targets, ResourceType);
      window.targets.set(WindowTargetId, merged);
      const { ResourceType: _type, ...told } = merged;
      return told;
    },

    DeregisterTargetFromMaintenanceWindow: (call: Call<DeregisterTargetFromMaintenanceWindowRequest>): object => {
      const { window, target } = find(call);
      const { WindowTargetId = "" } = target;
      if (call.input.Safe === true && isUsed(window, WindowTargetId)) {
        throw new AwsError("TargetInUseException", `The target ${WindowTargetId} is still referenced by a task.`);
      }
      window.targets.delete(WindowTargetId);
      return { WindowId: window.id, WindowTargetId };
    },

    DescribeMaintenanceWindowTargets: (
      call: Call<DescribeMaintenanceWindowTargetsRequest>,
    ): DescribeMaintenanceWindowTargetsResult => {
      const { WindowId, Filters = [] } = call.input;
      const wanted = [...windowOf(ssm, call, WindowId).targets.values()].filter((each) =>
        Filters.every(({ Key, Values = [] }) => {
          if (Key === "Type") return Values.includes(String(each.ResourceType));
          if (Key === "WindowTargetId" || Key === "OwnerInformation") return Values.includes(each[Key] ?? "");
          throw invalid(`The filter key ${Key} is not valid: use Type, WindowTargetId or OwnerInformation.`);
        }),
      );
      const { items, next } = listed(wanted, call.input, { code: "ValidationException" });
      return { Targets: items, ...next };
    },
  };
}
