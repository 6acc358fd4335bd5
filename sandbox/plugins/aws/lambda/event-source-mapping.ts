import type { FunctionResponseType } from "@aws-sdk/client-lambda";
import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, type InputsOf, number, output, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asMap, tagChanges, tagFields } from "../../provider/tags.ts";
import { waitFor } from "../../provider/waiting.ts";
import { GONE, lambdaClient } from "./client.ts";

const properties = {
  eventSourceArn: string({ replaces: true }),
  functionName: string({ required: true }),
  enabled: boolean({ default: true }),
  batchSize: number({ computed: true }),
  maximumBatchingWindowInSeconds: number(),
  functionResponseTypes: set(string()),
  filterCriteria: block({ filters: set(block({ pattern: string() })) }),
  scalingConfig: block({ maximumConcurrency: number() }),
  ...tagFields,
  arn: output(string()),
  functionArn: output(string()),
  state: output(string()),
  uuid: output(string()),
};

function configurationOf(inputs: InputsOf<typeof properties>) {
  return {
    FunctionName: inputs.functionName,
    Enabled: inputs.enabled,
    BatchSize: inputs.batchSize,
    MaximumBatchingWindowInSeconds: inputs.maximumBatchingWindowInSeconds,
    FunctionResponseTypes: [...(inputs.functionResponseTypes ?? [])] as FunctionResponseType[],
    FilterCriteria: { Filters: (inputs.filterCriteria?.filters ?? []).map(({ pattern }) => ({ Pattern: pattern })) },
    ScalingConfig: { MaximumConcurrency: inputs.scalingConfig?.maximumConcurrency },
  };
}

const find = async (place: Place, UUID: string) =>
  unless((await place.client(lambdaClient)).getEventSourceMapping({ UUID }), GONE);

/** A function is named by its name or its ARN, and that makes no difference to the real provider. */
function sameFunction(named: string | undefined, arn: string | undefined): boolean {
  return named !== undefined && (named === arn || arn?.endsWith(`:function:${named}`) === true);
}

/** Until a mapping is enabled or disabled, and takes changes again. */
async function settled(place: Place, uuid: string): Promise<void> {
  await waitFor({ within: 600_000, signal: place.cancelled }, async () =>
    /^(Creating|Enabling|Disabling|Updating)$/.test((await find(place, uuid))?.State ?? "") ? undefined : true,
  );
}

export const eventSourceMapping = resource({
  title: "Lambda Event Source Mapping",
  properties,
  label: (inputs) => inputs.functionName,
  async create(place, inputs, made) {
    const lambda = await place.client(lambdaClient);
    const { UUID = "" } = await lambda.createEventSourceMapping({
      ...configurationOf(inputs),
      EventSourceArn: inputs.eventSourceArn,
      Tags: asMap(inputs.tagsAll),
    });
    made(UUID);
    await settled(place, UUID);
    return UUID;
  },
  async read(place, id, prior) {
    const found = await find(place, id);
    if (found === undefined || found.State === "Deleting") return undefined;
    const arn = found.EventSourceMappingArn;
    const lambda = await place.client(lambdaClient);
    const filters = found.FilterCriteria?.Filters ?? [];
    return {
      eventSourceArn: found.EventSourceArn,
      functionName: sameFunction(prior.functionName, found.FunctionArn) ? prior.functionName : found.FunctionArn,
      enabled: !/^Disabl/.test(found.State ?? ""),
      batchSize: found.BatchSize,
      maximumBatchingWindowInSeconds: found.MaximumBatchingWindowInSeconds,
      functionResponseTypes: found.FunctionResponseTypes ?? [],
      filterCriteria:
        filters.length === 0 ? undefined : { filters: filters.map(({ Pattern = "" }) => ({ pattern: Pattern })) },
      scalingConfig: found.ScalingConfig?.MaximumConcurrency
        ? { maximumConcurrency: found.ScalingConfig.MaximumConcurrency }
        : undefined,
      tagsAll: arn === undefined ? {} : ((await lambda.listTags({ Resource: arn })).Tags ?? {}),
      arn,
      functionArn: found.FunctionArn,
      state: found.State,
      uuid: found.UUID,
    };
  },
  async update(place, id, inputs, changed, prior) {
    const lambda = await place.client(lambdaClient);
    if ([...changed].some((name) => name !== "tags" && name !== "tagsAll")) {
      await lambda.updateEventSourceMapping({ UUID: id, ...configurationOf(inputs) });
      await settled(place, id);
    }
    const Resource = String(prior.arn);
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (Object.keys(tags.set).length > 0) await lambda.tagResource({ Resource, Tags: tags.set });
    if (tags.remove.length > 0) await lambda.untagResource({ Resource, TagKeys: tags.remove });
  },
  async delete(place, id) {
    const lambda = await place.client(lambdaClient);
    await unless(lambda.deleteEventSourceMapping({ UUID: id }), GONE);
    await waitFor({ within: 600_000, signal: place.cancelled }, async () =>
      (await find(place, id)) === undefined ? true : undefined,
    );
  },
});
