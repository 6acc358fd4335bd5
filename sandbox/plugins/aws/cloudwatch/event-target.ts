import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, type InputsOf, json, map, number, type OutputsOf, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { defaultBus, eventBridgeClient } from "./client.ts";

const properties = {
  rule: string({ required: true, replaces: true }),
  targetId: string({ replaces: true, naming: { length: 255 } }),
  eventBusName: string({ default: defaultBus, replaces: true }),
  arn: string({ required: true }),
  roleArn: string(),
  input: json(),
  inputPath: string(),
  inputTransformer: block({ inputPaths: map(), inputTemplate: string({ required: true }) }),
  deadLetterConfig: block({ arn: string() }),
  retryPolicy: block({ maximumEventAgeInSeconds: number(), maximumRetryAttempts: number() }),
  sqsTarget: block({ messageGroupId: string() }),
  forceDestroy: boolean({ default: false, unread: true }),
};

type Inputs = InputsOf<typeof properties>;

/** What names a target; an import gives it as `[bus/]rule/target`. */
function keyOf(id: string, prior: OutputsOf<typeof properties>) {
  const { rule, targetId, eventBusName = defaultBus } = prior;
  if (rule && targetId) return { rule, targetId, eventBusName };
  const [target = "", ruleName = "", ...bus] = id.split("/").reverse();
  return { rule: ruleName, targetId: target, eventBusName: bus.reverse().join("/") || defaultBus };
}

async function put(place: Place, inputs: Inputs): Promise<void> {
  const events = await place.client(eventBridgeClient);
  const { inputTransformer, deadLetterConfig, retryPolicy, sqsTarget } = inputs;
  const { FailedEntries = [] } = await events.putTargets({
    Rule: inputs.rule,
    EventBusName: inputs.eventBusName,
    Targets: [
      {
        Id: inputs.targetId,
        Arn: inputs.arn,
        RoleArn: inputs.roleArn,
        Input: inputs.input,
        InputPath: inputs.inputPath,
        InputTransformer: inputTransformer && {
          InputPathsMap: inputTransformer.inputPaths && { ...inputTransformer.inputPaths },
          InputTemplate: inputTransformer.inputTemplate,
        },
        DeadLetterConfig: deadLetterConfig && { Arn: deadLetterConfig.arn },
        RetryPolicy: retryPolicy && {
          MaximumEventAgeInSeconds: retryPolicy.maximumEventAgeInSeconds,
          MaximumRetryAttempts: retryPolicy.maximumRetryAttempts,
        },
        SqsParameters: sqsTarget && { MessageGroupId: sqsTarget.messageGroupId },
      },
    ],
  });
  const [first] = FailedEntries;
  if (first) throw new Error(`${first.TargetId}: ${first.ErrorCode}: ${first.ErrorMessage}`);
}

const idOf = ({ rule, targetId, eventBusName }: { rule: string; targetId: string; eventBusName: string }) =>
  eventBusName === defaultBus ? `${rule}-${targetId}` : `${eventBusName}-${rule}-${targetId}`;

export const eventTarget = resource({
  title: "EventBridge Target",
  properties,
  label: (inputs) => `${inputs.rule}-${inputs.targetId}`,
  async create(place, inputs) {
    await put(place, inputs);
    return idOf({ ...inputs, targetId: inputs.targetId ?? "" });
  },
  async read(place, id, prior) {
    const key = keyOf(id, prior);
    const events = await place.client(eventBridgeClient);
    const answer = events.listTargetsByRule({ Rule: key.rule, EventBusName: key.eventBusName });
    const found = (await unless(answer, "ResourceNotFoundException"))?.Targets?.find(({ Id }) => Id === key.targetId);
    if (!found) return undefined;
    return {
      ...key,
      id: idOf(key),
      arn: found.Arn,
      roleArn: found.RoleArn,
      input: found.Input,
      inputPath: found.InputPath,
      inputTransformer: found.InputTransformer && {
        inputPaths: found.InputTransformer.InputPathsMap,
        inputTemplate: found.InputTransformer.InputTemplate ?? "",
      },
      deadLetterConfig: found.DeadLetterConfig && { arn: found.DeadLetterConfig.Arn },
      retryPolicy: found.RetryPolicy && {
        maximumEventAgeInSeconds: found.RetryPolicy.MaximumEventAgeInSeconds,
        maximumRetryAttempts: found.RetryPolicy.MaximumRetryAttempts,
      },
      sqsTarget: found.SqsParameters && { messageGroupId: found.SqsParameters.MessageGroupId },
    };
  },
  update: (place, _id, inputs) => put(place, inputs),
  async delete(place, id, state) {
    const key = keyOf(id, state);
    const events = await place.client(eventBridgeClient);
    const answer = events.removeTargets({
      Rule: key.rule,
      EventBusName: key.eventBusName,
      Ids: [key.targetId],
      Force: state.forceDestroy ?? false,
    });
    const [first] = (await unless(answer, "ResourceNotFoundException"))?.FailedEntries ?? [];
    if (first) throw new Error(`${first.TargetId}: ${first.ErrorCode}: ${first.ErrorMessage}`);
  },
});
