import type { RuleState } from "@aws-sdk/client-eventbridge";
import { isAwsError, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { boolean, type InputsOf, json, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs, tagChanges, tagFields } from "../../provider/tags.ts";
import { waitFor } from "../../provider/waiting.ts";
import { defaultBus, eventBridgeClient } from "./client.ts";

const properties = {
  name: string({ replaces: true, naming: { length: 64 } }),
  eventBusName: string({ default: defaultBus, replaces: true }),
  description: string(),
  eventPattern: json(),
  scheduleExpression: string(),
  state: string({ computed: true }),
  roleArn: string(),
  forceDestroy: boolean({ default: false, unread: true }),
  ...tagFields,
  arn: output(string()),
};

/** `bus/rule`, without the bus where it is the default one. */
function parts(id: string) {
  const at = id.lastIndexOf("/");
  return at < 0 ? { EventBusName: defaultBus, Name: id } : { EventBusName: id.slice(0, at), Name: id.slice(at + 1) };
}

async function put(place: Place, inputs: InputsOf<typeof properties>, Tags?: { Key: string; Value: string }[]) {
  const events = await place.client(eventBridgeClient);
  await events.putRule({
    Name: inputs.name,
    EventBusName: inputs.eventBusName,
    Description: inputs.description,
    EventPattern: inputs.eventPattern,
    ScheduleExpression: inputs.scheduleExpression,
    State: inputs.state as RuleState,
    RoleArn: inputs.roleArn,
    Tags,
  });
}

export const eventRule = resource({
  title: "EventBridge Rule",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    await put(place, inputs, asPairs(inputs.tagsAll));
    return inputs.eventBusName === defaultBus ? (inputs.name ?? "") : `${inputs.eventBusName}/${inputs.name}`;
  },
  async read(place, id) {
    const events = await place.client(eventBridgeClient);
    const found = await unless(events.describeRule(parts(id)), "ResourceNotFoundException");
    if (!found) return undefined;
    const { Tags } = await events.listTagsForResource({ ResourceARN: found.Arn });
    return {
      name: found.Name,
      eventBusName: found.EventBusName ?? defaultBus,
      description: found.Description,
      eventPattern: found.EventPattern,
      scheduleExpression: found.ScheduleExpression,
      state: found.State,
      roleArn: found.RoleArn,
      tagsAll: fromPairs(Tags),
      arn: found.Arn,
    };
  },
  async update(place, _id, inputs, changed, prior) {
    const onlyTags = [...changed].every((name) => name === "tags" || name === "tagsAll");
    if (!onlyTags) await put(place, inputs);
    const events = await place.client(eventBridgeClient);
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (tags.remove.length > 0) await events.untagResource({ ResourceARN: prior.arn, TagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) await events.tagResource({ ResourceARN: prior.arn, Tags: asPairs(tags.set) });
  },
  async delete(place, id, state) {
    const events = await place.client(eventBridgeClient);
    // Targets that were just removed are still counted for a while.
    await waitFor({ within: 60_000, signal: place.cancelled }, async () => {
      try {
        await unless(
          events.deleteRule({ ...parts(id), Force: state.forceDestroy ?? false }),
          "ResourceNotFoundException",
        );
        return true;
      } catch (error) {
        if (isAwsError(error, "ValidationException: Rule can't be deleted since it has targets")) return undefined;
        throw error;
      }
    });
  },
});
