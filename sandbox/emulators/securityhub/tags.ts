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

/** Tags of hubs and automation rules. */
export function tagOperations(state: State): Record<string, Operation> {
  const tagsOf = (call: Call<{ ResourceArn?: string | undefined }>): Map<string, string> => {
    const hub = hubAt(state, call);
    const arn = call.input.ResourceArn ?? "";
    const tags = hub?.arn === arn ? hub.tags : hub?.automationRules.get(arn)?.tags;
    if (tags === undefined) throw notFound(`Resource ${arn} was not found`);
    return tags;
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
