import { unless } from "../../provider/errors.ts";
import { block, type InputsOf, json, number, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { type ScheduleName, type ScheduleShape, schedulerClient } from "./client.ts";

const properties = {
  name: string({ replaces: true, naming: { length: 64 } }),
  groupName: string({ default: "default", replaces: true }),
  description: string(),
  state: string({ default: "ENABLED" }),
  scheduleExpression: string({ required: true }),
  scheduleExpressionTimezone: string({ default: "UTC" }),
  /** RFC 3339, in UTC. */
  startDate: string(),
  endDate: string(),
  flexibleTimeWindow: block({ mode: string({ required: true }), maximumWindowInMinutes: number() }, { required: true }),
  kmsKeyArn: string(),
  actionAfterCompletion: string({ computed: true }),
  target: block(
    {
      arn: string({ required: true }),
      roleArn: string({ required: true }),
      input: json(),
      deadLetterConfig: block({ arn: string({ required: true }) }),
      retryPolicy: block({
        maximumEventAgeInSeconds: number({ default: 86_400 }),
        maximumRetryAttempts: number({ default: 185 }),
      }),
      sqsParameters: block({ messageGroupId: string() }),
    },
    { required: true },
  ),
  arn: output(string()),
};

type Inputs = InputsOf<typeof properties>;

const seconds = (time: string | undefined) => (time ? Date.parse(time) / 1000 : undefined);
const rfc3339 = (time: number | undefined) =>
  time === undefined ? undefined : new Date(time * 1000).toISOString().replace(/\.\d+Z$/, "Z");

/** `group/name`, as ids and imports have it. */
function parts(id: string): ScheduleName {
  const [group = "default", name = ""] = id.split("/");
  return { group, name };
}

function shapeOf(inputs: Inputs, name: string): ScheduleShape {
  const { target, flexibleTimeWindow: window } = inputs;
  return {
    Name: name,
    GroupName: inputs.groupName,
    Description: inputs.description,
    State: inputs.state,
    ScheduleExpression: inputs.scheduleExpression,
    ScheduleExpressionTimezone: inputs.scheduleExpressionTimezone,
    StartDate: seconds(inputs.startDate),
    EndDate: seconds(inputs.endDate),
    FlexibleTimeWindow: { Mode: window.mode, MaximumWindowInMinutes: window.maximumWindowInMinutes },
    KmsKeyArn: inputs.kmsKeyArn,
    ActionAfterCompletion: inputs.actionAfterCompletion,
    Target: {
      Arn: target.arn,
      RoleArn: target.roleArn,
      Input: target.input,
      DeadLetterConfig: target.deadLetterConfig && { Arn: target.deadLetterConfig.arn },
      RetryPolicy: target.retryPolicy && {
        MaximumEventAgeInSeconds: target.retryPolicy.maximumEventAgeInSeconds,
        MaximumRetryAttempts: target.retryPolicy.maximumRetryAttempts,
      },
      SqsParameters: target.sqsParameters && { MessageGroupId: target.sqsParameters.messageGroupId },
    },
  };
}

export const schedule = resource({
  title: "EventBridge Scheduler Schedule",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    const scheduler = await place.client(schedulerClient);
    const which = { group: inputs.groupName, name: inputs.name ?? "" };
    await scheduler.createSchedule(which, shapeOf(inputs, which.name));
    return `${which.group}/${which.name}`;
  },
  async read(place, id) {
    const scheduler = await place.client(schedulerClient);
    const found = await unless(scheduler.getSchedule(parts(id)), "ResourceNotFoundException");
    if (!found) return undefined;
    const { Target: target, FlexibleTimeWindow: window } = found;
    return {
      name: found.Name,
      groupName: found.GroupName,
      description: found.Description,
      state: found.State,
      scheduleExpression: found.ScheduleExpression,
      scheduleExpressionTimezone: found.ScheduleExpressionTimezone,
      startDate: rfc3339(found.StartDate),
      endDate: rfc3339(found.EndDate),
      flexibleTimeWindow: { mode: window.Mode, maximumWindowInMinutes: window.MaximumWindowInMinutes },
      kmsKeyArn: found.KmsKeyArn,
      actionAfterCompletion: found.ActionAfterCompletion,
      target: {
        arn: target.Arn,
        roleArn: target.RoleArn,
        input: target.Input,
        deadLetterConfig: target.DeadLetterConfig?.Arn ? { arn: target.DeadLetterConfig.Arn } : undefined,
        retryPolicy: target.RetryPolicy && {
          maximumEventAgeInSeconds: target.RetryPolicy.MaximumEventAgeInSeconds ?? 86_400,
          maximumRetryAttempts: target.RetryPolicy.MaximumRetryAttempts ?? 185,
        },
        sqsParameters: target.SqsParameters && { messageGroupId: target.SqsParameters.MessageGroupId },
      },
      arn: found.Arn,
    };
  },
  // Updating puts the whole schedule: what is left out goes back to its default.
  async update(place, id, inputs) {
    const scheduler = await place.client(schedulerClient);
    await scheduler.updateSchedule(parts(id), shapeOf(inputs, parts(id).name));
  },
  async delete(place, id) {
    const scheduler = await place.client(schedulerClient);
    await unless(scheduler.deleteSchedule(parts(id)), "ResourceNotFoundException");
  },
});
