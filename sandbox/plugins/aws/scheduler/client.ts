import { jsonClientMaker } from "../../provider/json-client.ts";

/** A schedule as EventBridge Scheduler takes and gives it (API Reference, CreateSchedule). Times are seconds since the epoch. */
export interface ScheduleShape {
  readonly Arn?: string;
  readonly ActionAfterCompletion?: string | undefined;
  readonly Description?: string | undefined;
  readonly EndDate?: number | undefined;
  readonly FlexibleTimeWindow: { readonly Mode: string; readonly MaximumWindowInMinutes?: number | undefined };
  readonly GroupName: string;
  readonly KmsKeyArn?: string | undefined;
  readonly Name: string;
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone?: string | undefined;
  readonly StartDate?: number | undefined;
  readonly State?: string | undefined;
  readonly Target: {
    readonly Arn: string;
    readonly RoleArn: string;
    readonly Input?: string | undefined;
    readonly DeadLetterConfig?: { readonly Arn?: string | undefined } | undefined;
    readonly RetryPolicy?:
      | {
          readonly MaximumEventAgeInSeconds?: number | undefined;
          readonly MaximumRetryAttempts?: number | undefined;
        }
      | undefined;
    readonly SqsParameters?: { readonly MessageGroupId?: string | undefined } | undefined;
  };
}

/** Which schedule. */
export interface ScheduleName {
  readonly group: string;
  readonly name: string;
}

const pathOf = ({ name }: ScheduleName) => `/schedules/${name}`;
const groupOf = ({ group: groupName }: ScheduleName) => ({ groupName });

/** EventBridge Scheduler, a REST service. */
export const schedulerClient = jsonClientMaker({ clientName: "SchedulerClient", signingName: "scheduler" }, (send) => ({
  createSchedule: (which: ScheduleName, { Name: _, ...body }: ScheduleShape) =>
    send({ operation: "CreateSchedule", method: "POST", path: pathOf(which), body }),
  updateSchedule: (which: ScheduleName, { Name: _, ...body }: ScheduleShape) =>
    send({ operation: "UpdateSchedule", method: "PUT", path: pathOf(which), body }),
  getSchedule: async (which: ScheduleName) =>
    (await send({
      operation: "GetSchedule",
      method: "GET",
      path: pathOf(which),
      query: groupOf(which),
    })) as ScheduleShape,
  deleteSchedule: (which: ScheduleName) =>
    send({ operation: "DeleteSchedule", method: "DELETE", path: pathOf(which), query: groupOf(which) }),
}));
