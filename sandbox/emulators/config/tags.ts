import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from "@aws-sdk/client-config-service";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import type { Config, Place } from "./state.ts";

/** What of a place carries tags, by ARN. A new kind of taggable resource is one more line. */
function tagged(place: Place): { readonly arn: string; readonly tags: Map<string, string> }[] {
  const { recorder, rules, packs, aggregators, authorizations } = place;
  const named = [rules, packs, aggregators, authorizations].flatMap((resources) => [...resources.values()]);
  return recorder === undefined ? named : [recorder, ...named];
}

export function tagOperations(config: Config): Record<string, Operation> {
  function tagsOf({ accountId, region, input }: Call<{ ResourceArn: string | undefined }>): Map<string, string> {
    const found = tagged(config.places.of(accountId, region)).find(({ arn }) => arn === input.ResourceArn);
    if (found !== undefined) return found.tags;
    throw new AwsError("ResourceNotFoundException", `ResourceArn '${input.ResourceArn}' does not exist`);
  }

  return {
    TagResource: (call: Call<TagResourceRequest>): object => {
      const tags = tagsOf(call);
      const added = (call.input.Tags ?? []).map((tag): [string, string] => [tag.Key ?? "", tag.Value ?? ""]);
      if (new Set([...tags.keys(), ...added.map(([key]) => key)]).size > 50) {
        throw new AwsError("TooManyTagsException", "You have reached the limit of 50 tags for the resource.");
      }
      for (const [key, value] of added) tags.set(key, value);
      return {};
    },

    UntagResource: (call: Call<UntagResourceRequest>): object => {
      const tags = tagsOf(call);
      for (const key of call.input.TagKeys ?? []) tags.delete(key);
      return {};
    },

    ListTagsForResource: (call: Call<ListTagsForResourceRequest>): ListTagsForResourceResponse => {
      const tags = [...tagsOf(call)];
      return tags.length === 0 ? {} : { Tags: tags.map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}
