import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from "@aws-sdk/client-inspector2";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { notFound } from "./rejections.ts";
import type { Inspector } from "./state.ts";

type Tags = Record<string, string>;

/** Why these tags cannot all be on one resource (Inspector user guide, "Tagging"); undefined if they can. */
export function tagProblem(tags: Tags): string | undefined {
  const reserved = Object.keys(tags).find((key) => /^aws:/i.test(key));
  if (reserved !== undefined) return `The tag key ${reserved} begins with the reserved prefix aws:`;
  if (Object.keys(tags).length > 50) return "A resource can have at most 50 tags";
  return undefined;
}

/** Tags of CIS scan configurations, by their ARN. */
export function tagOperations(inspector: Inspector): Record<string, Operation> {
  function tagsOf(call: Call<{ resourceArn: string | undefined }>): Tags {
    const { configurations } = inspector.places.of(call.accountId, call.region);
    const configuration = configurations.get(call.input.resourceArn ?? "");
    if (configuration === undefined) throw notFound(`There is no resource ${call.input.resourceArn}`);
    return configuration.tags;
  }

  return {
    TagResource: (call: Call<TagResourceRequest>): object => {
      const tags = tagsOf(call);
      const wanted = { ...tags, ...call.input.tags };
      const problem = tagProblem(wanted);
      if (problem !== undefined) throw new AwsError("BadRequestException", problem);
      Object.assign(tags, wanted);
      return {};
    },

    UntagResource: (call: Call<UntagResourceRequest>): object => {
      const tags = tagsOf(call);
      for (const key of call.input.tagKeys ?? []) delete tags[key];
      return {};
    },

    ListTagsForResource: (call: Call<ListTagsForResourceRequest>): ListTagsForResourceResponse => {
      return { tags: { ...tagsOf(call) } };
    },
  };
}
