import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from "@aws-sdk/client-accessanalyzer";
import type { Call, Operation, Regional } from "../../gateway/emulator.ts";
import { type Analyzers, analyzerAt } from "./analyzer.ts";

/** Tags of analyzers. */
export function tagOperations(analyzers: Regional<Analyzers>): Record<string, Operation> {
  return {
    TagResource(call: Call<TagResourceRequest>) {
      const { tags } = analyzerAt(analyzers, call, call.input.resourceArn);
      for (const [key, value] of Object.entries(call.input.tags ?? {})) tags.set(key, value);
      return {};
    },

    UntagResource(call: Call<UntagResourceRequest>) {
      const { tags } = analyzerAt(analyzers, call, call.input.resourceArn);
      for (const key of call.input.tagKeys ?? []) tags.delete(key);
      return {};
    },

    ListTagsForResource(call: Call<ListTagsForResourceRequest>): ListTagsForResourceResponse {
      return { tags: Object.fromEntries(analyzerAt(analyzers, call, call.input.resourceArn).tags) };
    },
  };
}
