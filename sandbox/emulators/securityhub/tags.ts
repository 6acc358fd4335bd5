import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { invalidInput, notFound } from "./errors.ts";
import { hubAt } from "./lifecycle.ts";
import type { State } from "./state.ts";

const mostTags = 50;

/** Tags. The hub is the one resource of this emulator that carries them. */
export function tagOperations(state: State): Record<string, Operation> {
  const tagsOf = (call: Call<{ ResourceArn?: string | undefined }>): Map<string, string> => {
    const hub = hubAt(state, call);
    if (hub === undefined || call.input.ResourceArn !== hub.arn) {
      throw notFound(`Resource ${call.input.ResourceArn} was not found`);
    }
    return hub.tags;
  };
  return {
    TagResource(call: Call<TagResourceRequest>) {
      const tags = tagsOf(call);
      const merged = new Map([...tags, ...Object.entries(call.input.Tags ?? {})]);
      if (merged.size > mostTags) throw invalidInput(`A resource can have ${mostTags} tags`);
      for (const [key, value] of merged) tags.set(key, value);
      return {};
    },

    UntagResource(call: Call<UntagResourceRequest>) {
      const tags = tagsOf(call);
      for (const key of call.input.TagKeys ?? []) tags.delete(key);
      return {};
    },

    ListTagsForResource(call: Call<ListTagsForResourceRequest>): ListTagsForResourceResponse {
      const tags = tagsOf(call);
      // The service's model has no empty map of tags.
      return tags.size === 0 ? {} : { Tags: Object.fromEntries(tags) };
    },
  };
}
