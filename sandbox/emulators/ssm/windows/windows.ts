import type {
  CreateMaintenanceWindowRequest,
  CreateMaintenanceWindowResult,
  DeleteMaintenanceWindowRequest,
  DeleteMaintenanceWindowResult,
  DescribeMaintenanceWindowsRequest,
  DescribeMaintenanceWindowsResult,
  GetMaintenanceWindowRequest,
  GetMaintenanceWindowResult,
  UpdateMaintenanceWindowRequest,
  UpdateMaintenanceWindowResult,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../../gateway/emulator.ts";
import { given, invalid, listed, now, type Ssm, tagsOf } from "../state.ts";
import { windowOf } from "./find.ts";
import { checkWindow } from "./window-rules.ts";

/** Windows of an account in a region (Systems Manager quotas). */
const MOST_WINDOWS = 50;

const REQUIRED = ["Name", "Schedule", "Duration", "Cutoff", "AllowUnassociatedTargets"] as const;

/** Maintenance windows. They never open here: a task is kept, not run. */
export function windowOperations(ssm: Ssm): Record<string, Operation> {
  return {
    CreateMaintenanceWindow: (call: Call<CreateMaintenanceWindowRequest>): CreateMaintenanceWindowResult => {
      const { ClientToken: clientToken, Tags, ...wanted } = call.input;
      const { windows } = ssm.places.of(call.accountId, call.region);
      const again = [...windows.values()].find(
        (each) => each.clientToken !== undefined && each.clientToken === clientToken,
      );
      if (again !== undefined) return { WindowId: again.id };
      checkWindow(wanted);
      if (windows.size >= MOST_WINDOWS) {
        throw new AwsError(
          "ResourceLimitExceededException",
          `You can have at most ${MOST_WINDOWS} maintenance windows.`,
        );
      }
      const id = `mw-0${ssm.aws.hex(16)}`;
      const settings = { WindowId: id, ...given(wanted), Enabled: true, CreatedDate: now(ssm), ModifiedDate: now(ssm) };
      windows.set(id, { id, settings, clientToken, targets: new Map(), tasks: new Map(), tags: tagsOf(Tags) });
      return { WindowId: id };
    },

    UpdateMaintenanceWindow: (call: Call<UpdateMaintenanceWindowRequest>): UpdateMaintenanceWindowResult => {
      const { Replace = false, ...wanted } = call.input;
      const window = windowOf(ssm, call, wanted.WindowId);
      const lacking = REQUIRED.find((name) => wanted[name] === undefined);
      if (Replace && lacking !== undefined) throw invalid(`${lacking} is required with Replace.`);
      const { CreatedDate, ModifiedDate, ...before } = window.settings;
      const merged = Replace ? { Enabled: before.Enabled, ...given(wanted) } : { ...before, ...given(wanted) };
      checkWindow(merged);
      window.settings = { ...merged, CreatedDate, ModifiedDate: now(ssm) };
      return merged;
    },

    GetMaintenanceWindow: (call: Call<GetMaintenanceWindowRequest>): Omit<GetMaintenanceWindowResult, "$metadata"> =>
      windowOf(ssm, call, call.input.WindowId).settings,

    // Targets and tasks go with it; that it is not there is a success.
    DeleteMaintenanceWindow: (call: Call<DeleteMaintenanceWindowRequest>): DeleteMaintenanceWindowResult => {
      ssm.places.of(call.accountId, call.region).windows.delete(call.input.WindowId ?? "");
      return { WindowId: call.input.WindowId };
    },

    DescribeMaintenanceWindows: (call: Call<DescribeMaintenanceWindowsRequest>): DescribeMaintenanceWindowsResult => {
      const { Filters = [] } = call.input;
      const all = [...ssm.places.of(call.accountId, call.region).windows.values()].map(({ settings }) => settings);
      const wanted = all.filter((each) =>
        Filters.every(({ Key, Values = [] }) => {
          if (Key === "Name") return Values.includes(each.Name ?? "");
          if (Key === "Enabled") return Values.some((value) => value.toLowerCase() === String(each.Enabled));
          throw invalid(`The filter key ${Key} is not valid: use Name or Enabled.`);
        }),
      );
      const { items, next } = listed(wanted, call.input, { code: "ValidationException" });
      return {
        WindowIdentities: items.map(({ AllowUnassociatedTargets, CreatedDate, ModifiedDate, ...identity }) => identity),
        ...next,
      };
    },
  };
}
