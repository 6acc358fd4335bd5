import type { CreateMaintenanceWindowRequest, RegisterTaskWithMaintenanceWindowRequest } from "@aws-sdk/client-ssm";
import { targetProblem } from "../association-rules.ts";
import { parseSchedule } from "../schedule.ts";
import { invalid } from "../state.ts";

type Wanted = Partial<Omit<CreateMaintenanceWindowRequest, "ClientToken" | "Tags">>;

/** Throws `ValidationException` for a window that cannot be (API reference, "CreateMaintenanceWindow"). */
export function checkWindow(wanted: Wanted): void {
  const {
    Schedule = "",
    Duration = 0,
    Cutoff = 0,
    ScheduleTimezone: zone,
    ScheduleOffset: offset,
    StartDate,
    EndDate,
  } = wanted;
  const schedule = parseSchedule(Schedule);
  if (schedule.kind === "none") throw invalid(`The schedule is not valid: ${schedule.problem}.`);
  if (Cutoff >= Duration) throw invalid(`Cutoff ${Cutoff} must be smaller than Duration ${Duration}, both in hours.`);
  if (offset !== undefined && schedule.kind !== "cron") throw invalid("ScheduleOffset needs a cron expression.");
  if (zone !== undefined && !isTimeZone(zone)) throw invalid(`There is no time zone ${zone}.`);
  for (const date of [StartDate, EndDate]) {
    if (date !== undefined && Number.isNaN(new Date(date).getTime()))
      throw invalid(`"${date}" is no date in ISO 8601.`);
  }
  if (StartDate !== undefined && EndDate !== undefined && new Date(EndDate) <= new Date(StartDate)) {
    throw invalid("EndDate must be after StartDate.");
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

type Task = Partial<Omit<RegisterTaskWithMaintenanceWindowRequest, "ClientToken" | "WindowId">>;

const PARAMETERS = {
  RUN_COMMAND: "RunCommand",
  AUTOMATION: "Automation",
  LAMBDA: "Lambda",
  STEP_FUNCTIONS: "StepFunctions",
} as const;

/** Throws `ValidationException` for a task that cannot be (API reference, "RegisterTaskWithMaintenanceWindow"). */
export function checkTask(task: Task, targetIds: ReadonlySet<string>): void {
  const { Targets = [], TaskType = "RUN_COMMAND", TaskInvocationParameters = {}, MaxConcurrency, MaxErrors } = task;
  for (const target of Targets) {
    const problem = targetProblem(target);
    if (problem !== undefined) throw invalid(problem);
    const lost = target.Key === "WindowTargetIds" ? target.Values?.find((id) => !targetIds.has(id)) : undefined;
    if (lost !== undefined) throw invalid(`The maintenance window has no target ${lost}.`);
  }
  if (Targets.length === 0 && TaskType === "RUN_COMMAND") throw invalid("A RUN_COMMAND task needs targets.");
  if (Targets.length > 0 && (MaxConcurrency === undefined || MaxErrors === undefined)) {
    throw invalid("MaxConcurrency and MaxErrors are required for a task with targets.");
  }
  if (Targets.length === 0 && (MaxConcurrency !== undefined || MaxErrors !== undefined)) {
    throw invalid("MaxConcurrency and MaxErrors cannot be given for a task without targets.");
  }
  const strange = Object.keys(TaskInvocationParameters).find((name) => name !== PARAMETERS[TaskType]);
  if (strange !== undefined) throw invalid(`A task of type ${TaskType} takes no ${strange} parameters.`);
}
